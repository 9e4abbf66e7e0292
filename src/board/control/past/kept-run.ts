import { addressOf, isTenBit } from '../../../bus/index.ts';
import type { FramedBoard } from '../../../remote/index.ts';
import { RecordBlock, type TracedBus, type TraceEvent } from '../../../trace/index.ts';
import type { TraceFilter } from '../../handles/traced-paths.ts';
import { tracedBusesOf } from '../../share/shared-trace.ts';
import type { ControlEvent } from '../protocol.ts';
import { tellRecords } from '../told-records.ts';

/** Numbers of events wrap: of two, the one that is less than this behind the other is the older. */
const HALF = 0x8000_0000;
/** Times beyond it are no dates. */
const DATE_MAX_MS = 8.64e15;

/** An event of a run that is to be told. */
export interface KeptEvent {
  readonly run: KeptRun;
  readonly record: Uint8Array<ArrayBuffer>;
  /** How many before it, behind the last one that was kept, are missing. */
  readonly lost: number;
}

/** What a host has told from its start on, as far as it was kept: its events have numbers one behind the other. */
export class KeptRun {
  /** Among the boards that are told. */
  readonly board: number;
  readonly #buses: readonly TracedBus[];
  readonly #of: { readonly file: string; readonly sha256: string };
  readonly #only: readonly string[] | undefined;
  /** Number of its last event. */
  #last: number | undefined;
  /** Events that were missing since the last one that was told. */
  #missing = 0;
  #isTold = false;

  /** @param only paths of the parts and buses that are wanted; undefined: all @throws {BusFault} `EPROTO` */
  constructor(
    board: number,
    { file, sha256, ...framed }: FramedBoard,
    only: (of: readonly TracedBus[]) => readonly string[] | undefined,
  ) {
    this.board = board;
    this.#buses = tracedBusesOf({ file, sha256, ...framed });
    this.#of = { file, sha256 };
    this.#only = only(this.#buses);
  }

  /** Nothing of it has come. */
  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  /** Whether the event of this number has come, or a younger one. */
  hasCome(sequence: number): boolean {
    return this.#last !== undefined && (this.#last - sequence) >>> 0 < HALF;
  }

  /** What comes next is the event behind this number. @returns how many are missing before it */
  goOn(sequence: number): number {
    if (!this.hasCome(sequence)) {
      if (this.#last !== undefined) this.#missing += (sequence - this.#last) >>> 0;
      this.#last = sequence;
    }
    const missing = this.#missing;
    this.#missing = 0;
    return missing;
  }

  /** Tells of events that have not come, and are wanted. @returns whether all of it were records */
  take(records: Uint8Array, told: (event: KeptEvent) => void): boolean {
    const block = new RecordBlock(Uint8Array.from(records));
    try {
      for (let from = 0; from < block.length; ) {
        const end = block.endOf(from);
        const event = block.event(from, end);
        if (!this.#isSound(event)) return false;
        if (!this.hasCome(event.sequence)) {
          if (this.#last !== undefined) this.#missing += (event.sequence - 1 - this.#last) >>> 0;
          this.#last = event.sequence;
          if (this.#isWanted(event)) {
            told({ run: this, record: block.record(from, end), lost: this.#missing });
            this.#missing = 0;
          }
        }
        from = end;
      }
      return true;
    } catch (thrown) {
      if (thrown instanceof RangeError) return false;
      throw thrown;
    }
  }

  /** What of a live trace is behind all that has come. @throws {RangeError} it is no trace */
  behind(records: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const block = new RecordBlock(records);
    let from = 0;
    while (from < block.length) {
      const end = block.endOf(from);
      if (!this.hasCome(block.event(from, end).sequence)) break;
      from = end;
    }
    return records.subarray(from);
  }

  /** Tells of the run, before anything of it is told. */
  begin(tell: (event: ControlEvent) => void): void {
    if (this.#isTold) return;
    this.#isTold = true;
    tell({ event: 'board', board: this.board, buses: this.#buses, of: this.#of });
  }

  tell({ record, lost }: KeptEvent, tell: (event: ControlEvent) => void): void {
    this.begin(tell);
    if (lost > 0) tell({ event: 'lost', board: this.board, count: lost });
    tellRecords(this.board, record, tell);
  }

  /** What a stranger has written may have times that no clock has. */
  #isSound(event: TraceEvent): boolean {
    if (!(Math.abs(event.startedMs) <= DATE_MAX_MS)) return false;
    if (event.kind === 'edge') return true;
    const times = [event.queuedMs, event.wireMs, event.stretchedNs];
    return this.#buses[event.bus] !== undefined && times.every((time) => time >= 0 && time <= DATE_MAX_MS);
  }

  /** As the board itself chooses by a `TraceFilter`. */
  #isWanted(event: TraceEvent): boolean {
    const only = this.#only;
    if (only === undefined) return true;
    if (event.kind === 'edge') return false;
    const bus = this.#buses[event.bus] as TracedBus;
    if (only.includes(bus.path)) return true;
    // A channel has the addresses of the bus that it hangs on, too.
    const units = this.#buses
      .filter(({ path }) => path === bus.path || bus.path.startsWith(`${path}/`))
      .flatMap(({ parts }) => parts)
      .filter(({ path = '' }) => only.includes(path))
      .flatMap(({ reg }) => reg);
    return event.segments.some(({ target, tenBit }) =>
      units.some((unit) => addressOf(unit) === target && isTenBit(unit) === tenBit),
    );
  }
}

/** What a filter names, by a description of the board alone: paths, names of parts and of buses, and no labels. */
export function pathsIn(
  { parts = [], buses = [] }: TraceFilter,
  of: readonly TracedBus[],
): readonly string[] {
  const known = of.flatMap((bus) => bus.parts);
  return [
    ...known.filter(({ name, path = '' }) => parts.includes(name) || parts.includes(path)),
    ...of.filter(({ kind, number, path }) =>
      [path, `${kind}-${number}`, `/dev/${kind}-${number}`].some((name) => buses.includes(name)),
    ),
  ].flatMap(({ path }) => path ?? []);
}
