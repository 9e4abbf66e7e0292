import type { FlashKind } from './spi-nor-kind.ts';

/** A chip: what it has of its own, and the family whose ways are its. */
export interface FlashChip {
  readonly compatible: string;
  readonly kind: FlashKind;
  /** Answer to 9Fh: manufacturer, type, capacity, and what some makers add. None: it has no such instruction. */
  readonly jedecId: readonly number[];
  readonly size: number;
  /** Answer to 90h and ABh, where it does not follow from the capacity. */
  readonly deviceId?: number;
  /** Dice in the package, each erased by itself. */
  readonly dice?: number;
  /** Address bytes where they are neither 3 nor 4. */
  readonly addressBytes?: 2;
}

type Own = Pick<FlashChip, 'deviceId' | 'dice' | 'addressBytes'>;

const KIB = 1 << 10;
/** Up to here three address bytes reach. */
export const THREE_BYTES = 1 << 24;

/** A chip: its name, the id in hex as data sheets print it, KiB. */
const chip = (kind: FlashKind, compatible: string, id: string, kib: number, own: Own = {}): FlashChip => ({
  compatible,
  kind,
  jedecId: (id.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)),
  size: kib * KIB,
  ...own,
});
type Row = readonly [name: string, id: string, kib: number, own?: Own];
/** The chips of one maker that are of one kind. */
export const family = (kind: FlashKind, maker: string, rows: readonly Row[]): readonly FlashChip[] =>
  rows.map(([name, id, kib, own]) => chip(kind, `${maker},${name}`, id, kib, own));
