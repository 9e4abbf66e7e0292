import { hexByte, TEN_BIT_ADDRESS } from '../../bus/index.ts';
import type { TracedBus } from '../board.ts';
import type { TracedTransfer } from '../event.ts';
import { type PartReader, unknownI2c, unknownSpi } from './part-reader.ts';

/** A transfer with all that is known of where it went. */
export interface WatchedTransfer {
  readonly transfer: TracedTransfer;
  readonly bus: TracedBus;
  /** `0x48 temp@48`, `cs 0 flash@0` */
  readonly target: string;
  /** `temp@48`; empty where the tree has no such part. */
  readonly part: string;
  /** What it means. */
  readonly text: string;
  /** Whether another transfer that is the same but for its number and times would mean the same. */
  readonly isOfItself: boolean;
}

/** A transfer with its place and its meaning. */
export function watched(
  transfer: TracedTransfer,
  bus: TracedBus,
  readers: ReadonlyMap<number, PartReader>,
): WatchedTransfer {
  const [first] = transfer.segments;
  const unit = first?.target ?? 0;
  const reader =
    readers.get(first?.tenBit ? unit + TEN_BIT_ADDRESS : unit) ??
    (bus.kind === 'i2c' ? unknownI2c : unknownSpi);
  const place = bus.kind === 'i2c' ? hexByte(unit) : `cs ${unit}`;
  const others = transfer.segments.some(({ target }) => target !== unit) ? ' and others' : '';
  const target = `${place} ${reader.name}${others}`.trimEnd();
  const isOfItself = reader.remembers !== true;
  return { transfer, bus, target, part: reader.name, text: reader.text(transfer), isOfItself };
}

/** `i2c-1`, `spi-0` */
export function busName({ kind, number }: Pick<TracedBus, 'kind' | 'number'>): string {
  return `${kind}-${number}`;
}
