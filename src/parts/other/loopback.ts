import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

/** What Linux's spi-loopback-test module expects: what is sent comes back. */
const sheet = {
  compatible: ['linux,spi-loopback-test', 'dtbus,loopback'],
  title: 'MISO wired to MOSI',
  bus: { spi: { form: 'other' } },
} as const satisfies DataSheet;

const model: Model<typeof sheet> = () => ({
  spi: {
    transfer(tx, rx, length) {
      if (rx === undefined) return;
      if (tx === undefined) rx.fill(0, 0, length);
      else rx.set(tx.length === length ? tx : tx.subarray(0, length));
    },
  },
});

export const parts = [{ ...sheet, model }];
