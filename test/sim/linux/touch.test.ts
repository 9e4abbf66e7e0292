import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PropertyValue } from '../../../src/sim/index.ts';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults, type LinuxResult } from '../../support/part-table.ts';
import { propertyOf, runSteps, type Steps, step } from './steps.ts';

/**
 * Touch screens, touch pads and USB-C controllers with their interrupt lines, by Linux's own drivers: what a test does to
 * the part is an event of Linux.
 */

const BOARD = `/dts-v1/; / {
  aliases { i2c0 = &bus; };
  bus: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    screen: touchscreen@2c { compatible = "hid-over-i2c"; reg = <0x2c>; hid-descr-addr = <0x20>;
      interrupts-extended = <&gpio 0 8>; };
    pad: trackpad@15 { compatible = "elan,ekth3000"; reg = <0x15>; interrupts-extended = <&gpio 1 8>; };
    elan: touchscreen@10 { compatible = "elan,ekth3500"; reg = <0x10>; interrupts-extended = <&gpio 2 8>; };
    port: usb-pd@38 { compatible = "ti,tps6598x"; reg = <0x38>; interrupts-extended = <&gpio 3 8>;
      connector { compatible = "usb-c-connector"; label = "one"; power-role = "dual"; data-role = "dual"; }; };
    apple: usb-pd@3f { compatible = "apple,cd321x"; reg = <0x3f>; interrupts-extended = <&gpio 4 8>;
      connector { compatible = "usb-c-connector"; label = "two"; power-role = "dual"; data-role = "dual"; }; };
  };
  gpio: gpio {
    compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    interrupt-controller; #interrupt-cells = <2>; ngpios = <5>;
  };
};`;

/** Writes what an input device tells into a file. */
const listen = (name: string, file: string) => `
for d in /sys/class/input/event*; do
  [ "$(cat $d/device/name)" = "${name}" ] && cat /dev/input/$(basename $d) > /tmp/${file} 2>/dev/null &
done`;
/** Type, code and value of each event, behind 16 bytes of time. */
const show = (file: string) => `od -An -v -w24 -t d2 /tmp/${file} | awk '{ print "${file}:", $9, $10, $11 }'`;
const FILES = ['screen', 'keys', 'pad', 'elan'];

const COMMANDS = `
mount -t tmpfs none /tmp
for d in /sys/bus/i2c/devices/0-*; do echo $(basename $d) $(basename $(readlink $d/driver)); done
${listen('hid-over-i2c 1209:0001 Touchscreen', 'screen')}
${listen('hid-over-i2c 1209:0001 Keyboard', 'keys')}
${listen('Elan Touchpad', 'pad')}
${listen('Elan Touchscreen', 'elan')}
sleep 0.5
${step('touch', '[ -s /tmp/screen -a -s /tmp/keys -a -s /tmp/pad -a -s /tmp/elan ]')}
sleep 0.2
${FILES.map(show).join('\n')}
ports() {
  for p in /sys/class/typec/port?; do
    node=$(basename $(readlink -f $p/device/of_node))
    [ -e $p/\${p##*/}-partner ] && partner=partner || partner=none
    echo "$1 $node $(cat $p/data_role) $(cat $p/power_role) $partner"
  done
}
partners() { ls -d /sys/class/typec/port?-partner 2>/dev/null | wc -l; }
${step('plug', '[ $(partners) = 2 ]')}
ports in
for p in /sys/class/typec/port?; do
  [ $(basename $(readlink -f $p/device/of_node)) = usb-pd@38 ] && echo host > $p/data_role
done
ports swapped
${step('unplug', '[ $(partners) = 1 ]')}
ports out`;

/** Types and codes of Linux's input events. */
const [KEY, ABS] = [1, 3];
const [ABS_X, ABS_Y, MT_X, MT_Y, MT_PRESSURE] = [0, 1, 53, 54, 58];
const [KEY_A, BTN_LEFT, BTN_TOUCH] = [30, 272, 330];

/** What the test does at each step: part, and what is set. */
const STEPS: Steps = {
  touch: [
    ['&screen', { x: 1000, y: 2000, touching: true, keys: Uint8Array.of(0x04) }],
    ['&pad', { x: 300, y: 400, button: true, touching: true }],
    ['&elan', { x: 1234, y: 567, pressure: 99, touching: true }],
  ],
  plug: [
    ['&port', { plugged: true }],
    ['&apple', { partner: 'sink', plugged: true }],
  ],
  unplug: [['&port', { plugged: false }]],
};

describe.skipIf(NO_UML)(`interrupt lines, by drivers of Linux${NO_UML || ''}`, () => {
  let said: ReadonlySet<string>;
  let seen: readonly PropertyValue[];
  beforeAll(async () => {
    const output = await runSteps(BOARD, COMMANDS, STEPS, (board) => {
      seen = [
        ['&port', 'lastTask'],
        ['&apple', 'systemPowerState'],
        ['&pad', 'waiting'],
      ].map(([part = '', property = '']) => propertyOf(board, part, property));
    });
    said = new Set(output.split('\n').map((line) => line.trim()));
  });

  /** For the table: address, driver, and what it tells by which lines. */
  const judged = (
    compatible: string,
    address: string,
    driver: string,
    ...facts: readonly (readonly [what: string, ...lines: readonly string[]])[]
  ): LinuxResult => ({
    compatible,
    driver: said.has(`0-00${address} ${driver}`) ? driver : '',
    found: facts.map(([what, ...lines]) => ({ what, right: lines.every((line) => said.has(line)) })),
  });
  afterAll(() =>
    keepLinuxResults('touch', [
      judged(
        'hid-over-i2c',
        '2c',
        'i2c_hid_of',
        ['a finger is at 1000, 2000', `screen: ${ABS} ${ABS_X} 1000`, `screen: ${ABS} ${ABS_Y} 2000`],
        ['a key is pressed', `keys: ${KEY} ${KEY_A} 1`],
      ),
      judged(
        'elan,ekth3000',
        '15',
        'elan_i2c',
        ['a finger is at 300, 400', `pad: ${ABS} ${MT_X} 300`, `pad: ${ABS} ${MT_Y} 400`],
        ['a button is pressed', `pad: ${KEY} ${BTN_LEFT} 1`],
      ),
      judged('elan,ekth3500', '10', 'elants_i2c', [
        'a finger is at 1234, 567',
        `elan: ${ABS} ${MT_X} 1234`,
        `elan: ${ABS} ${MT_Y} 567`,
      ]),
      judged(
        'ti,tps6598x',
        '38',
        'tps6598x',
        ['a charger is a partner', 'in usb-pd@38 host [device] source [sink] partner'],
        ['it swaps its data role', 'swapped usb-pd@38 [host] device source [sink] partner'],
      ),
      judged('apple,cd321x', '3f', 'tps6598x', [
        'a device is a partner',
        'in usb-pd@3f [host] device [source] sink partner',
      ]),
    ]),
  );

  it.each([
    '0-0010 elants_i2c',
    '0-0015 elan_i2c',
    '0-002c i2c_hid_of',
    '0-0038 tps6598x',
    '0-003f tps6598x',
  ])('%s binds', (line) => expect(said).toContain(line));

  it.each([
    [
      'HID over I2C: a finger',
      'screen',
      [`${ABS} ${ABS_X} 1000`, `${ABS} ${ABS_Y} 2000`, `${KEY} ${BTN_TOUCH} 1`],
    ],
    ['HID over I2C: a key', 'keys', [`${KEY} ${KEY_A} 1`]],
    [
      'EKTH3000: a finger and a button',
      'pad',
      [`${ABS} ${MT_X} 300`, `${ABS} ${MT_Y} 400`, `${KEY} ${BTN_LEFT} 1`],
    ],
    ['EKTH3500: a finger', 'elan', [`${ABS} ${MT_X} 1234`, `${ABS} ${MT_Y} 567`, `${ABS} ${MT_PRESSURE} 99`]],
  ])('%s is an event of an input device', (_what, file, events) => {
    for (const event of events) expect(said).toContain(`${file}: ${event}`);
  });

  it('what is plugged into a USB-C port has its roles, and Linux changes one', () => {
    expect(said).toContain('in usb-pd@38 host [device] source [sink] partner');
    expect(said).toContain('in usb-pd@3f [host] device [source] sink partner');
    expect(said).toContain('swapped usb-pd@38 [host] device source [sink] partner');
    expect(said).toContain('out usb-pd@38 host [device] source [sink] none');
    expect(seen).toEqual(['SWDF', 0, 0]);
  });
});
