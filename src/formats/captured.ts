import type { Errno } from '../bus/index.ts';
import type { RecordedLoss } from '../recording/index.ts';
import type { TracedBoard, TracedBus, TracedBytes, TracedEdge, TracedTransfer } from '../trace/index.ts';
import { WaveError } from './wave/samples.ts';

/** A thing that happened, with its time. */
export interface CapturedEvent {
  /** When it began on the wire, in ns since `Captured.beganMs`. */
  readonly atNs: number;
  readonly what: TracedTransfer | TracedEdge | RecordedLoss;
}

/** What happened on a board, whichever format told it. */
export interface Captured {
  readonly buses: readonly TracedBus[];
  readonly board: TracedBoard | undefined;
  /** ms since 1970 of time 0; undefined where nobody knows it (a logic analyser's, a kernel's time since boot). */
  readonly beganMs: number | undefined;
  /** In the order of their beginning; can be gone through more than once. */
  readonly events: Iterable<CapturedEvent>;
  /** What of the source was not understood, or is not known: a sentence each. */
  readonly notes: readonly string[];
}

/** What an importer finds out of a transfer; all else is as usual. */
export interface FoundTransfer
  extends Pick<TracedTransfer, 'bus' | 'segments'>,
    Partial<Pick<TracedTransfer, 'nack' | 'stretchedNs' | 'client'>> {
  readonly wireNs?: number | undefined;
  readonly fault?: Errno | undefined;
}

/** Most transfers and edges of one import. A packed file of a megabyte can hold more than there is memory for. */
export const EVENTS_MAX = 1_000_000;

/** Most messages of a transfer, and of all of an import. */
const MESSAGES_MAX = 1 << 16;
const ALL_MESSAGES_MAX = 4 * EVENTS_MAX;

/** Adds a message to those of a transfer. @throws {WaveError} there are too many */
export function addMessage<Message>(messages: Message[], message: Message): void {
  if (messages.length === MESSAGES_MAX)
    throw new WaveError(`more than ${MESSAGES_MAX} messages in a transfer; its end may be missing`);
  messages.push(message);
}

/** What an importer finds, in whatever order it ends. */
export class FoundEvents {
  readonly #events: CapturedEvent[] = [];
  #messages = 0;

  get count(): number {
    return this.#events.length;
  }

  /** When the last one that was found began, in ns. */
  get lastNs(): number {
    return this.#events.at(-1)?.atNs ?? 0;
  }

  /** @throws {WaveError} there are too many */
  add(event: CapturedEvent): void {
    if (this.#events.length === EVENTS_MAX)
      throw new WaveError(
        `more than ${EVENTS_MAX} transfers and edges; cut the trace into parts and convert each`,
      );
    if (event.what.kind === 'transfer') this.#messages += event.what.segments.length;
    if (this.#messages > ALL_MESSAGES_MAX)
      throw new WaveError(
        `more than ${ALL_MESSAGES_MAX} messages; cut the trace into parts and convert each`,
      );
    this.#events.push(event);
  }

  /** All of them by their time, numbered. @param origin the time that is 0, in ns: the first's, or that of the source */
  inOrder(origin: 'first' | 'source' = 'source'): readonly CapturedEvent[] {
    const events = this.#events.sort((a, b) => a.atNs - b.atNs);
    const zero = origin === 'source' ? 0 : (events[0]?.atNs ?? 0);
    // One by one in their places: two lists of them would take twice the memory.
    for (const [index, { atNs, what }] of events.entries())
      events[index] = {
        atNs: atNs - zero,
        what:
          what.kind === 'lost'
            ? what
            : { ...what, sequence: index + 1, startedMs: what.startedMs - zero / 1e6 },
      };
    return events;
  }
}

/** A transfer that an importer has found; `FoundEvents` numbers it. */
export function foundTransfer(found: FoundTransfer, atNs: number): CapturedEvent {
  const { bus, segments, fault, nack, wireNs = 0, stretchedNs = 0, client = '' } = found;
  return {
    atNs,
    what: {
      ...{ kind: 'transfer', sequence: 0, startedMs: atNs / 1e6, queuedMs: 0, wireMs: wireNs / 1e6 },
      ...{ bus, segments, fault, attempts: 1, stretchedNs, struck: [], client },
      ...(nack !== undefined && { nack }),
    },
  };
}

/** Bytes of which all are known. */
export function wholeBytes(bytes: Uint8Array | readonly number[]): TracedBytes {
  return { bytes: bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes), length: bytes.length };
}

/** A bus of which an importer knows its number alone. */
export function plainBus(kind: TracedBus['kind'], number: number): TracedBus {
  return { kind, number, path: '', parts: [] };
}
