import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('HDC2010 (SNAS693, 7.6)', () => {
  const hdc2010 = async () => {
    const bench = await i2cBench({ compatible: 'ti,hdc2010', reg: 0x40 });
    bench.set('temperature', 42.5);
    bench.set('humidity', 25);
    return bench;
  };

  it('has its ids', async () => {
    const bench = await hdc2010();
    expect(bench.writeRead([0xfc], 4)).toEqual([0x49, 0x54, 0xd0, 0x07]);
  });

  it('measures when it is triggered, in 1.27 ms of 14 bits, the low byte first', async () => {
    const bench = await hdc2010();
    bench.write([0x0f, 0x01]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x00]);
    bench.clock.advance(1.2 * MS);
    expect(bench.writeRead([0x00], 4)).toEqual([0, 0, 0, 0]);
    bench.clock.advance(0.1 * MS);
    // 42.5 °C are 82.5 of 165: a half; 25 % a quarter.
    expect(bench.writeRead([0x00], 7)).toEqual([0x00, 0x80, 0x00, 0x40, 0x80, 0x80, 0x40]);
    expect(bench.writeRead([0x04], 1)).toEqual([0x00]);
  });

  it('measures again and again with AMM: 0.2 s at 5 Hz', async () => {
    const bench = await hdc2010();
    bench.write([0x0e, 0x70]);
    bench.write([0x0f, 0x01]);
    bench.clock.advance(2 * MS);
    bench.set('temperature', -40);
    bench.clock.advance(197 * MS);
    expect(bench.writeRead([0x00], 2)).toEqual([0x00, 0x80]);
    bench.clock.advance(2 * MS);
    expect(bench.writeRead([0x00], 2)).toEqual([0x00, 0x00]);
    // The highest so far stays.
    expect(bench.writeRead([0x05], 1)).toEqual([0x80]);
  });

  it('pulls its pin beyond a threshold, where that is enabled, until the event was read', async () => {
    const bench = await hdc2010();
    bench.write([0x0b, 0x7f]);
    bench.write([0x07, 0x40]);
    bench.write([0x0e, 0x04]);
    bench.write([0x0f, 0x01]);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(2 * MS);
    expect(bench.line('INT').high).toBe(false);
    expect(bench.writeRead([0x04], 1)).toEqual([0xc0]);
    expect(bench.line('INT').high).toBe(true);
  });
});
