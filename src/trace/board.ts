import type { DataSheet } from '../parts/index.ts';

/** A part on a traced bus, as far as one must know it to read its transfers. */
export interface TracedPart {
  /** Addresses (bit 31: ten-bit) or chip selects. */
  readonly reg: readonly number[];
  /** `eeprom@50` */
  readonly name: string;
  /** Of its node, where that is known. */
  readonly path?: string;
  readonly compatible: readonly string[];
  /** `address-width` and `size` of a memory. */
  readonly addressWidth: number | undefined;
  readonly size: number | undefined;
  /** Of a model of the user's own: nobody else has it. */
  readonly sheet?: Pick<DataSheet, 'bus' | 'registers' | 'instructions' | 'memory'>;
}

/** A bus whose transfers are traced; `TracedTransfer.bus` is its place among its board's. */
export interface TracedBus {
  readonly kind: 'i2c' | 'spi';
  readonly number: number;
  readonly path: string;
  readonly parts: readonly TracedPart[];
}

/** What a trace is of. */
export interface TracedBoard {
  /** The board's tree: its file, and a SHA-256 of what is on it. */
  readonly file: string;
  readonly sha256: string;
  /** Undefined where nobody knows it. */
  readonly clock?: 'real' | 'stepped' | undefined;
}
