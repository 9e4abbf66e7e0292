import { faultOf, i2cBench } from '../../sim/support.ts';
import { audit } from './rows.ts';

const MS = 1e6;
const signed = ([high = 0, low = 0]: readonly number[]) => ((high << 24) >> 16) | low;

const bme280 = () => i2cBench({ compatible: 'bosch,bme280', reg: 0x76 });
/** Forced, one sample of each, 1 + 2 + 2.5 + 2.5 ms at most 9.3. */
const HUMIDITY_OF_ONE_CYCLE = async (humidityFirst: boolean) => {
  const bench = await bme280();
  if (humidityFirst) bench.write([0xf2, 0x01]);
  bench.write([0xf4, 0x25]);
  if (!humidityFirst) bench.write([0xf2, 0x01]);
  bench.clock.advance(10 * MS);
  return bench.writeRead([0xfd], 2);
};

audit('bosch,bme280', [
  [
    'ctrl_hum takes effect only with the next write of ctrl_meas (5.4.3)',
    [true, [0x80, 0x00]],
    async () => [(await HUMIDITY_OF_ONE_CYCLE(true))[0] !== 0x80, await HUMIDITY_OF_ONE_CYCLE(false)],
  ],
  [
    'I2C writes are pairs of register and data (6.2.1)',
    [0x27, 0xa0],
    async () => {
      const bench = await bme280();
      bench.write([0xf4, 0x27, 0xf5, 0xa0]);
      return bench.writeRead([0xf4], 2);
    },
  ],
  [
    'normal mode: measuring = 1 and no result until t_measure is over (3.3.4, 9.1)',
    [0x08, 0x80, 0x00, 0x00],
    async () => {
      const bench = await bme280();
      bench.write([0xf4, 0x27]);
      return [...bench.writeRead([0xf3], 1), ...bench.writeRead([0xfa], 3)];
    },
  ],
  [
    'IIR filter 16: the first sample after a step has moved by a sixteenth (3.4.4)',
    1 / 16,
    async () => {
      const bench = await bme280();
      bench.write([0xf5, 0x10, 0xf4, 0xb7]);
      const sample = () => {
        bench.clock.advance(66 * MS);
        const [high = 0, middle = 0, low = 0] = bench.writeRead([0xf7], 3);
        return (high << 12) | (middle << 4) | (low >> 4);
      };
      const before = sample();
      bench.set('pressure', 60_000);
      const first = sample();
      bench.clock.advance(20e9);
      return Math.round(((first - before) / (sample() - before)) * 1e4) / 1e4;
    },
  ],
  [
    'soft reset: im_update while the calibration is copied (5.4.4, table 1: 2 ms)',
    [0x01, 0x00],
    async () => {
      const bench = await bme280();
      bench.write([0xe0, 0xb6]);
      const during = bench.writeRead([0xf3], 1);
      bench.clock.advance(2 * MS);
      return [...during, ...bench.writeRead([0xf3], 1)];
    },
  ],
  [
    'a reset word other than B6h does nothing; E0h reads 0 (5.4.2)',
    [0x24, 0x00],
    async () => {
      const bench = await bme280();
      bench.write([0xf4, 0x24]);
      bench.write([0xe0, 0xb5]);
      return [...bench.writeRead([0xf4], 1), ...bench.writeRead([0xe0], 1)];
    },
  ],
  [
    'a measurement that is skipped reads 80000h (5.4.7)',
    [0x80, 0x00, 0x00],
    async () => {
      const bench = await bme280();
      bench.write([0xf4, 0x21]);
      bench.clock.advance(10 * MS);
      return bench.writeRead([0xf7], 3);
    },
  ],
]);

const mpu6050 = async (reg = 0x68) => {
  const bench = await i2cBench({ compatible: 'invensense,mpu6050', reg });
  bench.write([0x6b, 0x00]);
  return bench;
};

audit('invensense,mpu6050', [
  ['WHO_AM_I is 68h whatever AD0 is (4.32)', [0x68], async () => (await mpu6050(0x69)).writeRead([0x75], 1)],
  [
    'an empty FIFO gives its last byte again (4.31)',
    [0xaa, 0xbb, 0xbb, 0xbb],
    async () => {
      const bench = await mpu6050();
      bench.write([0x6a, 0x40]);
      bench.write([0x74, 0xaa]);
      bench.write([0x74, 0xbb]);
      return bench.writeRead([0x74], 4);
    },
  ],
  [
    'self test: XG_ST moves the gyroscope, and the factory trim is not 0 (4.1, 4.4)',
    [true, true],
    async () => {
      const bench = await mpu6050();
      const still = signed(bench.writeRead([0x43], 2));
      bench.write([0x1b, 0x80]);
      const moved = signed(bench.writeRead([0x43], 2));
      return [moved !== still, bench.writeRead([0x0d], 3).every((trim) => trim !== 0)];
    },
  ],
  [
    'the memory of the motion processor reads back what was written (6Dh to 6Fh)',
    [1, 2, 3],
    async () => {
      const bench = await mpu6050();
      bench.write([0x6d, 0x01, 0x00]);
      bench.write([0x6f, 1, 2, 3]);
      bench.write([0x6d, 0x01, 0x00]);
      return bench.writeRead([0x6f], 3);
    },
  ],
  [
    'CYCLE samples at LP_WAKE_CTRL: at 1.25 Hz nothing within 100 ms (4.28, 4.29)',
    [[0], [1]],
    async () => {
      const bench = await mpu6050();
      bench.write([0x6b, 0x28, 0x07]);
      bench.writeRead([0x3a], 1);
      bench.clock.advance(100 * MS);
      const soon = bench.writeRead([0x3a], 1);
      bench.clock.advance(700 * MS);
      return [soon, bench.writeRead([0x3a], 1)];
    },
  ],
  [
    'FIFO_OFLOW when it is full, with 1,024 bytes in it (4.31)',
    [[0x04, 0x00], 0x10],
    async () => {
      const bench = await mpu6050();
      bench.write([0x23, 0x08]);
      bench.write([0x6a, 0x44]);
      bench.clock.advance(300 * MS);
      return [bench.writeRead([0x72], 2), (bench.writeRead([0x3a], 1)[0] as number) & 0x10];
    },
  ],
  [
    'offset registers keep what is written and shift the output (06h to 0Bh, 13h to 18h)',
    [[0x10, 0x00], [0x01, 0x48], 16_384, 1310],
    async () => {
      const bench = await mpu6050();
      bench.write([0x06, 0x10, 0x00]);
      bench.write([0x13, 0x01, 0x48]);
      return [
        bench.writeRead([0x06], 2),
        bench.writeRead([0x13], 2),
        signed(bench.writeRead([0x3b], 2)),
        signed(bench.writeRead([0x43], 2)),
      ];
    },
  ],
]);

const sht3x = () => i2cBench({ compatible: 'sensirion,sht3x', reg: 0x44 });
const STATUS = [0xf3, 0x2d];

audit('sensirion,sht3x', [
  [
    'status bit 1 after a command that is none, bit 0 after a bad checksum (table 17)',
    [0x02, 0x01],
    async () => {
      const bench = await sht3x();
      bench.write([0x30, 0x41]);
      bench.write([0x12, 0x34]);
      const unknown = bench.writeRead(STATUS, 2)[1];
      bench.write([0x30, 0x66]);
      bench.write([0x61, 0x1d, 0xcd, 0x33, 0x00]);
      return [unknown, bench.writeRead(STATUS, 2)[1]];
    },
  ],
  [
    'without stretching a read is not acknowledged until the measurement is there, and once (4.4)',
    ['ENXIO', undefined, 'ENXIO'],
    async () => {
      const bench = await sht3x();
      bench.write([0x24, 0x00]);
      const before = faultOf(() => bench.read(6));
      bench.clock.advance(15 * MS);
      return [before, faultOf(() => bench.read(6)), faultOf(() => bench.read(6))];
    },
  ],
  [
    'with stretching SCL is held until it is there: 12.5 ms at most 15 (4.3, table 4)',
    true,
    async () => {
      const bench = await sht3x();
      bench.writeRead([0x2c, 0x06], 6);
      return bench.clock.now() >= 12.5 * MS && bench.clock.now() <= 15 * MS;
    },
  ],
  [
    'periodic: a fetch without new data is not acknowledged (4.6)',
    [undefined, 'ENXIO', undefined],
    async () => {
      const bench = await sht3x();
      const fetch = () => faultOf(() => bench.writeRead([0xe0, 0x00], 6));
      bench.write([0x27, 0x37]);
      bench.clock.advance(20 * MS);
      const fetched = [fetch(), fetch()];
      bench.clock.advance(100 * MS);
      return [...fetched, fetch()];
    },
  ],
  [
    'status 8010h after power-on, 0 after 3041h (4.11)',
    [
      [0x80, 0x10],
      [0x00, 0x00],
    ],
    async () => {
      const bench = await sht3x();
      const first = bench.writeRead(STATUS, 2);
      bench.write([0x30, 0x41]);
      return [first, bench.writeRead(STATUS, 2)];
    },
  ],
  [
    'the heater warms the sensor (4.10)',
    true,
    async () => {
      const bench = await sht3x();
      bench.write([0x30, 0x6d]);
      const [high = 0, low = 0] = bench.writeRead([0x2c, 0x06], 6);
      return -45 + (175 * ((high << 8) | low)) / 65_535 > 26;
    },
  ],
]);

const vl53l0x = () => i2cBench({ compatible: 'st,vl53l0x', reg: 0x29 });

audit('st,vl53l0x', [
  [
    'ids of C0h to C2h (DS11555, 3.2)',
    [0xee, 0xaa, 0x10],
    async () => (await vl53l0x()).writeRead([0xc0], 3),
  ],
  [
    '8Ah is its address, until the next power-on (DS11555, 3)',
    [[0xee], 'ENXIO', [0xee]],
    async () => {
      const bench = await vl53l0x();
      bench.write([0x8a, 0x30]);
      const moved = bench.writeRead([0xc0], 1, 0x30);
      const left = faultOf(() => bench.read(1));
      bench.reset();
      return [moved, left, bench.writeRead([0xc0], 1)];
    },
  ],
  [
    'a longer time-out of the final range (71h) is a longer measurement (API, timing budget)',
    [0, 4],
    async () => {
      const bench = await vl53l0x();
      bench.write([0x01, 0xe8, 0x00]);
      bench.write([0x71, 0x04, 0xff]);
      bench.write([0x00, 0x01]);
      bench.clock.advance(60 * MS);
      const soon = bench.writeRead([0x13], 1)[0];
      bench.clock.advance(200 * MS);
      return [soon, bench.writeRead([0x13], 1)[0]];
    },
  ],
  [
    '"level low" with a threshold of 100 mm: no interrupt at 1,500 mm, one at 50 (API, SetInterruptThresholds)',
    [0, 1],
    async () => {
      const bench = await vl53l0x();
      bench.write([0x0a, 0x01]);
      bench.write([0x0e, 0x00, 50]);
      const status = (mm: number) => {
        bench.set('distance', mm);
        bench.write([0x00, 0x01]);
        bench.clock.advance(40 * MS);
        return bench.writeRead([0x13], 1)[0];
      };
      return [status(1500), status(50)];
    },
  ],
  [
    'SPAD count, signal rate and ambient rate stand with the range (API, RangingMeasurementData)',
    [true, true, true],
    async () => {
      const bench = await vl53l0x();
      bench.write([0x00, 0x01]);
      bench.clock.advance(40 * MS);
      return [0x16, 0x1a, 0x1c].map((at) => signed(bench.writeRead([at], 2)) !== 0);
    },
  ],
  [
    'back to back: a sample each budget, 0Bh clears the interrupt (API)',
    [4, 0, 4],
    async () => {
      const bench = await vl53l0x();
      const status = () => bench.writeRead([0x13], 1)[0];
      bench.write([0x00, 0x02]);
      bench.clock.advance(34 * MS);
      const first = status();
      bench.write([0x0b, 0x01]);
      const cleared = status();
      bench.clock.advance(34 * MS);
      return [first, cleared, status()];
    },
  ],
]);
