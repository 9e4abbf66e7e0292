/** What goes to the page: plain data, a line of JSON each. */

import type { BoardState } from './state.ts';

/** Bytes of one direction of a message: what was kept of them in hex, and how many there were. */
export type RowBytes = readonly [hex: string, length: number];

/** A message of a transfer. */
export interface RowSegment {
  /** I2C address, or chip select. */
  readonly target: number;
  readonly tenBit?: true;
  readonly sent?: RowBytes;
  readonly received?: RowBytes;
}

interface RowBase {
  /** Counts what happened from 1, without a gap. */
  readonly n: number;
  /** When it was asked for, or happened: ms since 1970 by the time that the parts see. */
  readonly at: number;
}

export interface TransferRow extends RowBase {
  readonly bus: string;
  /** `0x48 temp@48` */
  readonly target: string;
  /** `temp@48`; empty where the tree has no such part. */
  readonly part: string;
  readonly client: string;
  /** What it means, by the part's data sheet, and what it met. */
  readonly text: string;
  /** The errno; absent: it went well. */
  readonly fault?: string;
  /** Message and byte that was not acknowledged; byte -1: the address. */
  readonly nack?: { readonly message: number; readonly byte: number };
  /** In ms. */
  readonly queued: number;
  readonly wire: number;
  /** How often it was carried out, where that was more than once. */
  readonly attempts?: number;
  /** How long parts held SCL low, in ms. */
  readonly stretched?: number;
  /** An injected fault struck. */
  readonly injected?: true;
  /** Clocks freed SDA before it. */
  readonly freed?: true;
  readonly segments: readonly RowSegment[];
}

export interface EdgeRow extends RowBase {
  readonly line: string;
  readonly high: boolean;
}

export type Row = TransferRow | EdgeRow;

/** When a row happened, in ms as `TransferRow` has them. */
export interface RowTimes {
  readonly at: number;
  readonly queued: number;
  readonly wire: number;
}

type Timeless<Of extends Row> = Omit<Of, 'n' | keyof RowTimes>;

/** A row but for its number and its times: the same for all rows of a register that is read again and again. */
export type Happening = Timeless<TransferRow> | Timeless<EdgeRow>;

/** Rows whose numbers follow each other, a column each. */
export interface Rows {
  /** The number of the first. */
  readonly first: number;
  /** These have the next places among the happenings that this stream has told. */
  readonly told: readonly Happening[];
  /** The first of them has place 0: those before are not named any more. */
  readonly anew?: true;
  /** Places of their happenings. */
  readonly of: readonly number[];
  readonly at: readonly number[];
  readonly queued: readonly number[];
  readonly wire: readonly number[];
}

/** A bus or a line of the board, as the page names its lane. */
export interface Lane {
  readonly name: string;
  readonly kind: 'i2c' | 'spi' | 'line';
  readonly path: string;
}

/** What the stream tells, a line each. */
export type StreamLine =
  /** First. `began`: names this run of the monitor; rows of another are not ours. `control`: real hardware may be touched. */
  | {
      readonly hello: {
        readonly began: string;
        readonly board: string;
        readonly control: boolean;
        readonly lanes: readonly Lane[];
      };
    }
  /** A bus is known from now on. */
  | { readonly lanes: readonly Lane[] }
  | { readonly rows: Rows }
  /** So many were not told: they came faster than they were read. */
  | { readonly lost: number }
  /** How the board is, as far as that has changed. */
  | { readonly state: Partial<BoardState> }
  /** The board has ended; `false`: it is back. */
  | { readonly ended: boolean };

/** What the page holds for a report without a server. */
export interface Report {
  readonly board: string;
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
  /** So many more are known to be missing. */
  readonly lost: number;
}

export const isTransfer = <T extends object>(row: T): row is Extract<T, { segments: unknown }> =>
  'segments' in row;
