import type { Errno } from '../bus/index.ts';
import type { RecordedLoss } from '../recording/index.ts';
import type { TracedBoard, TracedBus, TracedBytes, TracedEdge, TracedTransfer } from '../trace/index.ts';

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

/** A transfer that an importer has found. `sequence`: its place among them, from 1. */
export function foundTransfer(found: FoundTransfer, atNs: number, sequence: number): CapturedEvent {
  const { bus, segments, fault, nack, wireNs = 0, stretchedNs = 0, client = '' } = found;
  return {
    atNs,
    what: {
      ...{ kind: 'transfer', sequence, startedMs: atNs / 1e6, queuedMs: 0, wireMs: wireNs / 1e6 },
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
