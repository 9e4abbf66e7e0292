import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('PCA9552 (rev. 5)', () => {
  const pca9552 = () => i2cBench({ compatible: 'nxp,pca9552', reg: 0x60 });

  it('powers up with prescalers FFh, duty 80h and all LEDs off', async () => {
    const bench = await pca9552();
    expect(bench.writeRead([0x12], 8)).toEqual([0xff, 0x80, 0xff, 0x80, 0x55, 0x55, 0x55, 0x55]);
    expect(bench.writeRead([0x10], 2)).toEqual([0xff, 0xff]);
  });

  it('an LED is on, off or blinks', async () => {
    const bench = await pca9552();
    bench.write([0x12, 0x2b, 0x40, 0x00, 0xc0, 0b11_10_01_00]);
    expect([0, 1, 2, 3].map((led) => bench.get(`led${led}`))).toEqual([1, 0, 0.75, 0.25]);
    expect(bench.writeRead([0x00], 1)).toEqual([0xfe]);
    bench.set('inputs', 0x7fff);
    expect(bench.writeRead([0x01], 1)).toEqual([0x7f]);
    bench.reset();
    expect(bench.get('led0')).toBe(0);
  });

  it('drives the pins of LEDs that are on or blink', async () => {
    const bench = await pca9552();
    expect(bench.get('outputs')).toBe(0);
    bench.write([0x16, 0b11_10_01_00]);
    expect(bench.get('outputs')).toBe(0b1101);
  });

  it('an output that is on pulls its pin down, in either input register', async () => {
    const bench = await pca9552();
    bench.write([0x18, 0b01_01_01_00]);
    expect(bench.get('pins')).toBe(0xfeff);
    expect([bench.writeRead([0x00], 1), bench.writeRead([0x01], 1)]).toEqual([[0xff], [0xfe]]);
  });

  it('stays on a register without AI, and goes round with it', async () => {
    const bench = await pca9552();
    bench.write([0x03, 0x11, 0x22]);
    expect(bench.writeRead([0x03], 2)).toEqual([0x22, 0x22]);
    expect(bench.writeRead([0x19], 2)).toEqual([0x55, 0xff]);
  });

  it.each([
    ['nxp,pca9550', 0x05, 'led1'],
    ['nxp,pca9551', 0x05, 'led1'],
    ['nxp,pca9553', 0x05, 'led1'],
  ])('%s has its selectors behind one input register', async (compatible, selector, led) => {
    const bench = await i2cBench({ compatible, reg: 0x60 });
    bench.write([selector, 0x51]);
    expect(bench.get(led)).toBe(1);
  });
});
