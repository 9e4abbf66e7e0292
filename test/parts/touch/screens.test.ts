import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/* Reports as Linux's drivers take them; test/sim/linux/screens.test.ts lets these judge. */

const screen = async (compatible: string) => {
  const bench = await i2cBench({ compatible, reg: 0x48 });
  bench.set('x', 0x123);
  bench.set('y', 0x456);
  return bench;
};

describe('S6SY761', () => {
  it('tells first that it has started, then of a finger, and holds INT until that was read', async () => {
    const bench = await screen('samsung,s6sy761');
    expect(bench.writeRead([0x60], 8)).toEqual([0x08, 0, 0, 0, 0, 0, 0, 0]);
    expect(bench.writeRead([0x55], 1)).toEqual([0x20]);
    expect(bench.line('INT').high).toBe(true);
    bench.set('touching', true);
    expect([bench.line('INT').high, bench.get('waiting')]).toEqual([false, true]);
    expect(bench.writeRead([0x60], 8)).toEqual([0x44, 0x12, 0x45, 0x36, 10, 8, 20, 0]);
    expect([bench.line('INT').high, bench.get('waiting')]).toEqual([true, false]);
    bench.set('x', 0x124);
    expect(bench.writeRead([0x60], 4)).toEqual([0x84, 0x12, 0x45, 0x46]);
    bench.set('touching', false);
    expect(bench.writeRead([0x60], 1)).toEqual([0xc4]);
    expect(bench.writeRead([0x60], 1)).toEqual([0x00]);
  });
});

describe('BT541', () => {
  it('keeps its report until the host clears it', async () => {
    const bench = await screen('zinitix,bt541');
    bench.set('touching', true);
    const report = [0x03, 0x08, 1, 0, 0x23, 0x01, 0x56, 0x04, 20, 0x03];
    expect(bench.writeRead([0x80, 0x00], 10)).toEqual(report);
    expect(bench.writeRead([0x80, 0x00], 10)).toEqual(report);
    expect(bench.line('INT').high).toBe(false);
    bench.write([0x03, 0x00]);
    expect(bench.line('INT').high).toBe(true);
  });
});

describe('ILI2117', () => {
  it('is read without a command: a finger, nine that are none, and bytes that are 0 in all', async () => {
    const bench = await screen('ilitek,ili2117');
    bench.set('touching', true);
    const report = bench.read(43);
    expect(report.slice(0, 6)).toEqual([0x5a, 0x14, 0x23, 0x56, 20, 0xff]);
    expect(report.reduce((sum, byte) => sum + byte, 0) % 256).toBe(0);
    expect(bench.line('INT').high).toBe(true);
  });
});

describe('IST3038', () => {
  it('has one register for how many there are and where', async () => {
    const bench = await screen('imagis,ist3038');
    expect(bench.writeRead([0xc0, 0, 0, 0], 4)).toEqual([0x30, 0x38, 0x30, 0x38]);
    bench.set('touching', true);
    expect(bench.writeRead([0, 0, 0, 0x20], 4)).toEqual([0, 0, 0x10, 0x01]);
    expect(bench.line('INT').high).toBe(false);
    expect(bench.writeRead([0, 0, 0, 0x20], 4)).toEqual([0x04, 0x12, 0x34, 0x56]);
    expect(bench.line('INT').high).toBe(true);
  });

  it('IST3038C has two', async () => {
    const bench = await screen('imagis,ist3038c');
    expect(bench.writeRead([0xc0, 0, 0x10, 0], 4)).toEqual([0, 0, 0x03, 0x8c]);
    bench.set('touching', true);
    expect(bench.writeRead([0xb0, 0x0b, 0x01, 0x04], 4)).toEqual([0, 0, 0x10, 0x01]);
    expect(bench.writeRead([0xb0, 0x0b, 0x01, 0x08], 4)).toEqual([0x04, 0x12, 0x34, 0x56]);
    expect(bench.line('INT').high).toBe(true);
  });
});
