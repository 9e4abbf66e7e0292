import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const word = ([high = 0, low = 0]: readonly number[]) => ((high << 24) >> 16) | low;

describe('MPU-6050 (RM-MPU-6000A), samples, FIFO and interrupts', () => {
  const mpu6050 = () => i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68 });
  const awake = async () => {
    const bench = await mpu6050();
    bench.write([0x6b, 0x00]);
    return bench;
  };
  type Bench = Awaited<ReturnType<typeof mpu6050>>;
  const status = (bench: Bench) => bench.writeRead([0x3a], 1)[0] as number;

  it('asleep it takes no samples', async () => {
    const bench = await mpu6050();
    bench.clock.advance(100 * MS);
    expect(status(bench)).toBe(0);
  });

  // 4.2: 8 kHz without the filter (DLPF_CFG 0 and 7), else 1 kHz.
  it.each([
    [0, 1.25],
    [1, 10],
    [6, 10],
    [7, 1.25],
  ])('DLPF_CFG %i, SMPLRT_DIV 9: a sample each %d ms, counted from the last setting', async (filter, ms) => {
    const bench = await awake();
    bench.clock.advance(0.3 * MS);
    bench.write([0x1a, filter]);
    bench.write([0x19, 9]);
    status(bench);
    bench.clock.advance((ms - 0.05) * MS);
    expect(status(bench)).toBe(0);
    bench.clock.advance(0.1 * MS);
    expect(status(bench)).toBe(1);
  });

  // 4.29: STBY_XG, STBY_YG, STBY_ZG, and of the accelerometer.
  it.each([
    [0x20, 0x3b, 'accelX'],
    [0x10, 0x3d, 'accelY'],
    [0x08, 0x3f, 'accelZ'],
    [0x04, 0x43, 'gyroX'],
    [0x02, 0x45, 'gyroY'],
    [0x01, 0x47, 'gyroZ'],
  ])('PWR_MGMT_2 %i: the axis at %i stands still, and no other', async (standby, register) => {
    const bench = await awake();
    bench.set('accelZ', 0);
    bench.write([0x6c, standby]);
    for (const name of ['accelX', 'accelY', 'accelZ']) bench.set(name, 1);
    for (const name of ['gyroX', 'gyroY', 'gyroZ']) bench.set(name, 100);
    const still = [0x3b, 0x3d, 0x3f, 0x43, 0x45, 0x47].filter((at) => word(bench.writeRead([at], 2)) === 0);
    expect(still).toEqual([register]);
  });

  it('TEMP_DIS stops the thermometer (4.28)', async () => {
    const bench = await awake();
    const before = bench.writeRead([0x41], 2);
    bench.write([0x6b, 0x08]);
    bench.set('temperature', 60);
    expect(bench.writeRead([0x41], 2)).toEqual(before);
    bench.write([0x6b, 0x00]);
    expect(bench.writeRead([0x41], 2)).not.toEqual(before);
  });

  describe('FIFO_EN (4.7)', () => {
    const filled = async (enabled: number, user = 0x40) => {
      const bench = await awake();
      for (const [index, axis] of ['X', 'Y', 'Z'].entries()) {
        bench.set(`accel${axis}`, 0.1 * (index + 1));
        bench.set(`gyro${axis}`, 10 * (index + 1));
      }
      bench.write([0x1a, 0x01]);
      bench.write([0x23, enabled]);
      bench.write([0x6a, user]);
      bench.clock.advance(1 * MS);
      const [high = 0, low = 0] = bench.writeRead([0x72], 2);
      const count = (high << 8) | low;
      return { bench, count, bytes: count === 0 ? [] : bench.writeRead([0x74], count) };
    };

    it.each([
      ['accelerometer', 0x08, 0x3b, 6],
      ['temperature', 0x80, 0x41, 2],
      ['gyroscope X', 0x40, 0x43, 2],
      ['gyroscope Y', 0x20, 0x45, 2],
      ['gyroscope Z', 0x10, 0x47, 2],
      ['all', 0xf8, 0x3b, 14],
    ])('%s', async (_, enabled, register, length) => {
      const { bench, bytes } = await filled(enabled);
      expect(bytes).toEqual(bench.writeRead([register], length));
      expect(bytes.every((byte) => byte === 0)).toBe(false);
    });

    it('nothing while USER_CTRL.FIFO_EN is 0, or where nothing is named', async () => {
      expect([(await filled(0xf8, 0x00)).count, (await filled(0x00)).count]).toEqual([0, 0]);
    });

    it('slaves 0 to 3, each by its own bit', async () => {
      const children = [
        { name: 'i2c-gate', children: [{ name: 'rom@50', compatible: 'atmel,24c02', reg: 0x50 }] },
      ];
      const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68, children });
      const contents = Uint8Array.from({ length: 256 }, (_, index) => index);
      bench.parts.set('/i2c/part0/i2c-gate/rom@50', 'contents', contents);
      bench.write([0x6b, 0x00]);
      bench.write([0x1a, 0x01]);
      for (const [slave, register] of [0x10, 0x20, 0x30, 0x40].entries())
        bench.write([0x25 + 3 * slave, 0xd0, register, 0x82]);
      bench.write([0x23, 0x05, 0x20]);
      bench.write([0x6a, 0x60]);
      bench.clock.advance(1 * MS);
      expect(bench.writeRead([0x72], 2)).toEqual([0, 6]);
      expect(bench.writeRead([0x74], 6)).toEqual([0x10, 0x11, 0x30, 0x31, 0x40, 0x41]);
    });

    it('FIFO_RESET alone empties it; no byte but one that finds it full is an overflow', async () => {
      const bench = await awake();
      for (const byte of [1, 2, 3]) bench.write([0x74, byte]);
      bench.write([0x6a, 0x00]);
      expect([bench.writeRead([0x72], 2), status(bench) & 0x10]).toEqual([[0, 3], 0]);
      bench.write([0x6a, 0x04]);
      expect(bench.writeRead([0x72], 2)).toEqual([0, 0]);
    });
  });

  it('INT_LEVEL makes the pin active low (4.14)', async () => {
    const bench = await awake();
    bench.write([0x38, 0x01]);
    bench.write([0x37, 0xa0]);
    status(bench);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(1 * MS);
    expect(bench.line('INT').high).toBe(false);
  });

  it('INT_RD_CLEAR: any read clears the status but those of the FIFO; INT_STATUS tells it first', async () => {
    const ready = async () => {
      const bench = await awake();
      // 50 ms a sample.
      bench.write([0x1a, 0x01]);
      bench.write([0x19, 49]);
      bench.write([0x38, 0x01]);
      bench.write([0x37, 0x30]);
      status(bench);
      bench.clock.advance(50 * MS);
      expect(bench.line('INT').high).toBe(true);
      return bench;
    };
    for (const [register, stays] of [
      [0x3b, false],
      [0x71, false],
      [0x72, true],
      [0x73, true],
      [0x74, true],
      [0x75, false],
      [0x00, false],
    ] as const) {
      const bench = await ready();
      bench.writeRead([register], 1);
      expect([register, bench.line('INT').high, status(bench)]).toEqual([register, stays, stays ? 1 : 0]);
    }
    const bench = await ready();
    expect([status(bench), bench.line('INT').high, status(bench)]).toEqual([1, false, 0]);
  });

  it('the memory of the motion processor begins at bank 0, address 0', async () => {
    const bench = await awake();
    for (const [bank, address, byte] of [
      [0, 0x10, 1],
      [1, 0x10, 2],
      [1, 0xf0, 3],
    ] as const) {
      bench.write([0x6d, bank, address]);
      bench.write([0x6f, byte]);
    }
    const read = (bank: number, address: number) => {
      bench.write([0x6d, bank, address]);
      return bench.writeRead([0x6f], 1)[0];
    };
    expect([read(0, 0x10), read(1, 0x10), read(1, 0xf0), read(0, 0xf0)]).toEqual([1, 2, 3, 0]);
  });

  it('a code of 0 has no factory trim (4.1)', async () => {
    const bench = await awake();
    bench.set('accelZ', 0);
    bench.write([0x0d, 0, 0, 0, 0]);
    bench.write([0x1b, 0xe0, 0xe0]);
    expect([...bench.writeRead([0x3b], 6), ...bench.writeRead([0x43], 6)]).toEqual(Array(12).fill(0));
  });
});

it('a code of 0 has no factory trim in an MPU-6500 either', async () => {
  const bench = await i2cBench({ compatible: 'invensense,mpu6500', reg: 0x68 });
  bench.set('accelZ', 0);
  bench.write([0x00, 0, 0, 0]);
  bench.write([0x0d, 0, 0, 0]);
  bench.write([0x1b, 0xe0, 0xe0]);
  expect([...bench.writeRead([0x3b], 6), ...bench.writeRead([0x43], 6)]).toEqual(Array(12).fill(0));
});
