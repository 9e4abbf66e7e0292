import type { SpiPartModel } from '../populate/catalogue.ts';
import type { SpiPart } from '../wire/part.ts';

/** MISO wired to MOSI: what is sent comes back. What Linux's spi-loopback-test module expects. */
class Loopback implements SpiPart {
  readonly state = {};

  reset(): void {}
  select(): void {}
  deselect(): void {}

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void {
    if (rx === undefined) return;
    if (tx === undefined) rx.fill(0, 0, length);
    else rx.set(tx.length === length ? tx : tx.subarray(0, length));
  }
}

const loopback: SpiPartModel = {
  compatible: ['linux,spi-loopback-test', 'dtbus,loopback'],
  bus: 'spi',
  title: 'MISO wired to MOSI',
  properties: [],
  create: () => new Loopback(),
};

export const models = [loopback];
