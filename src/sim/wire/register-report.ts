import type { Access } from '../../parts/index.ts';

/** Named bits of a register. */
export interface RegisterField {
  readonly name: string;
  /** Bits from 0. */
  readonly high: number;
  readonly low: number;
  readonly access: Access;
}

/** A register of a part as its data sheet names it, with what is stored in it now. */
export interface RegisterReport {
  readonly name: string;
  /** Its number on the bus; with `bank`: while the part is switched to that. */
  readonly at: number;
  readonly bank?: number;
  readonly bits: number;
  /** The bus cannot change it. */
  readonly readOnly: boolean;
  /** The part may make another value when the bus reads it. */
  readonly madeWhenRead?: true;
  /** As many as registers of this kind follow each other. */
  readonly values: readonly number[];
  readonly fields: readonly RegisterField[];
}
