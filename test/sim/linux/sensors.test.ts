import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import {
  attributesOf,
  type BoardPart,
  type BoardRun,
  bootWithParts,
  endsQuietly,
  SHOW_DRIVERS_AND_SENSORS,
} from './board.ts';

/** Sensors that Linux's drivers read: each must report, in its subsystem's units, what the test made the part feel. */

interface Judged extends BoardPart {
  /** Attribute of sysfs without `_raw` or `_input`, the value in the subsystem's unit, and what it may miss by. */
  readonly expect: readonly (readonly [attribute: string, value: number, tolerance: number])[];
}

const SLOW = 'spi-max-frequency = <1000000>;';
const DAMP = { temperature: 31.5, humidity: 40 };
const AIR = { temperature: 31.5, pressure: 98_765 };
const MOVED = { accelX: 0.5, accelY: -0.25 };
const FIELD = { magnetX: 30, magnetY: -45, magnetZ: 12 };

const I2C: readonly Judged[] = [
  {
    name: 'mag3110@e',
    compatible: 'fsl,mag3110',
    set: { ...FIELD, temperature: 31 },
    expect: [
      ['in_magn_x', 0.3, 0.001],
      ['in_magn_y', -0.45, 0.001],
      ['in_temp', 31_000, 0],
    ],
  },
  {
    name: 'lis3dh@18',
    compatible: 'st,lis3dh-accel',
    set: MOVED,
    expect: [
      ['in_accel_x', 4.903, 0.05],
      ['in_accel_y', -2.452, 0.05],
    ],
  },
  {
    name: 'lsm303dlhc@19',
    compatible: 'st,lsm303dlhc-accel',
    set: MOVED,
    expect: [['in_accel_x', 4.903, 0.05]],
  },
  { name: 'mma8451@1c', compatible: 'fsl,mma8451', set: MOVED, expect: [['in_accel_x', 4.903, 0.02]] },
  { name: 'mma8452@1d', compatible: 'fsl,mma8452', set: MOVED, expect: [['in_accel_y', -2.452, 0.02]] },
  {
    name: 'hmc5883l@1e',
    compatible: 'honeywell,hmc5883l',
    set: FIELD,
    expect: [
      // The scale that Linux 7.2 gives is a hundredth of the data sheet's 0.92 mG a count, so the counts are compared.
      ['in_magn_x_raw', 327, 0],
      ['in_magn_y_raw', -490, 1],
      ['in_magn_z_raw', 131, 0],
    ],
  },
  {
    name: 'lis3mdl@1f',
    compatible: 'st,lis3mdl-magn',
    set: FIELD,
    expect: [
      ['in_magn_x', 0.3, 0.001],
      ['in_magn_y', -0.45, 0.001],
    ],
  },
  {
    name: 'l3gd20@6a',
    compatible: 'st,l3gd20-gyro',
    set: { gyroX: 10, gyroZ: -100 },
    // rad/s
    expect: [
      ['in_anglvel_x', 0.1745, 0.001],
      // Linux has 153 µrad/s a count where 8.75 m°/s are 152.7.
      ['in_anglvel_z', -1.7453, 0.004],
    ],
  },
  {
    name: 'ina3221@42',
    compatible: 'ti,ina3221',
    more: '#address-cells = <1>; #size-cells = <0>; input@1 { reg = <1>; shunt-resistor-micro-ohms = <5000>; };',
    set: { busVoltage1: 12, current1: 1.5, busVoltage2: 5, current2: -2 },
    expect: [
      ['in1', 12_000, 0],
      ['curr1', 1500, 2],
      ['in2', 5000, 0],
      ['curr2', -2000, 4],
    ],
  },
  {
    name: 'opt3001@44',
    compatible: 'ti,opt3001',
    set: { illuminance: 1234 },
    expect: [['in_illuminance', 1234, 1]],
  },
  {
    name: 'mlx90614@5a',
    compatible: 'melexis,mlx90614',
    set: { temperature: 31.5, object: 180 },
    expect: [
      ['in_temp_ambient', 31_500, 20],
      ['in_temp_object', 180_000, 20],
    ],
  },
  {
    name: 'sgp40@59',
    compatible: 'sensirion,sgp40',
    set: { rawVoc: 27_182 },
    expect: [['in_resistance_raw', 27_182, 0]],
  },
  {
    name: 'htu21@41',
    compatible: 'meas,htu21',
    set: DAMP,
    expect: [
      ['in_temp', 31_500, 20],
      ['in_humidityrelative', 40_000, 40],
    ],
  },
  {
    name: 'aht20@38',
    compatible: 'aosong,aht20',
    set: DAMP,
    expect: [
      ['temp1', 31_500, 1],
      ['humidity1', 40_000, 10],
    ],
  },
  { name: 'aht10@39', compatible: 'aosong,aht10', set: DAMP, expect: [['temp1', 31_500, 1]] },
  {
    name: 'hdc1080@40',
    compatible: 'ti,hdc1080',
    set: DAMP,
    expect: [
      ['in_temp', 31_500, 10],
      ['in_humidityrelative', 40_000, 10],
    ],
  },
  {
    name: 'adt7410@48',
    compatible: 'adi,adt7410',
    set: { temperature: 31.5 },
    expect: [['temp1', 31_500, 0]],
  },
  {
    name: 'mpl3115@60',
    compatible: 'fsl,mpl3115',
    set: AIR,
    expect: [
      // Its scale is of °C, where the subsystem has thousandths.
      ['in_temp_raw', 504, 0],
      ['in_pressure', 98.765, 0.001],
    ],
  },
  {
    name: 'ms5611@76',
    compatible: 'meas,ms5611',
    set: AIR,
    expect: [
      ['in_temp', 31_500, 10],
      ['in_pressure', 98.765, 0.005],
    ],
  },
  {
    name: 'bmp180@77',
    compatible: 'bosch,bmp180',
    set: AIR,
    expect: [
      ['in_temp', 31_500, 100],
      ['in_pressure', 98.765, 0.01],
    ],
  },
  {
    name: 'ak8963@c',
    compatible: 'asahi-kasei,ak8963',
    set: FIELD,
    // Gauss: 100 µT each.
    expect: [
      ['in_magn_x', 0.3, 0.003],
      ['in_magn_y', -0.45, 0.003],
      ['in_magn_z', 0.12, 0.003],
    ],
  },
  {
    name: 'mpu9250@68',
    compatible: 'invensense,mpu9250',
    set: { ...FIELD, accelX: 0.5, temperature: 31.5 },
    expect: [
      ['in_accel_x', 4.903, 0.005],
      ['in_magn_x', 0.3, 0.003],
      ['in_magn_y', -0.45, 0.003],
      ['in_magn_z', 0.12, 0.003],
      ['in_temp', 31_500, 3],
    ],
  },
];

const SPI: readonly Judged[] = [
  {
    name: 'max31855@1',
    compatible: 'maxim,max31855k',
    more: SLOW,
    set: { thermocouple: 431.25, temperature: 31.5 },
    expect: [
      ['in_temp', 431_250, 0],
      ['in_temp_ambient', 31_500, 0],
    ],
  },
  {
    name: 'max6675@2',
    compatible: 'maxim,max6675',
    more: `${SLOW} spi-cpha;`,
    set: { thermocouple: 431.25 },
    expect: [['in_temp', 431_250, 0]],
  },
  {
    name: 'lis3dh@3',
    compatible: 'st,lis3dh-accel',
    more: `${SLOW} spi-cpol; spi-cpha;`,
    set: { accelX: 0.5 },
    expect: [['in_accel_x', 4.903, 0.05]],
  },
  {
    name: 'mpu9250@0',
    compatible: 'invensense,mpu9250',
    more: SLOW,
    set: FIELD,
    expect: [['in_magn_y', -0.45, 0.003]],
  },
];

const ALL = [...I2C, ...SPI];

describe.skipIf(NO_UML !== undefined)("Linux's drivers of sensors and our parts", () => {
  let run: BoardRun;
  let attributes = new Map<string, string>();

  beforeAll(async () => {
    run = await bootWithParts(I2C, SPI, SHOW_DRIVERS_AND_SENSORS);
    attributes = attributesOf(run);
  });

  const found = new Map<string, { what: string; right: boolean }[]>();
  afterEach(({ task }) => {
    const [name = '', what] = task.name.split(': ');
    if (what === undefined) return;
    found.set(name, [...(found.get(name) ?? []), { what, right: task.result?.state !== 'fail' }]);
  });
  afterAll(() =>
    keepLinuxResults(
      'sensors',
      ALL.map(({ name, compatible }) => ({
        compatible,
        driver: attributes.get(`${name} driver`) ?? '',
        found: found.get(name) ?? [],
      })),
    ),
  );

  it('runs to its end without a complaint of a model', () => {
    endsQuietly(run);
  });

  it.each(ALL.map(({ name }) => name))('a driver binds to %s', (name) => {
    expect(attributes.get(`${name} driver`), run.output).toBeDefined();
  });

  /** `in_accel_x_raw` has the scale `in_accel_x_scale`, or that of all axes, or of all channels of its kind. */
  function measured(name: string, attribute: string): number {
    const number = (suffix: string, kind = attribute) => Number(attributes.get(`${name} ${kind}${suffix}`));
    if (attribute.endsWith('_raw')) return number('');
    const input = number('_input');
    if (!Number.isNaN(input)) return input;
    const kinds = [attribute, attribute.replace(/_[a-z]+$/, ''), attribute.replace(/\d+$/, '')];
    const first = (suffix: string, otherwise: number) =>
      kinds.map((kind) => number(suffix, kind)).find((value) => !Number.isNaN(value)) ?? otherwise;
    return (number('_raw') + first('_offset', 0)) * first('_scale', 1);
  }

  it.each(ALL.flatMap(({ name, expect: rows }) => rows.map((row) => [name, ...row] as const)))(
    '%s: %s is %d',
    (name, attribute, value, tolerance) => {
      const got = measured(name, attribute);
      expect(Math.abs(got - value), `${got}`).toBeLessThanOrEqual(tolerance);
    },
  );
});
