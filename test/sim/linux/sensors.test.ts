import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import {
  attributesOf,
  type BoardPart,
  type BoardRun,
  bootWithParts,
  SHOW_DRIVERS_AND_SENSORS,
} from './board.ts';

/** Sensors that Linux's drivers read: each must report, in its subsystem's units, what the test made the part feel. */

interface Judged extends BoardPart {
  /** Attribute of sysfs without `_raw` or `_input`, the value in the subsystem's unit, and what it may miss by. */
  readonly expect: readonly (readonly [attribute: string, value: number, tolerance: number])[];
}

const FIELD = { magnetX: 30, magnetY: -45, magnetZ: 12 };

const I2C: readonly Judged[] = [
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
    name: 'mpu9250@0',
    compatible: 'invensense,mpu9250',
    more: 'spi-max-frequency = <1000000>;',
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
  }, 60_000);

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
    if (process.env['DTBUS_TRACE']) console.log(run.output);
    expect({ exitCode: run.exitCode, killed: run.killed, warnings: run.warnings }).toEqual({
      exitCode: 0,
      killed: false,
      warnings: [],
    });
  });

  it.each(ALL.map(({ name }) => name))('a driver binds to %s', (name) => {
    expect(attributes.get(`${name} driver`), run.output).toBeDefined();
  });

  /** `in_accel_x_raw` has the scale `in_accel_x_scale`, or that of all axes, or of all channels of its kind. */
  function measured(name: string, attribute: string): number {
    const number = (suffix: string, kind = attribute) => Number(attributes.get(`${name} ${kind}${suffix}`));
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
