import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MPU-6050 (RM-MPU-6000A)', () => {
  const mpu6050 = () => i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68 });
  const awake = async () => {
    const bench = await mpu6050();
    bench.write([0x6b, 0x00]);
    return bench;
  };

  it('powers up asleep, with WHO_AM_I 68h', async () => {
    const bench = await mpu6050();
    expect(bench.writeRead([0x6b], 1)).toEqual([0x40]);
    expect(bench.writeRead([0x75], 1)).toEqual([0x68]);
    expect(bench.writeRead([0x3b], 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  // 4.17: 16384, 8192, 4096, 2048 counts a g.
  it.each([
    [0x00, [0x40, 0x00]],
    [0x08, [0x20, 0x00]],
    [0x10, [0x10, 0x00]],
    [0x18, [0x08, 0x00]],
  ])('1 g at ACCEL_CONFIG %i', async (config, bytes) => {
    const bench = await awake();
    bench.set('accelX', 1);
    bench.write([0x1c, config]);
    expect(bench.writeRead([0x3b], 2)).toEqual(bytes);
  });

  // 4.19: 131, 65.5, 32.8, 16.4 counts for 1 °/s.
  it.each([
    [0x00, 13_100],
    [0x08, 6550],
    [0x10, 3280],
    [0x18, 1640],
  ])('100 °/s at GYRO_CONFIG %i', async (config, counts) => {
    const bench = await awake();
    bench.write([0x1b, config]);
    bench.set('gyroZ', 100);
    const [high = 0, low = 0] = bench.writeRead([0x47], 2);
    expect((high << 8) | low).toBe(counts);
  });

  // 4.18: temperature = counts / 340 + 36.53.
  it('temperature, and negative values', async () => {
    const bench = await awake();
    bench.set('temperature', 36.53);
    bench.set('accelY', -0.5);
    expect(bench.writeRead([0x3d], 6)).toEqual([0xe0, 0x00, 0x40, 0x00, 0x00, 0x00]);
    bench.set('temperature', 26.53);
    expect(bench.writeRead([0x41], 2)).toEqual([0xf2, 0xb8]);
  });

  it('an axis in standby keeps its value', async () => {
    const bench = await awake();
    bench.write([0x6c, 0x08]);
    bench.set('accelZ', 0.5);
    expect(bench.writeRead([0x3f], 2)).toEqual([0x40, 0x00]);
  });

  it('data ready is set at the sample rate and cleared by reading', async () => {
    const bench = await awake();
    bench.write([0x38, 0x01]);
    bench.write([0x37, 0x20]);
    bench.write([0x1a, 0x01]);
    bench.write([0x19, 0x09]);
    bench.line('INT').listen(() => {});
    bench.writeRead([0x3a], 1);
    bench.clock.advance(9.9 * MS);
    expect(bench.line('INT').high).toBe(false);
    bench.clock.advance(0.1 * MS);
    expect(bench.line('INT').high).toBe(true);
    expect(bench.writeRead([0x3a], 1)).toEqual([0x01]);
    expect(bench.line('INT').high).toBe(false);
  });

  it('without a latch the interrupt is a pulse', async () => {
    const bench = await awake();
    bench.write([0x38, 0x01]);
    const levels: boolean[] = [];
    bench.line('INT').listen((high) => levels.push(high));
    bench.writeRead([0x3a], 1);
    bench.clock.advance(0.13 * MS);
    expect(levels).toEqual([true, false]);
  });

  it('an empty FIFO gives its last byte again (4.31)', async () => {
    const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68 });
    bench.write([0x6b, 0x00]);
    bench.write([0x6a, 0x40]);
    bench.write([0x74, 0xaa]);
    bench.write([0x74, 0xbb]);
    expect(bench.writeRead([0x74], 4)).toEqual([0xaa, 0xbb, 0xbb, 0xbb]);
  });

  it('the FIFO takes what FIFO_EN names, and overflows', async () => {
    const bench = await awake();
    bench.write([0x1a, 0x01]);
    bench.write([0x23, 0x08]);
    bench.write([0x6a, 0x44]);
    bench.clock.advance(2 * MS);
    expect(bench.writeRead([0x72], 2)).toEqual([0x00, 12]);
    expect(bench.writeRead([0x74], 6)).toEqual([0, 0, 0, 0, 0x40, 0x00]);
    bench.clock.advance(200 * MS);
    expect(bench.writeRead([0x72], 2)).toEqual([0x04, 0x00]);
    expect(bench.writeRead([0x3a], 1)).toEqual([0x11]);
    bench.write([0x6a, 0x04]);
    expect(bench.writeRead([0x72], 2)).toEqual([0x00, 0x00]);
    bench.writeRead([0x74], 1);
  });

  it('DEVICE_RESET restores the registers and clears itself', async () => {
    const bench = await awake();
    bench.write([0x1b, 0x18]);
    bench.write([0x6b, 0x80]);
    expect(bench.writeRead([0x1b], 1)).toEqual([0x00]);
    expect(bench.writeRead([0x6b], 1)).toEqual([0x40]);
  });

  it('MPU-6500 is awake, and also on SPI', async () => {
    const bench = await spiBench({ compatible: 'invensense,mpu6500' });
    expect(bench.exchange([0xf5], 1)).toEqual([0x70]);
    bench.exchange([0x1c, 0x08]);
    expect(bench.exchange([0xbf], 2)).toEqual([0x20, 0x00]);
  });
});

describe('MPU-6500', () => {
  it('has four bits of ACCEL_CONFIG_2', async () => {
    const bench = await i2cBench({ compatible: 'invensense,mpu6500', reg: 0x68 });
    bench.write([0x1d, 0xff]);
    expect(bench.writeRead([0x1d], 1)).toEqual([0x0f]);
  });
});

it('MPU-6000 and MPU-6050 are one die: register 1Dh keeps all bits, in the MPU-6500 four', async () => {
  for (const [compatible, kept] of [
    ['invensense,mpu6050', 0xff],
    ['invensense,mpu6000', 0xff],
    ['invensense,mpu6500', 0x0f],
  ] as const) {
    const bench = await i2cBench({ compatible, reg: 0x68 });
    bench.write([0x1d, 0xff]);
    expect(bench.writeRead([0x1d], 1), compatible).toEqual([kept]);
  }
});
