import type { DeviceNode } from '../../bus/index.ts';
import {
  checkPart,
  type I2cPart,
  type PartContext,
  PartError,
  type PartModel,
  PartRegistry,
  partFiles,
  type SpiPart,
} from '../../sim/index.ts';
import { HostedSegment } from './hosted-segment.ts';
import type {
  MadePart,
  MadeSegment,
  ModelCall,
  ModelCalls,
  ModelDescription,
  ModelThreadStart,
  PartView,
  SegmentRequest,
  ThreadEvent,
} from './protocol.ts';
import { ThreadClock } from './thread-clock.ts';

interface Hosted {
  readonly part: I2cPart & SpiPart;
  readonly clock: ThreadClock;
  view: PartView;
}

/** The parts of a user's own models in their thread: makes them, calls them, tells what comes of it. */
export class HostedParts {
  readonly #start: ModelThreadStart;
  readonly #models: readonly PartModel[];
  readonly #nodeAt: (path: string) => DeviceNode;
  readonly #tell: (event: ThreadEvent) => void;
  /** Does something on a segment, in the thread of the board. */
  readonly #onSegment: (request: SegmentRequest) => unknown;
  readonly #segments = new Map<string, HostedSegment[]>();
  readonly #hosted = new Map<string, Hosted>();
  readonly #registry = new PartRegistry();
  readonly #withContents = new Set<string>();
  /** Paths of parts that were not closed. */
  readonly #open = new Set<string>();
  readonly #calls: ModelCalls;

  constructor(
    start: ModelThreadStart,
    models: readonly PartModel[],
    nodeAt: (path: string) => DeviceNode,
    tell: (event: ThreadEvent) => void,
    onSegment: (request: SegmentRequest) => unknown,
  ) {
    this.#start = start;
    this.#models = models;
    this.#nodeAt = nodeAt;
    this.#tell = tell;
    this.#onSegment = onSegment;
    const part = (path: string) => (this.#hosted.get(path) as Hosted).part;
    const registry = this.#registry;
    this.#calls = {
      create: (path, model, strict) => this.#create(path, model, strict),
      start: (path, address, read) => part(path).start(address, read),
      write: (path, data) => part(path).write(data),
      read: (path, length) => {
        const into = new Uint8Array(length);
        part(path).read(into);
        return into;
      },
      stop: (path) => part(path).stop(),
      loseArbitration: (path) => part(path).loseArbitration?.(),
      select: (path, mode) => part(path).select(mode),
      transfer: (path, tx, length, lines, answered) => {
        const rx = answered ? new Uint8Array(length) : undefined;
        part(path).transfer(tx, rx, length, lines);
        return rx;
      },
      deselect: (path) => part(path).deselect(),
      get: (path, property) => registry.get(path, property),
      set: (path, property, value) => withoutPath(() => registry.set(path, property, value)),
      drivePin: (path, pin, high) => registry.drivePin(path, pin, high),
      registers: (path) => registry.registers(path),
      snapshot: (path) => registry.snapshot(path),
      restore: (path, snapshot) => registry.restore(path, snapshot),
      reset: (path) => part(path).reset(),
      alarm: (path, alarm) => this.#hosted.get(path)?.clock.ring(alarm),
      save: () => registry.save(),
      close: (path) => {
        part(path).close?.();
        this.#open.delete(path);
        if (this.#open.size === 0) registry.release();
      },
    };
  }

  /** The models without their code. */
  get descriptions(): ModelDescription[] {
    return this.#models.map(({ compatible, title, bus, properties, nodeProperties, registers, sheet }) => {
      const description = { compatible, title, bus, properties, nodeProperties, registers, sheet };
      // As data: functions do not go from thread to thread.
      return JSON.parse(JSON.stringify(description)) as ModelDescription;
    });
  }

  call(name: ModelCall, args: readonly unknown[], now: number, wall: number): unknown {
    const path = args[0] as string;
    const before = this.#hosted.get(path)?.clock;
    before?.begin(now, wall);
    try {
      if (name === 'create') this.#now = { now, wall };
      return (this.#calls[name] as (...args: readonly unknown[]) => unknown)(...args);
    } finally {
      const hosted = this.#hosted.get(path);
      hosted?.clock.end();
      if (hosted !== undefined) this.#look(path, hosted);
    }
  }

  #now = { now: 0, wall: 0 };

  #create(path: string, index: number, strict: boolean): MadePart {
    const model = this.#models[index] as PartModel;
    const node = this.#nodeAt(path);
    const clock = new ThreadClock(this.#start.origin, {
      after: (alarm, due) => this.#tell({ kind: 'after', path, alarm, due }),
      cancel: (alarm) => this.#tell({ kind: 'cancel', alarm, path }),
    });
    clock.begin(this.#now.now, this.#now.wall);
    this.#segments.set(path, []);
    const part = checkPart<I2cPart & SpiPart>(
      model.bus,
      model.create(node, this.#context(node, clock, strict)) as I2cPart & SpiPart,
    );
    const hosted = { part, clock, view: viewOf(part) };
    this.#hosted.set(path, hosted);
    this.#open.add(path);
    this.#registry.add({ path, model, part, own: false, reset: () => part.reset(), fail() {} });
    this.#tell({ kind: 'view', path, view: hosted.view });
    const lines = part.lines ?? [];
    for (const [line, each] of lines.entries())
      each.listen((high) => this.#tell({ kind: 'pin', path, line, high }));
    const { spiModes, maxSpeedHz, csHigh, idleClocks } = part;
    return {
      lines: lines.map(({ name, high }) => ({ name, high })),
      contents: this.#withContents.has(path),
      segments: (this.#segments.get(path) ?? []).map((segment) => this.#made(path, segment, clock)),
      spi: JSON.parse(JSON.stringify({ spiModes, maxSpeedHz, csHigh, idleClocks })) as MadePart['spi'],
    };
  }

  /** A segment as the board makes it; the chips inside of the part are called like parts. */
  #made(path: string, segment: HostedSegment, clock: ThreadClock): MadeSegment {
    const inside = segment.inside.map((part, at) => {
      const place = `${path}#${segment.index}.${at}`;
      this.#hosted.set(place, { part: part as I2cPart & SpiPart, clock, view: viewOf(part) });
      return { path: place, addresses: [...part.addresses] };
    });
    return { path: segment.path, inside };
  }

  #segment(path: string, child: string | undefined): HostedSegment {
    const all = this.#segments.get(path) as HostedSegment[];
    const index = all.length;
    const segment = new HostedSegment(index, child, (name, ...args) =>
      this.#onSegment({ path, segment: index, name, args }),
    );
    all.push(segment);
    return segment;
  }

  #context(node: DeviceNode, clock: ThreadClock, strict: boolean): PartContext {
    const { path } = node;
    const { directory } = this.#start;
    const warn = (sentence: string) => this.#tell({ kind: 'warning', path, sentence });
    const files = partFiles(node, directory, this.#registry, clock, warn);
    return {
      clock,
      directory,
      strict,
      warn,
      readFile: files.readFile,
      contents: (size, fill) => {
        this.#withContents.add(path);
        return files.contents(size, fill);
      },
      readdress: () => {
        const hosted = this.#hosted.get(path);
        if (hosted !== undefined) this.#look(path, hosted);
      },
      segment: (child) => this.#segment(path, child.path).wire,
      emptySegment: () => this.#segment(path, undefined).wire,
    };
  }

  /** Tells what a wire would see at the part now, where that is something else than before. */
  #look(path: string, hosted: Hosted): void {
    const view = viewOf(hosted.part);
    if (sameView(view, hosted.view)) return;
    hosted.view = view;
    this.#tell({ kind: 'view', path, view });
  }
}

/** Whoever asks puts the path in front of what it throws. */
function withoutPath(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof PartError ? new Error(error.sentence, { cause: error }) : error;
  }
}

function viewOf(part: I2cPart): PartView {
  const { addresses, sharedAddresses, stretchNs, busyReason, takesRuns, segments } = part;
  return {
    addresses: [...(addresses ?? [])],
    sharedAddresses: [...(sharedAddresses ?? [])],
    stretchNs,
    busyReason,
    takesRuns: takesRuns === true,
    segments: segments?.map((segment) => (segment as unknown as HostedSegment).index),
  };
}

function sameView(a: PartView, b: PartView): boolean {
  return (
    a.stretchNs === b.stretchNs &&
    a.busyReason === b.busyReason &&
    a.takesRuns === b.takesRuns &&
    sameList(a.segments ?? [], b.segments ?? []) &&
    sameList(a.addresses, b.addresses) &&
    sameList(a.sharedAddresses, b.sharedAddresses)
  );
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
