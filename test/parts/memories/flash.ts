import { type NodeLiteral, spiBench } from '../../sim/support.ts';

/** A bus with one flash that programs and erases at once. */
export async function flash(compatible = 'jedec,spi-nor', more: Partial<NodeLiteral> = {}) {
  const bench = await flashWithTimes(compatible, more);
  bench.set('timeScale', 0);
  return bench;
}

/** A bus with one flash, as it comes: with the times of its data sheet. */
export const flashWithTimes = (compatible = 'jedec,spi-nor', more: Partial<NodeLiteral> = {}) =>
  spiBench({ compatible, ...more });

export type FlashBench = Awaited<ReturnType<typeof flash>>;

/** 03h with three bytes of address. */
export const read = (bench: FlashBench, address: number, count: number) =>
  bench.exchange([0x03, address >> 16, (address >> 8) & 0xff, address & 0xff], count);

/** An instruction after the write enable that it needs. */
export function change(bench: FlashBench, ...bytes: number[]): void {
  bench.exchange([0x06]);
  bench.exchange(bytes);
}
