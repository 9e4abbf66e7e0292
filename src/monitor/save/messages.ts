import type { FormatName } from '../../formats/index.ts';
import type { KeptBoard } from '../server/kept-event.ts';

/** What the thread that writes a file begins with. */
export interface SaveStart {
  readonly format: FormatName;
  readonly boards: readonly KeptBoard[];
  /** How many events were lost, by the place of the row behind them; at the end, the count of the rows. */
  readonly losses: ReadonlyMap<number, number>;
}

/** Some of the rows, in their order; undefined: those were all. */
export type SaveRows =
  | {
      /** One behind the other. */
      readonly records: Uint8Array<ArrayBuffer>;
      /** The place in `boards` of each. */
      readonly of: Uint16Array<ArrayBuffer>;
    }
  | undefined;

export type SaveNews =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** All was written; what the format has no place for. */
  | { readonly kind: 'written'; readonly notes: readonly string[] };
