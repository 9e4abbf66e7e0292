import type { TracedBoard, TracedBus, TraceEvent } from '../../trace/index.ts';

/** A board that events happened on. */
export interface KeptBoard {
  readonly buses: readonly TracedBus[];
  readonly of: TracedBoard | undefined;
}

/** An event as the board told it: rows have only the bytes that are shown. */
export interface KeptEvent {
  readonly on: KeptBoard | undefined;
  /** Makes it whole; nobody does until it is saved. */
  readonly what: () => TraceEvent;
}
