import {
  type Board,
  type BoardTrace,
  type Errno,
  type NackPlace,
  pathOf,
  type TracedBus,
  type TracedEdge,
  type TracedSegment,
  type TracedTransfer,
  type TraceEvent,
} from '../board/index.ts';
import { addressOf, hexByte, TEN_BIT_ADDRESS } from '../bus/index.ts';
import type { Captured, CapturedEvent } from '../formats/index.ts';
import { didYouMean, printable } from '../input/index.ts';
import {
  type NamedKind,
  notesText,
  type PartAccess,
  type PartReader,
  partReaders,
  unknownI2c,
  unknownSpi,
} from '../trace/decode.ts';
import type { Slack } from './worlds.ts';

/** A transfer that a board has carried out, read by the data sheet of its part. */
export interface SeenTransfer {
  readonly kind: 'transfer';
  /** In the order of all events of the board. */
  readonly sequence: number;
  /** `i2c-1`, `spi-0` */
  readonly bus: string;
  /** Path of the bus's node. */
  readonly busPath: string;
  /** `temp@48`; empty where the tree has no part at this address. */
  readonly part: string;
  /** Path of the part's node; undefined where there is none. */
  readonly path: string | undefined;
  /** I2C address or chip select of the first message. */
  readonly target: number;
  /** What it did with the part; undefined where no data sheet tells, or it did several things. */
  readonly access: PartAccess | undefined;
  /** In words: `read TEMP (0x00): 1f 80`. */
  readonly text: string;
  readonly errno: Errno | undefined;
  readonly nack: NackPlace | undefined;
  /** Injected faults that struck in it. */
  readonly struck: readonly string[];
  /** ms since 1970 by the board's clock: when it was asked for, and when it had ended. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Its time on the wire, in ms. */
  readonly wireMs: number;
  readonly segments: readonly TracedSegment[];
}

/** An edge of a line of a GPIO controller. */
export type SeenEdge = TracedEdge;
export type Seen = SeenTransfer | SeenEdge;

/** A moment in the traffic of a board, for `since`. */
export type Mark = { readonly after: number };

/** A board that is written down. */
export type Recorded = Pick<Recorder, 'board' | 'name' | 'slack' | 'clock'>;

/** Writes down all that happens on a board. */
export class Recorder {
  /** Of the board's tree, in messages. */
  readonly name: string;
  readonly board: Board;
  readonly seen: Seen[] = [];
  /** The same, as the board has written it down. */
  readonly traced: TraceEvent[] = [];
  /** What upper limits of time are widened by. */
  readonly slack: Slack;
  readonly clock: 'real' | 'stepped';
  readonly #trace: BoardTrace;
  readonly #readers: readonly ReadonlyMap<number, PartReader>[];
  /** What a part was told last, where that was nothing but a register: a read that follows is of it. */
  readonly #selected = new Map<string, PartAccess>();

  private constructor(
    { board, name, slack, clock }: Recorded,
    trace: BoardTrace,
    readers: readonly ReadonlyMap<number, PartReader>[],
  ) {
    this.slack = slack;
    this.board = board;
    this.name = name;
    this.clock = clock;
    this.#trace = trace;
    this.#readers = readers;
  }

  static async start(recorded: Recorded): Promise<Recorder> {
    const trace = recorded.board.trace();
    return new Recorder(recorded, trace, await partReaders(trace.buses));
  }

  get buses(): readonly TracedBus[] {
    return this.#trace.buses;
  }

  /** Events that were lost, since they came faster than they were looked at. */
  get lost(): number {
    return this.#trace.reader.dropped;
  }

  get readers(): readonly PartReader[] {
    return this.#readers.flatMap((readers) => [...readers.values()]);
  }

  /** Takes what has happened since the last time. */
  drain(): readonly Seen[] {
    const { reader } = this.#trace;
    for (let event = reader.read(); event !== undefined; event = reader.read()) {
      this.traced.push(event);
      this.seen.push(event.kind === 'edge' ? event : this.#read(event));
    }
    return this.seen;
  }

  /** The last `most` events, for the formats of traces. */
  captured(most: number): Captured {
    const { traced, lost, buses, clock } = this;
    const began = traced.at(-most) ?? traced[0];
    const beganMs = began === undefined ? undefined : timeOf(began);
    const at = (what: TraceEvent) => ({ atNs: (timeOf(what) - (beganMs ?? 0)) * 1e6, what });
    const left = Math.max(0, traced.length - most) + lost;
    const before: CapturedEvent[] = left === 0 ? [] : [{ atNs: 0, what: { kind: 'lost', count: left } }];
    const { sha256 } = this.#trace;
    return {
      ...{ buses, beganMs, notes: [], board: { file: this.name, sha256, clock } },
      events: [
        ...before,
        ...traced
          .slice(-most)
          .map(at)
          .sort((a, b) => a.atNs - b.atNs),
      ],
    };
  }

  end(): void {
    this.drain();
    this.#trace.end();
  }

  #read(transfer: TracedTransfer): SeenTransfer {
    const bus = this.#trace.buses[transfer.bus] as TracedBus;
    const [first] = transfer.segments;
    const unit = first?.target ?? 0;
    const reader =
      this.#readers[transfer.bus]?.get(first?.tenBit ? unit + TEN_BIT_ADDRESS : unit) ??
      (bus.kind === 'i2c' ? unknownI2c : unknownSpi);
    const { sequence, fault, nack, struck, startedMs, queuedMs, wireMs, segments } = transfer;
    return {
      kind: 'transfer',
      sequence,
      bus: `${bus.kind}-${bus.number}`,
      busPath: bus.path,
      part: reader.name,
      path: reader.path,
      target: addressOf(unit),
      access: this.#accessOf(`${bus.path} ${unit}`, reader.access(transfer), fault),
      text: reader.text(transfer) + notesText(transfer),
      errno: fault,
      nack,
      struck,
      startedMs,
      endedMs: startedMs + queuedMs + wireMs,
      wireMs,
      segments,
    };
  }

  #accessOf(key: string, access: PartAccess | undefined, fault: Errno | undefined): PartAccess | undefined {
    const selected = this.#selected.get(key);
    this.#selected.delete(key);
    if (fault !== undefined || access === undefined) return access;
    if (access.does === 'select') this.#selected.set(key, access);
    if (access.does !== 'read' || access.number !== undefined || selected === undefined) return access;
    return { ...access, name: selected.name, number: selected.number };
  }
}

/** What is looked at of the traffic of a board. */
interface View {
  readonly after: number;
  readonly wanted: readonly ((event: Seen) => boolean)[];
  /** `i2c-1, since a mark` */
  readonly words: readonly string[];
}

const EVERYTHING: View = { after: 0, wanted: [], words: [] };

/** What has happened on a board: all of it, of one bus or part, or since a mark. It is looked up anew each time. */
export class Traffic {
  readonly #recorder: Recorder;
  readonly #view: View;

  constructor(recorder: Recorder, view: View = EVERYTHING) {
    this.#recorder = recorder;
    this.#view = view;
  }

  /** Transfers and edges in the order in which they ended. @throws {Error} some were lost */
  get events(): readonly Seen[] {
    const { after, wanted } = this.#view;
    const seen = this.#recorder.drain();
    const { lost, name } = this.#recorder;
    if (lost > 0)
      throw new Error(
        `${name}: ${lost} events of the board were lost; look at board.traffic, or call board.pass, more often`,
      );
    return seen.slice(after).filter((event) => wanted.every((wants) => wants(event)));
  }

  /** The same as `events`, for the formats of traces. */
  captured(): Captured {
    const wanted = new Set(this.events.map(({ sequence }) => sequence));
    const captured = this.#recorder.captured(Number.MAX_SAFE_INTEGER);
    const events = [...captured.events].filter(
      ({ what }) => what.kind !== 'lost' && wanted.has(what.sequence),
    );
    return { ...captured, events };
  }

  /** What upper limits of time are widened by. */
  get slack(): Slack {
    return this.#recorder.slack;
  }

  get transfers(): readonly SeenTransfer[] {
    return this.events.filter((event) => event.kind === 'transfer');
  }

  get edges(): readonly SeenEdge[] {
    return this.events.filter((event) => event.kind === 'edge');
  }

  /** All events as lines. */
  get text(): string {
    return linesOf(this.events, this.#recorder.seen[0]?.startedMs).join('\n');
  }

  /** The last `count` events as lines: times count from the first event of the board. */
  lastLines(count: number): readonly string[] {
    return linesOf(this.events.slice(-count), this.#recorder.seen[0]?.startedMs);
  }

  /** This moment, for `since`. */
  mark(): Mark {
    return { after: this.#recorder.drain().length };
  }

  /** What has happened since then. */
  since({ after }: Mark): Traffic {
    const words = [...this.#view.words, 'since the mark'];
    return new Traffic(this.#recorder, { ...this.#view, after: Math.max(after, this.#view.after), words });
  }

  /**
   * What has happened on a bus (`i2c-1`), to a part or on the lines of a GPIO controller, by path, alias or `&label`.
   * @throws {Error} naming what there is
   */
  of(name: string): Traffic {
    const wants = this.wantsOf(name);
    const words = [name, ...this.#view.words];
    return new Traffic(this.#recorder, { ...this.#view, wanted: [...this.#view.wanted, wants], words });
  }

  /** Refuses a register, command or field that none of the parts called `part` has, or, without it, none at all. @throws {Error} */
  checkName(kind: NamedKind, name: string, part: string | undefined): void {
    const path = part === undefined ? undefined : pathOf(this.#recorder.board.tree, part);
    const readers = this.#recorder.readers.filter(
      (reader) => part === undefined || reader.path === path || reader.name === part,
    );
    const names = [...new Set(readers.flatMap((reader) => reader.names(kind)))];
    if (names.some((known) => known.toLowerCase() === name.toLowerCase())) return;
    const near = didYouMean(name, names);
    const hint = near === undefined ? '' : ` (did you mean ${near})`;
    const known = names.join(', ') || 'no data sheet with names';
    throw new Error(`not found: ${kind} ${name} of ${part ?? 'any part'}; known: ${known}${hint}`);
  }

  /** Whether an event is of what `name` names. @throws {Error} naming what there is */
  wantsOf(name: string): (event: Seen) => boolean {
    const { board, buses } = this.#recorder;
    const bus = buses.find(({ kind, number }) =>
      [`${kind}-${number}`, `/dev/${kind}-${number}`].includes(name),
    );
    if (bus !== undefined) return (event) => event.kind === 'transfer' && event.busPath === bus.path;
    const path = pathOf(board.tree, name);
    const parts = buses.flatMap((each) => each.parts);
    const named =
      path ??
      (parts.filter((part) => part.name === name).length === 1
        ? parts.find((part) => part.name === name)?.path
        : undefined);
    const known = [
      ...buses.map((each) => each.path),
      ...parts.map((part) => part.path ?? ''),
      ...board.gpioChips().map((chip) => chip.path),
    ];
    if (named === undefined || !known.includes(named)) throw notFound(board, name, known);
    return (event) =>
      event.kind === 'edge' ? event.controller === named : event.busPath === named || event.path === named;
  }

  /** `i2c-1 of board.dts, since the mark` */
  get words(): string {
    const [first, ...more] = this.#view.words;
    const { name } = this.#recorder;
    if (first === undefined) return name;
    return first.startsWith('since')
      ? `${name} ${this.#view.words.join(' ')}`
      : [`${first} of ${name}`, ...more].join(', ');
  }
}

function notFound(board: Board, name: string, known: readonly string[]): Error {
  const labels = known.flatMap((path) => board.tree.byPath(path)?.labels ?? []).map((label) => `&${label}`);
  const near = didYouMean(name, [...labels, ...known]);
  const hint = near === undefined ? '' : ` (did you mean ${near})`;
  return new Error(
    `not found: bus, part or GPIO controller ${name}; the board has: ${known.join(', ')}${hint}`,
  );
}

/** When it began on the wire. */
function timeOf(event: TraceEvent): number {
  return event.kind === 'edge' ? event.startedMs : event.startedMs + event.queuedMs;
}

/** `!  0.012500 s  i2c-1  0x48 temp@48  ENXIO  probe` */
function linesOf(events: readonly Seen[], beganMs = 0): string[] {
  const rows = events.map((event) => {
    const time = ((event.startedMs - beganMs) / 1000).toFixed(6).padStart(10);
    if (event.kind === 'edge') {
      const line = `${event.controller} ${event.line} ${event.name}`.trimEnd();
      return [`  ${time}`, 'gpio', line, '', event.high ? 'rises' : 'falls'];
    }
    const place = event.bus.startsWith('i2c') ? hexByte(event.target) : `cs ${event.target}`;
    const mark = event.errno === undefined ? ' ' : '!';
    return [
      `${mark} ${time}`,
      event.bus,
      `${place} ${event.part}`.trimEnd(),
      event.errno ?? 'ok',
      event.text,
    ];
  });
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map((row) => (row[column] as string).length)),
  );
  return rows.map((row) =>
    printable(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    ),
  );
}
