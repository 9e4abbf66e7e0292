import type { TracedBoard, TracedBus } from '../../trace/index.ts';

/** A board that events happened on. */
export interface KeptBoard {
  readonly buses: readonly TracedBus[];
  readonly of: TracedBoard | undefined;
}

/** An event as the board told it: rows have only the bytes that are shown. */
export interface KeptEvent {
  readonly on: KeptBoard | undefined;
  /** The record that it is, for `RecordReader`; nobody reads it until it is saved. */
  readonly record: () => Uint8Array<ArrayBuffer>;
}
