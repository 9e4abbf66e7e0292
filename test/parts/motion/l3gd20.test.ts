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

  const sampling = async () => {
    const bench = await l3gd20();
    bench.write([0x20, 0x0f]);
    bench.clock.advance(10.6 * MS);
    return bench;
  };

  it('without bit 7 of the register number a read stays where it is', async () => {
    const bench = await l3gd20();
    expect(bench.writeRead([0x20], 2)).toEqual([0x07, 0x07]);
    expect(bench.writeRead([0xa0], 2)).toEqual([0x07, 0x00]);
  });

  it('BLE turns the bytes of an axis round; an axis that is off keeps its value', async () => {
    const bench = await l3gd20();
    for (const axis of ['X', 'Y', 'Z']) bench.set(`gyro${axis}`, 100);
    bench.write([0x23, 0x40]);
    // Zen and Xen, without Yen.
    bench.write([0x20, 0x0e]);
    bench.clock.advance(10.6 * MS);
    const bytes = Buffer.from(bench.writeRead([0xa8], 6));
    expect([0, 2, 4].map((at) => bytes.readInt16BE(at))).toEqual([11_429, 0, 11_429]);
  });

  it('STATUS_REG tells of overruns: a sample before the last one was read, and several at once', async () => {
    const bench = await sampling();
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.clock.advance(10.6 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
    bench.writeRead([0xa8], 6);
    bench.clock.advance(22 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
  });

  it('the higher byte of an axis clears its flags, and DRDY is silent without I2_DRDY', async () => {
    const bench = await sampling();
    expect(bench.line('DRDY').high).toBe(false);
    bench.write([0x22, 0x08]);
    expect(bench.line('DRDY').high).toBe(true);
    bench.writeRead([0x28], 1);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.writeRead([0x29], 1);
    expect(bench.writeRead([0x27], 1)).toEqual([0x06]);
  });

  it('a new rate counts from when it is chosen', async () => {
    const bench = await l3gd20();
    bench.write([0x20, 0x0f]);
    bench.clock.advance(10 * MS);
    bench.write([0x20, 0x0f]);
    bench.clock.advance(10.4 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
  });

  it('DRDY falls with a loss of power, and a snapshot has its level', async () => {
    const bench = await sampling();
    bench.write([0x22, 0x08]);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.reset();
    expect(bench.line('DRDY').high).toBe(false);
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.line('DRDY').high).toBe(true);
  });
});
