import { addressOf } from '../../bus/index.ts';
import type { TracedBus, TraceEvent } from '../../trace/index.ts';
import { Drawing, LEAD_TICKS } from './drawing.ts';
import { busLanes, type Lane, lineKey } from './lanes.ts';
import type { WaveEdge } from './pen.ts';

/** What was drawn of some events. */
export interface LiveWave {
  readonly edges: readonly WaveEdge[];
  /** A tick behind the last edge: nothing of these events comes later, and nothing of others before. */
  readonly until: number;
}

/** Draws the wires of a board as things happen, on a number of channels that does not change. */
export class LiveDrawing {
  /** Buses for which no channel was left. */
  readonly left: readonly TracedBus[];
  readonly #lanes: Lane[] = [];
  readonly #lines = new Map<string, number>();
  readonly #most: number;
  readonly #drawing: Drawing;
  #beganMs: number | undefined;
  #until = 0;
  /** Edges of lines for which no channel was left. */
  leftEdges = 0;

  /**
   * @param shown which buses have channels, in their order
   * @param most how many channels there are: lines take what the buses leave
   * @param idleNs nothing happens for no longer than this: what is longer is cut
   */
  constructor(
    buses: readonly TracedBus[],
    {
      most,
      idleNs,
      shown = () => true,
    }: {
      readonly most: number;
      readonly idleNs: number;
      readonly shown?: ((bus: TracedBus) => boolean) | undefined;
    },
  ) {
    this.#most = most;
    const left: TracedBus[] = [];
    const lanes = buses.map((bus) => {
      if (!shown(bus)) return undefined;
      const added: Lane[] = [];
      const made = busLanes(
        bus,
        selectsOf(bus),
        (name, idle) => this.#lanes.length + added.push({ name, idle }) - 1,
      );
      if (this.#lanes.length + added.length <= most) {
        this.#lanes.push(...added);
        return made;
      }
      left.push(bus);
      return undefined;
    });
    this.left = left;
    this.#drawing = new Drawing({ all: this.#lanes, buses: lanes, lines: this.#lines }, { idleNs });
  }

  /** The channels that are in use: those of buses from the beginning, those of lines since their first edge. */
  get channels(): readonly Lane[] {
    return this.#lanes;
  }

  /** Transfers that are not drawn, as nobody knows what of them was on the wires. */
  get leftTransfers(): number {
    return this.#drawing.leftTransfers;
  }

  /** Draws what has happened since the last time. All is quiet behind it. */
  draw(events: readonly TraceEvent[]): LiveWave {
    const edges: WaveEdge[] = [];
    const take = (steps: Iterable<object>) => {
      for (const step of steps) if ('lane' in step) edges.push(step as WaveEdge);
    };
    for (const what of events) {
      const ms = what.kind === 'transfer' ? what.startedMs + what.queuedMs : what.startedMs;
      this.#beganMs ??= ms;
      if (what.kind === 'edge') this.#giveLane(what);
      take(this.#drawing.add({ atNs: (ms - this.#beganMs) * 1e6, what }));
    }
    take(this.#drawing.rest());
    const last = edges.at(-1);
    if (last !== undefined) this.#until = last.tick + LEAD_TICKS;
    return { edges, until: this.#until };
  }

  #giveLane(edge: TraceEvent & { kind: 'edge' }): void {
    const key = lineKey(edge);
    if (this.#lines.has(key)) return;
    if (this.#lanes.length >= this.#most) {
      this.leftEdges++;
      return;
    }
    const place = this.#lanes.push({ name: edge.name || `line${edge.line}`, idle: !edge.high }) - 1;
    this.#lines.set(key, place);
  }
}

/** Chip selects of the parts of a bus. */
function selectsOf({ parts }: TracedBus): readonly number[] {
  return [...new Set(parts.flatMap(({ reg }) => reg.map(addressOf)))].sort((a, b) => a - b);
}
