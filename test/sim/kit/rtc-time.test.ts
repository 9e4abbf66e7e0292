import { expect, it } from 'vitest';
import { i2cBench } from '../support.ts';

/** DS3231: "The date at the end of the month is automatically adjusted for months with fewer than 31 days". */
it.each([
  ['2023-01-31', '2023-02-01'],
  ['2023-02-28', '2023-03-01'],
  ['2024-02-28', '2024-02-29'],
  ['2024-02-29', '2024-03-01'],
  ['2023-03-30', '2023-03-31'],
  ['2023-04-30', '2023-05-01'],
  ['2023-05-30', '2023-05-31'],
  ['2023-06-30', '2023-07-01'],
  ['2023-07-31', '2023-08-01'],
  ['2023-08-30', '2023-08-31'],
  ['2023-09-30', '2023-10-01'],
  ['2023-10-31', '2023-11-01'],
  ['2023-11-29', '2023-11-30'],
  ['2023-11-30', '2023-12-01'],
  ['2023-12-31', '2024-01-01'],
])('after %s comes %s', async (day, next) => {
  const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
  bench.set('time', `${day}T23:59:59Z`);
  bench.clock.advance(1e9);
  expect(bench.get('time')).toBe(`${next}T00:00:00Z`);
});

it('a write of the seconds begins a second, one of another counter does not', async () => {
  const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
  bench.set('time', '2024-01-01T00:00:00Z');
  bench.clock.advance(0.6e9);
  bench.write([0x01, 0x30]);
  bench.clock.advance(0.5e9);
  expect(bench.get('time')).toBe('2024-01-01T00:30:01Z');
  bench.clock.advance(0.6e9);
  bench.write([0x00, 0x10]);
  bench.clock.advance(0.9e9);
  expect(bench.get('time')).toBe('2024-01-01T00:30:10Z');
  bench.clock.advance(0.2e9);
  expect(bench.get('time')).toBe('2024-01-01T00:30:11Z');
});
