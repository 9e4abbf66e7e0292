import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

describe('ADS7846 (SBAS125)', () => {
  const ads7846 = async () => {
    const bench = await spiBench({ compatible: 'ti,ads7846' });
    bench.set('x', 0xabc);
    bench.set('y', 0x123);
    return bench;
  };
  // 24 clocks a conversion: after the control byte a busy clock, then 12 bits.
  const code = ([, high = 0, low = 0]: readonly number[]) => ((high << 8) | low) >> 3;

  it.each([
    ['X', 0xd3, 0xabc],
    ['Y', 0x93, 0x123],
    ['Z1', 0xb3, 1000],
    ['Z2', 0xc3, 2000],
  ])('measures %s while a pen presses', async (_name, control, expected) => {
    const bench = await ads7846();
    bench.set('touching', true);
    expect(code(bench.duplex([control, 0, 0]))).toBe(expected);
  });

  it('has 8 bits with MODE, and conversions that overlap by a control byte', async () => {
    const bench = await ads7846();
    bench.set('touching', true);
    expect(code(bench.duplex([0xdb, 0, 0])) >> 4).toBe(0xab);
    // 16 clocks a conversion: BC0h of the first one comes while the second control byte is sent.
    const bytes = bench.duplex([0xd3, 0, 0x93, 0, 0]);
    expect([(bytes[1] as number) & 0x7f, (bytes[2] as number) >> 3]).toEqual([0x55, 0x1c]);
    expect((((bytes[3] as number) << 8) | (bytes[4] as number)) >> 3).toBe(0x123);
  });

  it('measures its battery against 2.5 V of its own, or against the outside', async () => {
    const bench = await ads7846();
    bench.set('battery', 4);
    // 1 V of 2.5 V.
    expect(code(bench.duplex([0xa7, 0, 0]))).toBe(1638);
    bench.set('vref', 4);
    expect(code(bench.duplex([0xa5, 0, 0]))).toBe(1024);
  });

  it('pulls PENIRQ while a pen presses, and PD0 is 0', async () => {
    const bench = await ads7846();
    bench.set('touching', true);
    expect(bench.line('PENIRQ').high).toBe(false);
    bench.duplex([0x91, 0, 0]);
    expect(bench.line('PENIRQ').high).toBe(true);
    bench.duplex([0x90, 0, 0]);
    expect(bench.line('PENIRQ').high).toBe(false);
    bench.set('touching', false);
    expect(bench.line('PENIRQ').high).toBe(true);
  });
});

describe('TSC2007 (SBAS405)', () => {
  it('gives 12 bits left-aligned, or 8', async () => {
    const bench = await i2cBench({ compatible: 'ti,tsc2007', reg: 0x48 });
    bench.set('x', 0xabc);
    bench.set('touching', true);
    expect(bench.line('PENIRQ').high).toBe(false);
    expect(bench.writeRead([0xc4], 2)).toEqual([0xab, 0xc0]);
    expect(bench.line('PENIRQ').high).toBe(true);
    expect(bench.writeRead([0xc6], 2)).toEqual([0xab, 0]);
    expect(bench.writeRead([0xe4], 2)).toEqual([0x3e, 0x80]);
    bench.write([0x00]);
    expect(bench.line('PENIRQ').high).toBe(false);
    bench.set('touching', false);
    expect(bench.writeRead([0xf4], 2)).toEqual([0xff, 0xf0]);
  });
});
