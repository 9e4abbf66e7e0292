import type { Model, Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';
import { axes } from './by-sheet.ts';

const G = 9.80665;
const AXES = ['x', 'y', 'z'] as const;

const ROW: PartRow = {
  names: 'kionix,kx023-1025',
  title: 'KX023 accelerometer',
  source: 'Kionix KX023-1025 data sheet, rev. 12.0',
  at: 0x1e,
  last: 0x7f,
  ids: { COTR: [0x0c, 0x55], WHO_AM_I: [0x0f, 0x15] },
  resets: { CNTL2: [0x19, 0x3f], ODCNTL: [0x1b, 0x02] },
  registers: { ...axes(0x06), CNTL1: { at: 0x18, fields: { PC1: 7, RES: 6, GSEL: [4, 3] } } },
  senses: Object.fromEntries(
    AXES.map((axis) => [
      axis,
      {
        unit: 'm/s²',
        range: [-8 * G, 8 * G],
        doc: `acceleration along ${axis}, beyond the range its end`,
      } as const,
    ]),
  ),
  notModelled: [
    'rates, filters, the resolution of RES, FIFO and events',
    'the time of a conversion, and the data-ready bit: it is always set',
    'self test, and the reset of CNTL2',
  ],
};

/** The first byte of each axis; PC1 has it measure, GSEL is the range in g. */
const OUT = 0x06;
const [CNTL1, PC1] = [0x18, 0x80];
const rangeOf = (control: number): number => [2, 4, 8, 8][(control >> 3) & 3] as number;

const model: Model = (_registers, { sense, peek, poke, quantize }) => {
  /** In stand-by the outputs keep what was measured last. */
  function measure(): void {
    const control = peek(CNTL1);
    if ((control & PC1) === 0) return;
    const count = (rangeOf(control) * G) / 32_768;
    for (const [index, axis] of AXES.entries()) {
      const counts = quantize((sense as Readonly<Record<string, number>>)[axis] ?? 0, count, 16);
      poke(OUT + 2 * index, counts & 0xff);
      poke(OUT + 2 * index + 1, (counts >> 8) & 0xff);
    }
  }
  return {
    sensed: measure,
    afterWrite(number) {
      if (number === CNTL1) measure();
    },
    restored: measure,
  };
};

export const parts: readonly Part[] = [{ ...partOfRow(ROW), model }];
