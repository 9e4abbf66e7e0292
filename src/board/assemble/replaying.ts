import type { ResourceManager } from '../../backend/index.ts';
import { wellFormed } from '../../bus/index.ts';
import type { BusDescription } from '../../frontend/index.ts';
import {
  describer,
  Recording,
  Replay,
  type ReplayReport,
  replayedI2cHost,
  replayedSpiHost,
} from '../../replay/index.ts';
import { type Clock, RealClock } from '../../sim/index.ts';
import type { ReplaySettings } from '../thread/protocol.ts';
import type { BusBinding } from './bind-bus.ts';
import type { GpioControllers } from './gpio-controllers.ts';

/** Edges that were recorded, and when, in ns since the beginning. */
interface Stimulus {
  readonly atNs: number;
  readonly controller: string;
  readonly line: number;
  readonly high: boolean;
}

/** A recording that takes part in a board. */
export class Replaying {
  /** Undefined: only its edges are replayed. */
  readonly #replay: Replay | undefined;
  readonly #stimuli: readonly Stimulus[];
  readonly #clock: Clock;
  readonly #gpio: GpioControllers | undefined;

  private constructor(
    replay: Replay | undefined,
    stimuli: readonly Stimulus[],
    clock: Clock,
    gpio: GpioControllers | undefined,
  ) {
    this.#replay = replay;
    this.#stimuli = stimuli;
    this.#clock = clock;
    this.#gpio = gpio;
  }

  /** @throws {RecordingError} the recording cannot be read, or cannot be replayed */
  static async start(
    { file, as, sha256 }: ReplaySettings,
    clock: Clock,
    gpio: GpioControllers | undefined,
    warn: (sentence: string) => void,
  ): Promise<Replaying> {
    const recording = Recording.read(file);
    const { tree } = recording.head;
    if (tree !== undefined && tree.sha256 !== sha256)
      warn(`${file}: the board is not as it was when this was recorded (${tree.file})`);
    if (as === 'stimulus') return new Replaying(undefined, stimuliOf(recording), clock, gpio);
    const replay = new Replay(recording, await describer(recording));
    replay.onEdge = ({ controller, line, high }) => gpio?.driveInput(controller, line, high);
    if (!(clock instanceof RealClock)) replay.onWire = (ns) => clock.pass(ns);
    return new Replaying(replay, [], clock, gpio);
  }

  /** Whether the recording is the parts of the board. */
  get isParts(): boolean {
    return this.#replay !== undefined;
  }

  get report(): ReplayReport | undefined {
    return this.#replay?.report;
  }

  /** Lets the lines move. */
  begin(): void {
    this.#replay?.begin();
    for (const { atNs, controller, line, high } of this.#stimuli)
      this.#clock.after(atNs, () => this.#gpio?.driveInput(controller, line, high));
  }

  /** Puts a bus on the recording. @returns undefined: its parts are those of the tree */
  bind(node: BusDescription, manager: ResourceManager): BusBinding | undefined {
    const replay = this.#replay;
    if (replay === undefined) return undefined;
    const { path } = node.node;
    const boundParts = node.node.children.flatMap((child) => {
      const reg = wellFormed(() => child.u32s('reg')) ?? [];
      return reg.length === 0 ? [] : [{ node: child, reg }];
    });
    const bound = { node, physical: true, boundParts, problem: undefined };
    if (node.kind === 'i2c') {
      const host = replayedI2cHost(replay, node);
      return { ...bound, host, bus: manager.addI2cBus(path, host, host.i2c, {}) };
    }
    const count = wellFormed(() => node.node.u32('num-cs')) ?? 1;
    const chipSelects = Math.max(count, ...boundParts.flatMap(({ reg }) => reg.map((select) => select + 1)));
    const host = replayedSpiHost(replay, node, Math.min(chipSelects, 256));
    return { ...bound, host, bus: manager.addSpiBus(path, host, host.spi, {}) };
  }
}

function stimuliOf(recording: Recording): readonly Stimulus[] {
  const stimuli: Stimulus[] = [];
  let atNs = 0;
  for (const { entry } of recording.entries()) {
    atNs += entry.afterNs ?? 0;
    const { what } = entry;
    const line = what.kind === 'edge' ? recording.head.lines.get(what.name) : undefined;
    if (what.kind !== 'edge' || line === undefined) continue;
    stimuli.push({ atNs, controller: line.controller, line: line.line, high: what.high });
  }
  return stimuli;
}
