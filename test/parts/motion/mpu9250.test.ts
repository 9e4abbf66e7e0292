import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

/** Little-endian words of the AK8963, two's complement. */
const words = (bytes: readonly number[]) =>
  Array.from({ length: bytes.length >> 1 }, (_, i) => Buffer.from(bytes).readInt16LE(2 * i));
/** AK8963 data sheet, 8.3.11: what a reader makes of a count in 16 bits. */
const microtesla = (count: number, asa: number) => count * 0.15 * (((asa - 128) * 0.5) / 128 + 1);

describe('AK8963 (data sheet, 6 and 8)', () => {
  const ak8963 = () => i2cBench({ compatible: 'asahi-kasei,ak8963', reg: 0x0c });
  type Bench = Awaited<ReturnType<typeof ak8963>>;
  const status = (bench: Bench) => bench.writeRead([0x02], 1)[0];

  it('says what it is; its registers go round at 0Ch', async () => {
    const bench = await ak8963();
    expect(bench.writeRead([0x00], 1)).toEqual([0x48]);
    expect(bench.writeRead([0x0c], 2)).toEqual([0x00, 0x48]);
  });

  it('measures once in 7.2 ms and powers down; DRDY goes with the first byte that is read', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x11]);
    bench.clock.advance(7.1 * MS);
    expect([status(bench), ...bench.writeRead([0x0a], 1)]).toEqual([0, 0x11]);
    bench.clock.advance(0.1 * MS);
    expect([status(bench), ...bench.writeRead([0x0a], 1)]).toEqual([1, 0x10]);
    bench.writeRead([0x03], 1);
    expect(status(bench)).toBe(0);
  });

  it('gives the field after adjustment by ASA, which only the fuse ROM mode shows', async () => {
    const bench = await ak8963();
    expect(bench.writeRead([0x10], 3)).toEqual([0, 0, 0]);
    bench.write([0x0a, 0x0f]);
    const asa = bench.writeRead([0x10], 3);
    bench.write([0x0a, 0x00]);
    bench.set('magnetX', 48);
    bench.set('magnetY', -30.5);
    bench.set('magnetZ', 1000);
    bench.write([0x0a, 0x11]);
    bench.clock.advance(8 * MS);
    const bytes = bench.writeRead([0x03], 7);
    const field = words(bytes.slice(0, 6)).map((count, axis) => microtesla(count, asa[axis] as number));
    for (const [axis, expected] of [48, -30.5, 1000].entries()) {
      expect(Math.abs((field[axis] as number) - expected)).toBeLessThan(0.1);
    }
    // ST2: BITM tells of 16 bits.
    expect(bytes[6]).toBe(0x10);
    // In 14 bits a count is four times as much.
    const before = words(bytes.slice(4, 6))[0] as number;
    bench.write([0x0a, 0x01]);
    bench.clock.advance(8 * MS);
    expect(words(bench.writeRead([0x07], 2))[0]).toBe(Math.round(before / 4));
  });

  it('HOFL where the axes together reach 4912 µT', async () => {
    const bench = await ak8963();
    for (const [z, hofl] of [
      [2411, 0x10],
      [2412, 0x18],
    ] as const) {
      bench.set('magnetX', 2000);
      bench.set('magnetY', -500);
      bench.set('magnetZ', z);
      bench.write([0x0a, 0x11]);
      bench.clock.advance(8 * MS);
      expect(bench.writeRead([0x09], 1)).toEqual([hofl]);
    }
  });

  it('measures at 8 or 100 Hz; DOR tells of data that nobody read', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x16]);
    bench.clock.advance(7.2 * MS);
    expect(status(bench)).toBe(1);
    bench.clock.advance(10 * MS);
    expect(status(bench)).toBe(3);
    bench.writeRead([0x03], 7);
    bench.clock.advance(9.9 * MS);
    expect(status(bench)).toBe(0);
    bench.clock.advance(0.1 * MS);
    expect(status(bench)).toBe(1);
  });

  it('between the first byte and ST2 the data stay', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x16]);
    bench.clock.advance(8 * MS);
    const before = bench.writeRead([0x03], 6);
    bench.set('magnetX', 400);
    bench.clock.advance(20 * MS);
    expect(bench.writeRead([0x03], 6)).toEqual(before);
    bench.writeRead([0x09], 1);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x03], 6)).not.toEqual(before);
  });

  it('the self test shows X and Y within 200, Z from -3200 to -800, and SRST resets', async () => {
    const bench = await ak8963();
    bench.write([0x0c, 0x40]);
    bench.write([0x0a, 0x18]);
    bench.clock.advance(8 * MS);
    const [x = 0, y = 0, z = 0] = words(bench.writeRead([0x03], 6)).map((count) => count * 1.1875);
    expect([Math.abs(x) <= 200, Math.abs(y) <= 200, z >= -3200 && z <= -800]).toEqual([true, true, true]);
    bench.write([0x0b, 0x01]);
    expect(bench.writeRead([0x0a], 3)).toEqual([0, 0, 0]);
  });

  it('6.4: in power-down and in fuse ROM mode it measures nothing', async () => {
    const bench = await ak8963();
    for (const mode of [0x00, 0x0f]) {
      bench.write([0x0a, mode]);
      bench.clock.advance(100 * MS);
      expect([status(bench), ...bench.writeRead([0x0a], 1)]).toEqual([0, mode]);
    }
  });

  it('a measurement takes its time from when the mode is chosen', async () => {
    const bench = await ak8963();
    bench.clock.advance(1000 * MS);
    bench.write([0x0a, 0x11]);
    bench.clock.advance(7.1 * MS);
    expect(status(bench)).toBe(0);
    bench.clock.advance(0.2 * MS);
    expect(status(bench)).toBe(1);
  });

  it('8.3.3: DOR tells of what was skipped at once, and never of single measurements', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x16]);
    bench.clock.advance(30 * MS);
    expect(status(bench)).toBe(3);
    for (let time = 0; time < 2; time++) {
      bench.write([0x0a, 0x11]);
      bench.clock.advance(8 * MS);
    }
    bench.writeRead([0x03], 7);
    for (let time = 0; time < 2; time++) {
      bench.write([0x0a, 0x11]);
      bench.clock.advance(8 * MS);
    }
    expect(status(bench)).toBe(1);
  });

  it('7.1.2: the sensitivity values go round at 12h; behind them there is nothing', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x0f]);
    const [x, y, z, again] = bench.writeRead([0x10], 4);
    expect([x, y, z].includes(0)).toBe(false);
    expect(again).toBe(x);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
  });

  it('ASTC.SELF can be read; SRST resets when it is 1, and no other register does', async () => {
    const bench = await ak8963();
    bench.write([0x0a, 0x16]);
    bench.write([0x0d, 0x40]);
    expect(bench.writeRead([0x0c], 1)).toEqual([0x00]);
    bench.write([0x0c, 0x41]);
    bench.write([0x0b, 0x00]);
    expect([...bench.writeRead([0x0c], 1), ...bench.writeRead([0x0a], 1)]).toEqual([0x40, 0x16]);
    bench.write([0x0b, 0x01]);
    expect([...bench.writeRead([0x0c], 1), ...bench.writeRead([0x0a], 1)]).toEqual([0x00, 0x00]);
  });

  it('6.4.4: the self test needs its mode and ASTC.SELF', async () => {
    const bench = await ak8963();
    bench.set('magnetZ', 48);
    // 48 µT / 0.15 / 1.1875.
    for (const [self, mode] of [
      [0x40, 0x11],
      [0x00, 0x18],
    ] as const) {
      bench.write([0x0c, self]);
      bench.write([0x0a, mode]);
      bench.clock.advance(8 * MS);
      expect(words(bench.writeRead([0x07], 2))).toEqual([269]);
      bench.writeRead([0x09], 1);
    }
  });

  it('shows what it felt when it measured, not when it is read; a loss of power forgets it', async () => {
    const bench = await ak8963();
    bench.set('magnetZ', 48);
    bench.write([0x0a, 0x11]);
    bench.clock.advance(8 * MS);
    bench.set('magnetZ', 480);
    expect(words(bench.writeRead([0x07], 2))).toEqual([269]);
    bench.reset();
    expect([...bench.writeRead([0x03], 6), ...bench.writeRead([0x0a], 1)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('MPU-9250 (RM-MPU-9250A)', () => {
  const mpu9250 = () => i2cBench({ compatible: 'invensense,mpu9250', reg: 0x68 });

  it('4.15: with I2C_BYPASS_EN, and without the master, the magnetometer answers at 0Ch', async () => {
    const bench = await mpu9250();
    expect(faultOf(() => bench.read(1, 0x0c))).toBe('ENXIO');
    bench.write([0x37, 0x02]);
    expect(bench.writeRead([0x00], 1, 0x0c)).toEqual([0x48]);
    bench.set('magnetY', 150);
    bench.write([0x0a, 0x11], 0x0c);
    bench.clock.advance(8 * MS);
    // 150 µT / 0.15 / 1.1875, adjusted by ASA = B0h.
    expect(words(bench.writeRead([0x05], 2, 0x0c))).toEqual([842]);
    bench.write([0x6a, 0x20]);
    expect(faultOf(() => bench.read(1, 0x0c))).toBe('ENXIO');
    expect(bench.writeRead([0x75], 1)).toEqual([0x71]);
  });

  /** 1 kHz / 10: a sample each 10 ms; the master on. */
  const mastering = async () => {
    const bench = await mpu9250();
    bench.write([0x1a, 0x01]);
    bench.write([0x19, 9]);
    bench.write([0x6a, 0x20]);
    return bench;
  };

  it('4.9: slave 0 reads into EXT_SENS_DATA at each sample', async () => {
    const bench = await mastering();
    bench.write([0x25, 0x8c, 0x00, 0x81]);
    bench.clock.advance(9.9 * MS);
    expect(bench.writeRead([0x49], 1)).toEqual([0]);
    bench.clock.advance(0.1 * MS);
    expect(bench.writeRead([0x49], 1)).toEqual([0x48]);
    expect(bench.writeRead([0x36], 1)).toEqual([0]);
  });

  it('slave 0 reads what slave 1 began a sample before, with words turned round', async () => {
    const bench = await mastering();
    bench.set('magnetX', 150);
    bench.write([0x25, 0x8c, 0x03, 0xd7]);
    bench.write([0x28, 0x0c, 0x0a, 0x81]);
    bench.write([0x64, 0x11]);
    bench.clock.advance(20 * MS);
    // 842 is 34Ah; ST2 says 16 bits.
    expect(bench.writeRead([0x49], 2)).toEqual([0x03, 0x4a]);
    expect(bench.writeRead([0x4f], 1)).toEqual([0x10]);
  });

  it('data of slaves follow each other, and go into the FIFO', async () => {
    const bench = await mastering();
    bench.write([0x25, 0x8c, 0x00, 0x82]);
    bench.write([0x28, 0x8c, 0x00, 0x81]);
    bench.write([0x23, 0x02]);
    bench.write([0x6a, 0x64]);
    bench.clock.advance(20 * MS);
    expect(bench.writeRead([0x49], 4)).toEqual([0x48, 0x00, 0x48, 0x00]);
    expect(bench.writeRead([0x72], 2)).toEqual([0, 2]);
    expect(bench.writeRead([0x74], 2)).toEqual([0x48, 0x48]);
  });

  it('4.13: slave 4 is served once, says that it is done, and raises the interrupt', async () => {
    const bench = await mastering();
    bench.write([0x38, 0x08]);
    bench.write([0x37, 0x20]);
    bench.write([0x31, 0x8c, 0x00, 0x00, 0xc0]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x34], 3)).toEqual([0x40, 0x48, 0x40]);
    expect([bench.line('INT').high, ...bench.writeRead([0x3a], 1)]).toEqual([true, 0x09]);
    expect(bench.writeRead([0x36], 1)).toEqual([0]);
  });

  it('4.14: an address that nobody has is told', async () => {
    const bench = await mastering();
    bench.write([0x25, 0x9e, 0x00, 0x81]);
    bench.write([0x31, 0x1e, 0x00, 0x00, 0x80]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x36], 1)).toEqual([0x51]);
  });

  it('4.24: slaves with their delay enabled are served at every so many samples', async () => {
    const bench = await mastering();
    bench.write([0x34, 0x03]);
    bench.write([0x67, 0x01]);
    bench.write([0x25, 0x9e, 0x00, 0x81]);
    const told = () => {
      bench.clock.advance(10 * MS);
      return bench.writeRead([0x36], 1)[0];
    };
    expect([told(), told(), told(), told(), told()]).toEqual([1, 0, 0, 0, 1]);
  });

  it('on SPI the master reads it, and DEVICE_RESET leaves it as it is', async () => {
    const bench = await spiBench({ compatible: 'invensense,mpu9250' });
    /** Slave 0 is about register 0Ah of the magnetometer: it writes 16h, or reads. */
    const serve = (address: number) => {
      for (const [register, value] of [
        [0x6a, 0x20],
        [0x25, address],
        [0x26, 0x0a],
        [0x63, 0x16],
        [0x27, 0x81],
      ] as const)
        bench.exchange([register, value]);
      bench.clock.advance(1 * MS);
    };
    serve(0x0c);
    bench.exchange([0x6b, 0x80]);
    serve(0x8c);
    expect(bench.exchange([0xc9], 1)).toEqual([0x16]);
    bench.reset();
    serve(0x8c);
    expect(bench.exchange([0xc9], 1)).toEqual([0x00]);
  });

  it('a snapshot has the magnetometer', async () => {
    const bench = await mpu9250();
    bench.write([0x37, 0x02]);
    bench.write([0x0a, 0x16], 0x0c);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.write([0x0a, 0x00], 0x0c);
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.writeRead([0x0a], 1, 0x0c)).toEqual([0x16]);
  });
});

describe("the binding's i2c-gate", () => {
  it('has other chips behind an MPU-6050: by bypass, and by its master', async () => {
    const gate = {
      name: 'i2c-gate',
      children: [{ name: 'temp@48', compatible: 'national,lm75', reg: 0x48 }],
    };
    const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg: 0x68, children: [gate] });
    bench.write([0x6b, 0x00]);
    expect(faultOf(() => bench.read(1, 0x48))).toBe('ENXIO');
    bench.write([0x37, 0x02]);
    expect(bench.writeRead([0x00], 2, 0x48)).toEqual([25, 0]);
    bench.write([0x37, 0x00]);
    bench.write([0x25, 0xc8, 0x00, 0x82]);
    bench.write([0x6a, 0x20]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([0x49], 2)).toEqual([25, 0]);
  });
});
