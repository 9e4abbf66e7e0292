import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { runSteps, type Steps, step } from './steps.ts';

/** Touch screens whose drivers have their own reports: a finger that a test puts down is where Linux tells it. */

/** Compatible and driver; the node's own properties beside those that all have. */
const ROWS: readonly (readonly [compatible: string, driver: string, more?: string])[] = [
  ['samsung,s6sy761', 's6sy761'],
  ['zinitix,bt541', 'Zinitix-TS'],
  ['ilitek,ili210x', 'ili210x_i2c'],
  ['ilitek,ili2117', 'ili210x_i2c'],
  ['ilitek,ili2120', 'ili210x_i2c'],
  ['ilitek,ili251x', 'ili210x_i2c'],
  ['imagis,ist3038', 'imagis-touchscreen'],
  ['imagis,ist3038b', 'imagis-touchscreen'],
  ['imagis,ist3038c', 'imagis-touchscreen'],
  ['imagis,ist3038h', 'imagis-touchscreen'],
  ['imagis,ist3032c', 'imagis-touchscreen'],
  ['melfas,mip4_ts', 'mip4_ts'],
  ['mstar,msg2138', 'MStar-TS', 'reset'],
  ['mstar,msg2638', 'MStar-TS', 'reset'],
  ['hynitron,cst340', 'Hynitron-TS', 'reset'],
  ['novatek,nt11205-ts', 'novatek-nvt-ts', 'reset'],
  ['novatek,nt36672a-ts', 'novatek-nvt-ts', 'reset'],
  ['melfas,mms114', 'mms114'],
  ['melfas,mms136', 'mms114'],
  ['ti,tsc2007', 'tsc2007'],
];

const SUPPLIES = ['vdd', 'avdd', 'vddio', 'vcca', 'vcc', 'iovcc', 'vio']
  .map((name) => `${name}-supply = <&supply>;`)
  .join(' ');
const addressOf = (index: number) => 0x20 + index;
const nameOf = (index: number) => `screen@${addressOf(index).toString(16)}`;
const placeOf = (index: number) => ({ x: 100 + 7 * index, y: 1300 + 11 * index });

const BOARD = `/dts-v1/; / {
  aliases { i2c0 = &bus; };
  supply: regulator { compatible = "regulator-fixed"; regulator-name = "supply"; };
  bus: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    ${ROWS.map(
      ([compatible, , more], index) =>
        `part${index}: ${nameOf(index)} { compatible = "${compatible}"; reg = <${addressOf(index)}>;
          interrupts-extended = <&gpio ${index} 8>; ${SUPPLIES}
          touchscreen-size-x = <4096>; touchscreen-size-y = <4096>; ti,x-plate-ohms = <400>;
          ${more === 'reset' ? `reset-gpios = <&gpio ${32 + index} 1>;` : ''} };`,
    ).join('\n')}
  };
  gpio: gpio {
    compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    interrupt-controller; #interrupt-cells = <2>; ngpios = <64>;
  };
};`;

const COMMANDS = `
mount -t tmpfs none /tmp
# Those that were asked before there was a supply, or lines.
for d in /sys/bus/i2c/devices/0-*; do [ -e $d/driver ] || echo $(basename $d) > /sys/bus/i2c/drivers_probe; done 2>/dev/null
for d in /sys/bus/i2c/devices/0-*; do echo $(basename $(readlink -f $d/of_node)) $(basename $(readlink $d/driver)); done
for d in /sys/bus/i2c/drivers/*; do echo "registered \${d##*/}"; done
for e in /sys/class/input/event*; do
  node=$(basename $(readlink -f $e/device/device/of_node))
  cat /dev/input/$(basename $e) > /tmp/$node 2>/dev/null &
done
sleep 1
${step('touch', 'sleep 1')}
tell() {
  for f in /tmp/screen*; do od -An -v -w24 -t d2 $f | awk "{ print \\"$1 $(basename $f):\\", \\$9, \\$10, \\$11 }"; done
}
tell down
${step('lift', 'sleep 1')}
tell up`;

const STEPS: Steps = {
  touch: ROWS.map((_row, index) => [`&part${index}`, { ...placeOf(index), touching: true }]),
  lift: ROWS.map((_row, index) => [`&part${index}`, { touching: false }]),
};

const ABS = 3;
const [X, Y, MT_X, MT_Y] = [0, 1, 53, 54];
const [MT_TRACKING_ID, BTN_TOUCH] = [57, 330];
const KEY = 1;
/** What Linux has to say of a finger, single touch or one of several: where it is, and that it went. */
const eventsOf = (index: number, driver: string) => {
  const { x, y } = placeOf(index);
  const name = nameOf(index);
  return driver === 'tsc2007'
    ? [
        `down ${name}: ${ABS} ${X} ${x}`,
        `down ${name}: ${ABS} ${Y} ${y}`,
        `up ${name}: ${KEY} ${BTN_TOUCH} 0`,
      ]
    : [
        `down ${name}: ${ABS} ${MT_X} ${x}`,
        `down ${name}: ${ABS} ${MT_Y} ${y}`,
        `up ${name}: ${ABS} ${MT_TRACKING_ID} -1`,
      ];
};

describe.skipIf(NO_UML)(`touch screens, by drivers of Linux${NO_UML || ''}`, () => {
  let said: ReadonlySet<string>;
  beforeAll(async () => {
    const output = await runSteps(BOARD, COMMANDS, STEPS, () => {});
    said = new Set(output.split('\n').map((line) => line.trim()));
  });

  afterAll(() =>
    keepLinuxResults(
      'screens',
      ROWS.map(([compatible, driver], index) => ({
        compatible,
        driver: said.has(`${nameOf(index)} ${driver}`) ? driver : '',
        found: [
          {
            what: `a finger is at ${placeOf(index).x}, ${placeOf(index).y}`,
            right: eventsOf(index, driver).every((line) => said.has(line)),
          },
        ],
      })),
    ),
  );

  for (const [index, [compatible, driver]] of ROWS.entries())
    it(`${compatible}: ${driver} tells where the finger is, and that it went`, ({ skip }) => {
      if (!said.has(`registered ${driver}`)) skip(`the guest's kernel has no driver ${driver}`);
      expect(said).toContain(`${nameOf(index)} ${driver}`);
      for (const event of eventsOf(index, driver)) expect(said).toContain(event);
    });
});
