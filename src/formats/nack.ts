import type { NackPlace } from '../bus/index.ts';
import type { TracedTransfer } from '../trace/index.ts';

/** Where a transaction ended by a NACK; an address that was refused is where an adapter need not tell. */
export function nackOf({
  nack,
  fault,
  segments,
}: Partial<Pick<TracedTransfer, 'nack'>> & Pick<TracedTransfer, 'fault' | 'segments'>):
  | NackPlace
  | undefined {
  return nack ?? (fault === 'ENXIO' && segments.length === 1 ? { message: 0, byte: -1 } : undefined);
}
