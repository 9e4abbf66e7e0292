/**
 * Between the rows of GDDRAM and the lines of glass: which COM pad a row drives (table 10-3), and which pad a line of the
 * panel is wired to. Where both are the same the picture is whole; else its lines are mixed up, as on a module.
 */
export interface ComLayout {
  /** DAh, bit 4: rows take turns between the lower and the upper half of the pads. */
  readonly alternative: boolean;
  /** DAh, bit 5: the halves change places. */
  readonly remap: boolean;
}

const HALF = 32;

/** The pad of the `index`th row. */
export function comPad({ alternative, remap }: ComLayout, index: number): number {
  const pad = alternative ? (index & 1) * HALF + (index >> 1) : index;
  return remap ? pad ^ HALF : pad;
}

/** The row that drives `pad`. */
export function rowOfPad({ alternative, remap }: ComLayout, pad: number): number {
  const own = remap ? pad ^ HALF : pad;
  return alternative ? ((own & (HALF - 1)) << 1) | (own >> 5) : own;
}
