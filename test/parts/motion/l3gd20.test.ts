import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

describe('L3GD20 (DocID022116)', () => {
  const l3gd20 = () => i2cBench({ compatible: 'st,l3gd20-gyro', reg: 0x6b });

  it('says D4h, powers up with CTRL_REG1 07h, in power-down', async () => {
    const bench = await l3gd20();
    expect([...bench.writeRead([0x0f], 1), ...bench.writeRead([0x20], 1)]).toEqual([0xd4, 0x07]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
  });

  // Table 4: 8.75, 17.5 and 70 m°/s a count.
  it.each([
    [0x00, 11_429],
    [0x10, 5714],
    [0x20, 1429],
    [0x30, 1429],
  ])('100 °/s at CTRL_REG4 %i is %d counts', async (control, counts) => {
    const bench = await l3gd20();
    bench.set('gyroZ', 100);
    bench.set('temperature', 31);
    bench.write([0x23, control]);
    bench.write([0x20, 0x0f]);
    bench.clock.advance(11 * MS);
    expect(Buffer.from(bench.writeRead([0xac], 2)).readInt16LE(0)).toBe(counts);
    expect(bench.writeRead([0x26], 1)).toEqual([0xfa]);
  });

  // Table 21: DR.
  it.each([
    [0x0f, 95],
    [0x4f, 190],
    [0x8f, 380],
    [0xcf, 760],
  ])('CTRL_REG1 %i: %d samples a second; DRDY tells with I2_DRDY, and a read clears', async (control, hz) => {
    const bench = await l3gd20();
    bench.write([0x22, 0x08]);
    bench.write([0x20, control]);
    bench.clock.advance(0.99e9 / hz);
    expect(bench.line('DRDY').high).toBe(false);
    bench.clock.advance(0.02e9 / hz);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([true, 0x0f]);
    bench.writeRead([0xa8], 6);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([false, 0x00]);
  });

  it('on SPI bit 6 goes on from register to register', async () => {
    const bench = await spiBench({ compatible: 'st,l3gd20-gyro' });
    expect(bench.exchange([0xe0], 2, 3)).toEqual([0x07, 0x00]);
    expect(bench.exchange([0xa0], 2, 3)).toEqual([0x07, 0x07]);
  });
});
