import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PropertyValue } from '../../../src/sim/index.ts';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { attributesOf, bootWithParts, endsQuietly } from './board.ts';

/**
 * Linux's PMBus core and its drivers read what regulators and hot-swap controllers sense, in linear and direct formats, and
 * the alarms of limits that they set: within a step of the part's converter, which stands here in hwmon's units.
 *
 * ADM1275 and ADM1276 are left out: Linux's adm1275 wants SMBus block reads of an adapter, which i2c-virtio does not have.
 * So is VAUX: Linux adds the offset of VIN to it, and for an LM5066 takes it for ten times as much.
 */

interface Row {
  readonly name: string;
  readonly compatible: string;
  readonly driver: string;
  readonly more?: string;
  readonly set: Readonly<Record<string, PropertyValue>>;
  readonly told: readonly (readonly [label: string, value: number, step: number])[];
  /** A limit that is set below what is sensed: of which label, and to what. */
  readonly limit: readonly [label: string, attribute: string, to: number, step: number];
}

const ROWS: readonly Row[] = [
  {
    name: 'regulator@40',
    compatible: 'lltc,ltc3882',
    driver: 'ltc2978',
    set: { vin: 11.5, vout: 1.25, iout: 3.5, temperature: 41, vout1: 3.3, iout1: 0.75 },
    told: [
      ['vin', 11_500, 16],
      ['vout1', 1250, 1],
      ['vout2', 3300, 1],
      ['iout1', 3500, 4],
      ['iout2', 750, 1],
      ['pout1', 4_375_000, 8000],
      ['temp1', 41_000, 63],
    ],
    limit: ['vout1', 'max', 1000, 1],
  },
  {
    name: 'hwmon@41',
    compatible: 'ti,lm25066',
    driver: 'lm25066',
    set: { vin: 11.5, vout: 11.4, iin: 16.25, temperature: -12.5 },
    told: [
      ['vin', 11_500, 5],
      ['vout1', 11_400, 5],
      ['iin', 16_250, 8],
      ['pin', 186_875_000, 136_000],
      ['temp1', -12_500, 63],
    ],
    limit: ['iin', 'max', 10_000, 8],
  },
  {
    name: 'hwmon@42',
    compatible: 'ti,lm5066',
    driver: 'lm25066',
    more: 'shunt-resistor-micro-ohms = <2000>;',
    set: { vin: 48, vout: 47.5, iin: 8, temperature: 61.25 },
    told: [
      ['vin', 48_000, 22],
      ['vout1', 47_500, 22],
      ['iin', 8000, 5],
      ['pin', 384_000_000, 420_000],
      ['temp1', 61_250, 63],
    ],
    limit: ['vin', 'max', 40_000, 22],
  },
];

/** Each part: its driver, what it tells, and its limit with the alarm before and after. */
const COMMANDS = `
report() { # NODE ADDRESS LABEL ATTRIBUTE VALUE
  d=/sys/bus/i2c/devices/0-00$2; h=$(ls -d $d/hwmon/hwmon*)
  echo "$1 driver=$(basename $(readlink $d/driver))"
  for label in $h/*_label; do
    name=$(cat $label); [ -e \${label%_label}_input ] && echo "$1 $name=$(cat \${label%_label}_input)"
    [ "$name" = $3 ] && at=\${label%_label}_$4
  done
  echo "$1 temp1=$(cat $h/temp1_input 2>&1)"
  echo "$1 before=$(cat \${at}_alarm)"; echo $5 > $at; echo "$1 limit=$(cat $at)"; echo "$1 after=$(cat \${at}_alarm)"
}
${ROWS.map(({ name, limit: [label, attribute, to] }) => `report ${name} ${name.split('@')[1]} ${label} ${attribute} ${to}`).join('\n')}
dmesg | grep -i "ltc\\|pmbus\\|hwmon\\|adm" | sed 's/^/log /'`;

describe.skipIf(NO_UML)(`Linux's PMBus core${NO_UML || ''}`, () => {
  let said: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const run = await bootWithParts(ROWS, [], COMMANDS);
    said = attributesOf(run);
    endsQuietly(run);
  });

  const off = ({ name }: Row, label: string, value: number) =>
    Math.abs(Number(said.get(`${name} ${label}`)) - value);
  const cases = ROWS.flatMap((row) => row.told.map((told) => [row.compatible, ...told, row] as const));

  it.each(ROWS.map((row) => [row.compatible, row] as const))('%s has its driver', (_, { name, driver }) => {
    expect(said.get(`${name} driver`)).toBe(driver);
  });

  it.each(cases)('%s: %s is %i, within %i', (_, label, value, step, row) => {
    expect(off(row, label, value)).toBeLessThanOrEqual(step);
  });

  it.each(ROWS.map((row) => [row.compatible, row] as const))(
    '%s: a limit that is set below what is sensed is an alarm',
    (_, row) => {
      const [, , to, step] = row.limit;
      expect(off(row, 'limit', to)).toBeLessThanOrEqual(step);
      expect([said.get(`${row.name} before`), said.get(`${row.name} after`)]).toEqual(['0', '1']);
    },
  );

  afterAll(() =>
    keepLinuxResults(
      'pmbus',
      ROWS.map((row) => ({
        compatible: row.compatible,
        driver: said.get(`${row.name} driver`) ?? '',
        found: [
          ...row.told.map(([label, value, step]) => ({
            what: `${label} is ${value}`,
            right: off(row, label, value) <= step,
          })),
          { what: 'a limit is an alarm', right: said.get(`${row.name} after`) === '1' },
        ],
      })),
    ),
  );
});
