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

  it('registers of the FIFO count are those of the moment when the higher one was read (4.30)', async () => {
    const bench = await awake();
    for (const byte of [1, 2, 3]) bench.write([0x74, byte]);
    expect(bench.writeRead([0x73], 1)).toEqual([0]);
    expect(bench.writeRead([0x72], 2)).toEqual([0, 3]);
    bench.writeRead([0x74], 1);
    expect(bench.writeRead([0x73], 1)).toEqual([3]);
  });

  const word = ([high = 0, low = 0]: readonly number[]) => ((high << 24) >> 16) | low;

  describe('self test (4.1 to 4.5)', () => {
    /** Codes of five bits of accelerometer and gyroscope: TEST[4:2] of the former stand apart from TEST[1:0]. */
    async function codes() {
      const bench = await awake();
      const [x = 0, y = 0, z = 0, rest = 0] = bench.writeRead([0x0d], 4);
      const accel = [x, y, z].map((high, axis) => ((high >> 5) << 2) | ((rest >> (4 - 2 * axis)) & 3));
      return { accel, gyro: [x, y, z].map((byte) => byte & 0x1f) };
    }

    it('what it adds is the factory trim, which the codes tell', async () => {
      const { accel, gyro } = await codes();
      expect([...accel, ...gyro].every((code) => code > 0)).toBe(true);
      const bench = await awake();
      const outputs = () => [0x3b, 0x3d, 0x3f, 0x43, 0x45, 0x47].map((at) => word(bench.writeRead([at], 2)));
      // ±8 g, ±250 °/s.
      bench.write([0x1c, 0x10]);
      const still = outputs();
      bench.write([0x1c, 0xf0]);
      bench.write([0x1b, 0xe0]);
      const response = outputs().map((output, index) => output - (still[index] as number));
      const trim = [
        ...accel.map((code) => 4096 * 0.34 * (0.92 / 0.34) ** ((code - 1) / 30)),
        ...gyro.map((code, axis) => (axis === 1 ? -1 : 1) * 25 * 131 * 1.046 ** (code - 1)),
      ];
      // 14 % are allowed; the model has none.
      for (const [index, expected] of trim.entries()) {
        expect(Math.abs((response[index] as number) - expected)).toBeLessThan(1);
      }
    });

    it('of one axis leaves the others', async () => {
      const bench = await awake();
      bench.write([0x1c, 0x50]);
      expect([0x3b, 0x3f].map((at) => word(bench.writeRead([at], 2)))).toEqual([0, 4096]);
      expect(word(bench.writeRead([0x3d], 2))).toBeGreaterThan(1000);
    });
  });

  it('offsets: accelerometer in the format of ±8 g, gyroscope in that of ±1000 °/s', async () => {
    const bench = await awake();
    bench.set('accelZ', 0);
    bench.write([0x06, 0x10, 0x00, 0xf8, 0x01]);
    bench.write([0x13, 0x01, 0x48]);
    expect(bench.writeRead([0x06], 4)).toEqual([0x10, 0x00, 0xf8, 0x01]);
    // 1000h of 4096 a g is 1 g, F800h is -0.5 g; 148h of 32.8 is 10 °/s.
    expect([0x3b, 0x3d, 0x3f].map((at) => word(bench.writeRead([at], 2)))).toEqual([16_384, -8192, 0]);
    expect([0x43, 0x45].map((at) => word(bench.writeRead([at], 2)))).toEqual([1310, 0]);
    bench.write([0x6b, 0x80]);
    expect(bench.writeRead([0x06], 4)).toEqual([0, 0, 0, 0]);
  });

  // 4.28, 4.29: LP_WAKE_CTRL.
  it.each([
    [0x00, 800],
    [0x40, 200],
    [0x80, 50],
    [0xc0, 25],
  ])('cycle mode, PWR_MGMT_2 %i: a sample each %d ms', async (wake, ms) => {
    const bench = await awake();
    bench.write([0x6c, wake | 0x07]);
    bench.write([0x6b, 0x28]);
    bench.set('accelX', 1);
    bench.writeRead([0x3a], 1);
    bench.clock.advance((ms - 1) * MS);
    expect([...bench.writeRead([0x3a], 1), ...bench.writeRead([0x3b], 2)]).toEqual([0, 0, 0]);
    bench.clock.advance(1 * MS);
    expect([...bench.writeRead([0x3a], 1), ...bench.writeRead([0x3b], 2)]).toEqual([1, 0x40, 0]);
  });

  it('the memory of the motion processor keeps what is written, within a bank', async () => {
    const bench = await awake();
    bench.write([0x6d, 0x02, 0x10]);
    bench.write([0x6f, 1, 2, 3]);
    bench.write([0x6d, 0x03, 0x10]);
    bench.write([0x6f, 9]);
    bench.write([0x6d, 0x02, 0x10]);
    expect(bench.writeRead([0x6f], 3)).toEqual([1, 2, 3]);
    expect(bench.writeRead([0x6e], 1)).toEqual([0x13]);
    bench.write([0x6b, 0x80]);
    bench.write([0x6d, 0x02, 0x10]);
    expect(bench.writeRead([0x6f], 1)).toEqual([0]);
  });

  it('MPU-6500 is awake, and also on SPI', async () => {
    const bench = await spiBench({ compatible: 'invensense,mpu6500' });
    expect(bench.exchange([0xf5], 1)).toEqual([0x70]);
    bench.exchange([0x1c, 0x08]);
    expect(bench.exchange([0xbf], 2)).toEqual([0x20, 0x00]);
  });
});

describe('MPU-6500', () => {
  const word = ([high = 0, low = 0]: readonly number[]) => ((high << 24) >> 16) | low;
  const mpu6500 = () => i2cBench({ compatible: 'invensense,mpu6500', reg: 0x68 });

  it('the self test adds 2620 * 1.01^(code - 1) counts at ±2 g and ±250 °/s', async () => {
    const bench = await mpu6500();
    bench.set('accelZ', 0);
    bench.write([0x1b, 0xe0, 0xe0]);
    for (const [first, code] of [
      [0x3b, 0x0d],
      [0x43, 0x00],
    ] as const) {
      for (let axis = 0; axis < 3; axis++) {
        const [trim = 0] = bench.writeRead([code + axis], 1);
        expect(trim).toBeGreaterThan(0);
        const counts = word(bench.writeRead([first + 2 * axis], 2));
        expect(Math.abs(counts - 2620 * 1.01 ** (trim - 1))).toBeLessThan(1);
      }
    }
  });

  it('accelerometer offsets stand at 77h, 7Ah and 7Dh, in the format of ±16 g', async () => {
    const bench = await mpu6500();
    bench.write([0x7a, 0x08, 0x01]);
    expect([0x3b, 0x3d, 0x3f].map((at) => word(bench.writeRead([at], 2)))).toEqual([0, 16_384, 16_384]);
  });

  // RM-MPU-6500A, 4.12.
  it.each([
    [0, 4096],
    [4, 256],
    [11, 2],
  ])('cycle mode at LP_ACCEL_ODR %i: a sample each %d ms', async (odr, ms) => {
    const bench = await mpu6500();
    bench.write([0x1e, odr]);
    bench.write([0x6b, 0x21]);
    bench.writeRead([0x3a], 1);
    bench.clock.advance((ms - 1) * MS);
    expect(bench.writeRead([0x3a], 1)).toEqual([0]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([0x3a], 1)).toEqual([1]);
  });

  it('with FIFO_MODE a full FIFO takes nothing more; without it the oldest goes', async () => {
    const fill = async (mode: number) => {
      const bench = await mpu6500();
      bench.write([0x1a, mode]);
      for (let byte = 0; byte < 513; byte++) bench.write([0x74, byte & 0xff]);
      expect(bench.writeRead([0x72], 2)).toEqual([0x02, 0x00]);
      expect((bench.writeRead([0x3a], 1)[0] as number) & 0x10).toBe(0x10);
      return bench.writeRead([0x74], 1)[0];
    };
    expect([await fill(0x40), await fill(0x00)]).toEqual([0, 1]);
  });

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
