import { describe, expect, it } from 'vitest';
import { macroPeriods, timingBudget } from '../../../src/parts/sensors/vl53l0x-timing.ts';

/*
 * By ST's API (STSW-IMG005, `get_measurement_timing_budget`), in µs: 1910 and 960 for start and end; TCC 590, MSRC 660, twice
 * 690 for DSS, pre-range 660, final range 550, each with its time-out. With registers of 0 that is one macro period of two
 * clocks of the VCSEL: 2304 * 2 * 1.655 ns = 7.62624 µs.
 */
const PERIOD = 7.62624;
const budgetUs = (registers: Readonly<Record<number, number>>) => {
  const bytes = new Uint8Array(0x100);
  for (const [register, value] of Object.entries(registers)) bytes[Number(register)] = value;
  return timingBudget(bytes) / 1000;
};

describe('timing budget of a VL53L0X', () => {
  it.each([
    ['no step', 0x00, 2870],
    ['TCC', 0x10, 2870 + 590 + PERIOD],
    ['MSRC', 0x04, 2870 + 660 + PERIOD],
    ['DSS', 0x08, 2870 + 2 * (690 + PERIOD)],
    ['DSS, which takes the place of MSRC', 0x0c, 2870 + 2 * (690 + PERIOD)],
    ['the pre-range', 0x40, 2870 + 660 + PERIOD],
    ['the final range', 0x80, 2870 + 550 + PERIOD],
    ['both ranges: the final one is counted with the pre-range', 0xc0, 2870 + 660 + PERIOD + 550],
  ])('%s', (_, steps, us) => {
    expect(budgetUs({ 1: steps })).toBeCloseTo(us, 6);
  });

  it('counts the time-outs in periods of their own VCSEL', () => {
    // 10 macro periods of 14 clocks, and of the final range 161 less 10, of 10 clocks.
    const registers = { 1: 0xc0, 80: 6, 82: 9, 112: 4, 113: 5, 114: 5 };
    expect(budgetUs(registers)).toBeCloseTo(2870 + 660 + 10 * 7 * PERIOD + 550 + 151 * 5 * PERIOD, 6);
    expect(budgetUs({ 1: 0x04, 70: 37, 80: 6 })).toBeCloseTo(2870 + 660 + 38 * 7 * PERIOD, 6);
  });

  it('a final range shorter than the pre-range takes nothing of its own', () => {
    expect(budgetUs({ 1: 0xc0, 82: 9 })).toBeCloseTo(2870 + 660 + 10 * PERIOD + 550, 6);
  });

  it.each([
    [0x0000, 1],
    [0x0096, 151],
    [0x0296, 601],
  ])('time-out %i is %i macro periods', (encoded, periods) => {
    expect(macroPeriods(encoded)).toBe(periods);
  });
});
