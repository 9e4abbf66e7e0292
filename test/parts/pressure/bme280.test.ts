import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;
const bme280 = () => i2cBench({ compatible: 'bosch,bme280', reg: 0x76 });
type Bench = Awaited<ReturnType<typeof bme280>>;

/** Measures in normal mode with the most samples and the filter: 20 bits. */
function raw(bench: Bench): { pressure: number; temperature: number; humidity: number } {
  bench.write([0xf5, 0x10]);
  bench.write([0xf2, 0x05]);
  bench.write([0xf4, 0xb7]);
  // 9.1: 1 + 2 * 16 + (2 * 16 + 0.5) + (2 * 16 + 0.5) ms for the first result.
  bench.clock.advance(98 * MS);
  const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0, t2 = 0, h0 = 0, h1 = 0] = bench.writeRead([0xf7], 8);
  return {
    pressure: (p0 << 12) | (p1 << 4) | (p2 >> 4),
    temperature: (t0 << 12) | (t1 << 4) | (t2 >> 4),
    humidity: (h0 << 8) | h1,
  };
}

describe('BMP280/BME280', () => {
  it('have their ids', async () => {
    const bmp280 = await i2cBench({ compatible: 'bosch,bmp280', reg: 0x76 });
    expect(bmp280.writeRead([0xd0], 1)).toEqual([0x58]);
    expect((await bme280()).writeRead([0xd0], 1)).toEqual([0x60]);
  });

  // BMP280 data sheet, 3.12 "Calculating pressure and temperature": dig_T1 = 27504 ... dig_P9 = 6000.
  it('have the calibration of the data sheet, little-endian', async () => {
    const bytes = (await bme280()).writeRead([0x88], 24);
    const words = Array.from({ length: 12 }, (_, i) => Buffer.from(bytes).readInt16LE(2 * i));
    expect(words).toEqual([
      27504,
      26435,
      -1000,
      36477 - 65536,
      -10685,
      3024,
      2855,
      140,
      -7,
      15500,
      -14600,
      6000,
    ]);
  });

  it('give the raw values of its example: 25.08 °C is 519888, 100653.27 Pa is 415148', async () => {
    const bench = await bme280();
    bench.set('temperature', 25.0825);
    bench.set('pressure', 100_653.27);
    const { temperature, pressure } = raw(bench);
    expect(Math.abs(temperature - 519_888)).toBeLessThan(3);
    expect(Math.abs(pressure - 415_148)).toBeLessThan(3);
  });

  // BME280 data sheet, 4.2.3: the 32 bit integer formula, in 1/1024 %.
  it.each([0, 10, 33.3, 50, 95, 100])(
    '%d %RH comes back out of the formula of the data sheet',
    async (percent) => {
      const bench = await bme280();
      bench.set('temperature', 25.0825);
      bench.set('humidity', percent);
      const { humidity } = raw(bench);
      const [h1 = 0] = bench.writeRead([0xa1], 1);
      const [a = 0, b = 0, h3 = 0, e4 = 0, e5 = 0, e6 = 0, h6 = 0] = bench.writeRead([0xe1], 7);
      const [h2, h4, h5] = [(b << 8) | a, (e4 << 4) | (e5 & 15), (e6 << 4) | (e5 >> 4)];
      const fine = 128_422 - 76_800;
      let v = ((humidity << 14) - (h4 << 20) - h5 * fine + 16_384) >> 15;
      v = Math.trunc(
        v *
          (((((((fine * h6) >> 10) * (((fine * h3) >> 11) + 32_768)) >> 10) + 2_097_152) * h2 + 8192) >> 14),
      );
      v -= ((((v >> 15) * (v >> 15)) >> 7) * h1) >> 4;
      expect((v >> 12) / 1024).toBeCloseTo(percent, 1);
    },
  );

  it('a forced measurement with one sample each takes 8 ms and ends in sleep', async () => {
    const bench = await bme280();
    expect(bench.writeRead([0xf7], 3)).toEqual([0x80, 0x00, 0x00]);
    bench.write([0xf2, 0x01]);
    bench.write([0xf4, 0x25]);
    expect(bench.writeRead([0xf3], 2)).toEqual([0x08, 0x25]);
    bench.clock.advance(7.9 * MS);
    expect(bench.writeRead([0xf3], 2)).toEqual([0x08, 0x25]);
    bench.clock.advance(0.1 * MS);
    expect(bench.writeRead([0xf3], 2)).toEqual([0x00, 0x24]);
    expect(bench.writeRead([0xf7], 1)).not.toEqual([0x80]);
  });

  it('what is skipped reads 80000h; humidity waits for ctrl_meas', async () => {
    const bench = await bme280();
    bench.write([0xf4, 0x23]);
    bench.write([0xf2, 0x01]);
    bench.clock.advance(6 * MS);
    expect(bench.writeRead([0xf7], 3)).toEqual([0x80, 0x00, 0x00]);
    expect(bench.writeRead([0xfd], 2)).toEqual([0x80, 0x00]);
    bench.write([0xf4, 0x23]);
    bench.clock.advance(6 * MS);
    expect(bench.writeRead([0xfd], 2)).not.toEqual([0x80, 0x00]);
  });

  it('without filter and with one sample a value has 16 bits', async () => {
    const bench = await bme280();
    bench.write([0xf4, 0x27]);
    bench.clock.advance(6 * MS);
    expect((bench.writeRead([0xfa], 3)[2] as number) & 0xf0).toBe(0);
  });

  it('follows what it feels, also where a quantity comes near to its limits', async () => {
    const bench = await bme280();
    bench.set('temperature', -40);
    const cold = raw(bench).temperature;
    bench.set('temperature', 85);
    expect(raw(bench).temperature).toBeGreaterThan(cold);
  });

  // BMP280 data sheet, 8.1: the double precision formulas, with the calibration of its example.
  const fineOf = (raw20: number) =>
    (raw20 / 16384 - 27504 / 1024) * 26435 + (raw20 / 131072 - 27504 / 8192) ** 2 * -1000;
  function pascals(raw20: number, fine: number): number {
    let var1 = fine / 2 - 64000;
    let var2 = (var1 * var1 * -7) / 32768 + var1 * 140 * 2;
    var2 = var2 / 4 + 2855 * 65536;
    var1 = ((3024 * var1 * var1) / 524288 + -10685 * var1) / 524288;
    var1 = (1 + var1 / 32768) * 36477;
    let p = ((1048576 - raw20 - var2 / 4096) * 6250) / var1;
    var1 = (6000 * p * p) / 2147483648;
    var2 = (p * -14600) / 32768;
    p += (var1 + var2 + 15500) / 16;
    return p;
  }

  it.each([
    [-40, 30_000],
    [-40, 110_000],
    [85, 30_000],
    [85, 110_000],
  ])('at %d °C and %d Pa the formulas of the data sheet give that back', async (celsius, pressure) => {
    const bench = await bme280();
    bench.set('temperature', celsius);
    bench.set('pressure', pressure);
    const measured = raw(bench);
    const fine = fineOf(measured.temperature);
    expect(fine / 5120).toBeCloseTo(celsius, 2);
    expect(Math.abs(pascals(measured.pressure, fine) - pressure)).toBeLessThan(1);
  });

  it.each([
    ['temperature', -40.1],
    ['temperature', 85.1],
    ['pressure', 29_999],
    ['pressure', 110_001],
    ['humidity', -0.1],
    ['humidity', 100.1],
  ])('%s of %d is out of its range', async (name, value) => {
    const bench = await bme280();
    expect(() => bench.set(name, value)).toThrow(name);
  });

  it('B6h resets, other words do not', async () => {
    const bench = await bme280();
    bench.write([0xf4, 0x27]);
    bench.write([0xe0, 0x01]);
    expect(bench.writeRead([0xf4], 1)).toEqual([0x27]);
    bench.write([0xe0, 0xb6]);
    expect(bench.writeRead([0xf4], 1)).toEqual([0x00]);
  });

  it('on I2C writes are pairs of register and value, and reads go on (6.2)', async () => {
    const bench = await bme280();
    bench.write([0xf4, 0x24, 0xf5, 0xa0]);
    expect(bench.writeRead([0xf4], 2)).toEqual([0x24, 0xa0]);
  });

  it('in normal mode the first result comes after t_measure, and standby follows (3.3.4, 9.1, table 27)', async () => {
    const bench = await bme280();
    const status = () => bench.writeRead([0xf3], 1)[0];
    // t_sb 10 ms; one sample of temperature and of pressure: 1 + 2 + 2.5 ms.
    bench.write([0xf5, 0xc0]);
    bench.write([0xf4, 0x27]);
    expect([status(), ...bench.writeRead([0xfa], 3)]).toEqual([0x08, 0x80, 0x00, 0x00]);
    bench.clock.advance(5.4 * MS);
    expect(status()).toBe(0x08);
    bench.clock.advance(0.1 * MS);
    expect([status(), bench.writeRead([0xfa], 1)[0]]).not.toContain(0x80);
    expect(status()).toBe(0x00);
    bench.clock.advance(9.9 * MS);
    expect(status()).toBe(0x00);
    bench.clock.advance(0.2 * MS);
    expect(status()).toBe(0x08);
    bench.clock.advance(5.5 * MS);
    expect(status()).toBe(0x00);
  });

  describe('IIR filter (BME280 3.4.4, BMP280 3.3.3)', () => {
    const [LOW, HIGH] = [
      { temperature: 25.0825, pressure: 100_653.27 },
      { temperature: 40, pressure: 90_000 },
    ];
    const feel = (bench: Bench, values: Record<string, number>) => {
      for (const [name, value] of Object.entries(values)) bench.set(name, value);
    };
    const read20 = (bench: Bench) => {
      const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0, t2 = 0] = bench.writeRead([0xf7], 6);
      return [(p0 << 12) | (p1 << 4) | (p2 >> 4), (t0 << 12) | (t1 << 4) | (t2 >> 4)] as const;
    };
    /** One forced measurement of pressure and temperature, 16 samples each: 1 + 32 + 32.5 ms. */
    const force = (bench: Bench, control = 0xb5) => {
      bench.write([0xf4, control]);
      bench.clock.advance(65.5 * MS);
      return read20(bench);
    };
    /** What it measures without the filter: 20 bits by 16 samples. */
    const unfiltered = async (values: Record<string, number>) => {
      const bench = await bme280();
      feel(bench, values);
      return force(bench);
    };
    /** `data_filtered = (data_filtered_old * (coefficient - 1) + data_ADC) / coefficient`, from the first value on. */
    const series = (coefficient: number, from: number, to: number, count: number) => {
      let filtered = from;
      return Array.from({ length: count }, () => {
        filtered = (filtered * (coefficient - 1) + to) / coefficient;
        return Math.round(filtered);
      });
    };

    it.each([
      [1, 2],
      [2, 4],
      [3, 8],
      [4, 16],
      [7, 16],
    ])('filter %d has the coefficient %d', async (bits, coefficient) => {
      const [[p0, t0], [p1, t1]] = [await unfiltered(LOW), await unfiltered(HIGH)];
      const bench = await bme280();
      bench.write([0xf5, bits << 2]);
      feel(bench, LOW);
      // The first value passes.
      expect(force(bench)).toEqual([p0, t0]);
      feel(bench, HIGH);
      const seen = Array.from({ length: 5 }, () => force(bench));
      expect(seen.map(([pressure]) => pressure)).toEqual(series(coefficient, p0, p1, 5));
      expect(seen.map(([, temperature]) => temperature)).toEqual(series(coefficient, t0, t1, 5));
    });

    it('steps once a cycle of normal mode, whether it is read or not', async () => {
      const [[p0], [p1]] = [await unfiltered(LOW), await unfiltered(HIGH)];
      const bench = await bme280();
      // t_sb 0.5 ms, coefficient 16: a cycle of 66 ms.
      bench.write([0xf5, 0x10, 0xf4, 0xb7]);
      feel(bench, LOW);
      bench.clock.advance(65.5 * MS);
      expect(read20(bench)[0]).toBe(p0);
      feel(bench, HIGH);
      expect(read20(bench)[0]).toBe(p0);
      bench.clock.advance(3 * 66 * MS);
      expect(read20(bench)[0]).toBe(series(16, p0, p1, 3)[2]);
      bench.clock.advance(3600e9);
      expect(read20(bench)[0]).toBe(p1);
    });

    it('keeps what it holds while pressure is skipped; writing config empties it', async () => {
      const [[p0], [p1]] = [await unfiltered(LOW), await unfiltered(HIGH)];
      const bench = await bme280();
      bench.write([0xf5, 0x08]);
      feel(bench, LOW);
      force(bench);
      feel(bench, HIGH);
      expect(force(bench, 0xa1)[0]).toBe(0x80000);
      expect(force(bench)[0]).toBe(series(4, p0, p1, 1)[0]);
      bench.write([0xf5, 0x08]);
      expect(force(bench)[0]).toBe(p1);
    });

    it('does not filter humidity', async () => {
      const bench = await bme280();
      const humidity = () => {
        bench.write([0xf4, 0xb5]);
        bench.clock.advance(68 * MS);
        return bench.writeRead([0xfd], 2);
      };
      bench.write([0xf5, 0x10, 0xf2, 0x01]);
      bench.set('humidity', 80);
      const wet = humidity();
      bench.set('humidity', 20);
      humidity();
      bench.set('humidity', 80);
      expect(humidity()).toEqual(wet);
    });
  });

  it('a snapshot has what the filter holds', async () => {
    const bench = await bme280();
    bench.write([0xf5, 0x10, 0xf4, 0xb7]);
    bench.clock.advance(65.5 * MS);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.set('pressure', 90_000);
    bench.clock.advance(66 * MS);
    const stepped = bench.writeRead([0xf7], 3);
    bench.parts.restore('/i2c/part0', saved);
    bench.set('pressure', 90_000);
    bench.clock.advance(66 * MS);
    expect(bench.writeRead([0xf7], 3)).toEqual(stepped);
  });

  it.each([
    ['bosch,bme280', [0.5, 62.5, 125, 250, 500, 1000, 10, 20]],
    ['bosch,bmp280', [0.5, 62.5, 125, 250, 500, 1000, 2000, 4000]],
  ])(
    '%s has the standby times of its table in ms (BME280 table 27, BMP280 table 11)',
    async (compatible, times) => {
      for (const [index, ms] of times.entries()) {
        const bench = await i2cBench({ compatible, reg: 0x76 });
        const status = () => bench.writeRead([0xf3], 1)[0];
        bench.write([0xf5, index << 5, 0xf4, 0x27]);
        bench.clock.advance((5.5 + ms) * MS - 1e4);
        expect(status(), `t_sb ${ms}`).toBe(0x00);
        bench.clock.advance(1e4);
        expect(status(), `t_sb ${ms}`).toBe(0x08);
      }
    },
  );

  it('copies its calibration for 2 ms after a reset (5.4.4, table 1)', async () => {
    const bench = await bme280();
    bench.write([0xe0, 0xb6]);
    expect(bench.writeRead([0xf3], 1)).toEqual([0x01]);
    bench.clock.advance(2 * MS);
    expect(bench.writeRead([0xf3], 1)).toEqual([0x00]);
  });

  it('on SPI bit 7 is the direction, and writes are pairs', async () => {
    const bench = await spiBench({ compatible: 'bosch,bme280' });
    expect(bench.exchange([0xd0], 1)).toEqual([0x60]);
    bench.exchange([0x72, 0x01, 0x74, 0x27]);
    // Normal mode: it measures.
    expect(bench.exchange([0xf2], 3)).toEqual([0x01, 0x08, 0x27]);
    const bmp280 = await spiBench({ compatible: 'bosch,bmp280' });
    bmp280.exchange([0x72, 0x01]);
    expect(bmp280.exchange([0xf2], 1)).toEqual([0x00]);
  });
});
