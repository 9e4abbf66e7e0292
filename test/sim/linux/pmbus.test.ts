import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { attributesOf, bootWithParts, endsQuietly } from './board.ts';

/** Linux's PMBus core reads what a regulator of two pages senses, and the alarms of limits that it sets. */

const COMMANDS = `
echo "pmbus driver=$(basename $(readlink /sys/bus/i2c/devices/0-0040/driver))"
h=$(ls -d /sys/bus/i2c/devices/0-0040/hwmon/hwmon*)
for n in in curr power temp; do
  for label in $h/$n*_label; do
    [ -e $label ] && echo "pmbus $(cat $label)=$(cat \${label%_label}_input)"
  done
done
for label in $h/in*_label; do [ "$(cat $label)" = vout1 ] && vout=\${label%_label}; done
echo "pmbus before=$(cat \${vout}_max_alarm)"
echo 1000 > \${vout}_max
echo "pmbus max=$(cat \${vout}_max)"
echo "pmbus after=$(cat \${vout}_max_alarm)"
dmesg | grep -i "ltc\\|pmbus" | sed 's/^/log /'`;

const TOLD: readonly (readonly [label: string, value: number])[] = [
  ['vin', 11_500],
  ['vout1', 1250],
  ['vout2', 3300],
  ['iout1', 3500],
  ['iout2', 750],
  ['pout1', 4_375_000],
];

describe.skipIf(NO_UML)(`Linux's PMBus core${NO_UML || ''}`, () => {
  let said: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const set = { vin: 11.5, vout: 1.25, iout: 3.5, temperature: 41, vout1: 3.3, iout1: 0.75 };
    const run = await bootWithParts(
      [{ name: 'regulator@40', compatible: 'lltc,ltc3882', set }],
      [],
      COMMANDS,
    );
    said = attributesOf(run);
    endsQuietly(run);
  });

  const told = (label: string, value: number) => Number(said.get(`pmbus ${label}`)) / value;

  it.each(TOLD)('%s is %i', (label, value) => {
    expect(told(label, value)).toBeGreaterThan(0.998);
    expect(told(label, value)).toBeLessThan(1.002);
  });

  afterAll(() =>
    keepLinuxResults('pmbus', [
      {
        compatible: 'lltc,ltc3882',
        driver: said.get('pmbus driver') ?? '',
        found: [
          ...TOLD.map(([label, value]) => ({
            what: `${label} is ${value}`,
            right: Math.abs(told(label, value) - 1) < 0.002,
          })),
          { what: 'a limit is an alarm', right: said.get('pmbus after') === '1' },
        ],
      },
    ]),
  );

  it('a limit that is set below what is sensed is an alarm', () => {
    expect([said.get('pmbus before'), said.get('pmbus max'), said.get('pmbus after')]).toEqual([
      '0',
      '1000',
      '1',
    ]);
  });
});
