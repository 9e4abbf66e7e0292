import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('PCA9555 (NXP data sheet, 6.2)', () => {
  const pca9555 = () => i2cBench({ compatible: 'nxp,pca9555', reg: 0x20 });

  it('powers up with all pins inputs and outputs at 1', async () => {
    const bench = await pca9555();
    expect(bench.writeRead([2], 2)).toEqual([0xff, 0xff]);
    expect(bench.writeRead([4], 2)).toEqual([0x00, 0x00]);
    expect(bench.writeRead([6], 2)).toEqual([0xff, 0xff]);
  });

  it('drives the pins that CONFIGURATION makes outputs', async () => {
    const bench = await pca9555();
    expect(bench.get('outputs')).toBe(0);
    bench.write([6, 0xfe, 0x7f]);
    expect(bench.get('outputs')).toBe(0x8001);
  });

  it('a burst goes round the two ports of one register', async () => {
    const bench = await pca9555();
    bench.write([6, 0x12, 0x34, 0x56]);
    expect(bench.writeRead([6], 3)).toEqual([0x56, 0x34, 0x56]);
    expect(bench.writeRead([7], 2)).toEqual([0x34, 0x56]);
  });

  it('shows the levels of inputs and of outputs, and inverts what POLARITY says', async () => {
    const bench = await pca9555();
    bench.write([6, 0x0f, 0x00]);
    bench.write([2, 0xa5, 0x3c]);
    bench.set('inputs', 0xfff5);
    expect(bench.get('pins')).toBe(0x3ca5);
    bench.set('inputs', 0xfff6);
    expect(bench.writeRead([0], 2)).toEqual([0xa6, 0x3c]);
    bench.write([4, 0xff]);
    expect(bench.writeRead([0], 1)).toEqual([0x59]);
  });

  it('INT goes low when an input changes, high when it is read or comes back', async () => {
    const bench = await pca9555();
    const int = bench.line('INT');
    bench.set('inputs', 0xfffe);
    expect(int.high).toBe(false);
    bench.writeRead([0], 1);
    expect(int.high).toBe(true);
    bench.set('inputs', 0xffff);
    expect(int.high).toBe(false);
    bench.set('inputs', 0xfffe);
    expect(int.high).toBe(true);
  });

  it('INT ignores outputs, and reading the other port does not clear it', async () => {
    const bench = await pca9555();
    bench.write([6, 0xfe]);
    bench.write([2, 0x00]);
    expect(bench.line('INT').high).toBe(true);
    bench.set('inputs', 0x7fff);
    bench.writeRead([0], 1);
    expect(bench.line('INT').high).toBe(false);
    bench.writeRead([1], 1);
    expect(bench.line('INT').high).toBe(true);
  });

  it('a reset makes outputs inputs again', async () => {
    const bench = await pca9555();
    bench.write([6, 0, 0]);
    bench.reset();
    expect(bench.writeRead([6], 2)).toEqual([0xff, 0xff]);
  });

  it('a reset ends the interrupt', async () => {
    const bench = await pca9555();
    bench.set('inputs', 0xfffe);
    expect(bench.line('INT').high).toBe(false);
    bench.reset();
    expect(bench.line('INT').high).toBe(true);
  });
});

describe('PCA9554 and PCA9557', () => {
  it('have four registers of one port, read again and again', async () => {
    const bench = await i2cBench({ compatible: 'ti,tca6408', reg: 0x20 });
    bench.write([3, 0xf0]);
    bench.write([1, 0x05]);
    bench.set('inputs', 0x3f);
    expect(bench.writeRead([0], 2)).toEqual([0x35, 0x35]);
  });

  it('PCA9557 inverts its upper half after power-on', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pca9557', reg: 0x18 });
    expect(bench.writeRead([2], 1)).toEqual([0xf0]);
    expect(bench.writeRead([0], 1)).toEqual([0x0f]);
  });
});
