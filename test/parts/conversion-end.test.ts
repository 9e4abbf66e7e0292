import { expect, it } from 'vitest';
import { i2cBench } from '../sim/support.ts';

/**
 * A part that converts continuously shows a new value when the conversion that saw it has ended, and the old one until
 * then. Times are those of the data sheets, and beside each row what its numbers are.
 */
const MS = 1e6;

interface Row {
  readonly compatible: string;
  readonly sense: string;
  /** Begins to convert continuously. */
  readonly begin: readonly number[];
  readonly conversionMs: number;
  /** What reads the result, and what it is for two values. */
  readonly register: readonly number[];
  readonly values: readonly [before: number, after: number];
  readonly results: readonly [before: readonly number[], after: readonly number[]];
}

const ROWS: readonly Row[] = [
  // ROHM BH1750FVI: H resolution, 120 ms; counts are lx * 1.2.
  {
    compatible: 'rohm,bh1750',
    sense: 'illuminance',
    begin: [0x10],
    conversionMs: 120,
    register: [],
    values: [100, 200],
    results: [
      [0x00, 0x78],
      [0x00, 0xf0],
    ],
  },
  // SBAS444: 128 samples a second, 2.048 V full scale: 62.5 uV a count.
  {
    compatible: 'ti,ads1115',
    sense: 'ain0',
    begin: [0x01, 0x44, 0x83],
    conversionMs: 1000 / 128,
    register: [0x00],
    values: [0.5, 1],
    results: [
      [0x1f, 0x40],
      [0x3e, 0x80],
    ],
  },
  // SBOS448: 532 us for each of shunt and bus at 12 bits; a bus count is 4 mV, in bits 15 to 3.
  {
    compatible: 'ti,ina219',
    sense: 'busVoltage',
    begin: [0x00, 0x39, 0x9f],
    conversionMs: 2 * 0.532,
    register: [0x02],
    values: [4, 8],
    results: [
      [0x1f, 0x42],
      [0x3e, 0x82],
    ],
  },
  // SBOS547: 1.1 ms each for shunt and bus, no averaging; a bus count is 1.25 mV.
  {
    compatible: 'ti,ina226',
    sense: 'busVoltage',
    begin: [0x00, 0x41, 0x27],
    conversionMs: 2 * 1.1,
    register: [0x02],
    values: [4, 8],
    results: [
      [0x0c, 0x80],
      [0x19, 0x00],
    ],
  },
  // SBOS576: 1.1 ms for shunt and bus of three channels; a bus count is 8 mV, in bits 15 to 3.
  {
    compatible: 'ti,ina3221',
    sense: 'busVoltage1',
    begin: [0x00, 0x71, 0x27],
    conversionMs: 6 * 1.1,
    register: [0x02],
    values: [4, 8],
    results: [
      [0x0f, 0xa0],
      [0x1f, 0x40],
    ],
  },
];

it.each(ROWS)('$compatible: $conversionMs ms', async (row) => {
  const bench = await i2cBench({ compatible: row.compatible, reg: 0x40 });
  const result = () => [...(row.register.length === 0 ? bench.read(2) : bench.writeRead(row.register, 2))];
  const conversion = Math.ceil(row.conversionMs * MS);
  bench.set(row.sense, row.values[0]);
  bench.write(row.begin);
  bench.clock.advance(conversion);
  expect(result()).toEqual(row.results[0]);
  bench.clock.advance(conversion / 2);
  bench.set(row.sense, row.values[1]);
  bench.clock.advance(conversion / 2 - 1000);
  expect(result()).toEqual(row.results[0]);
  bench.clock.advance(2000);
  expect(result()).toEqual(row.results[1]);
});
