import { beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { attributesOf, type BoardFault, type BoardPart, type BoardRun, bootWithParts } from './board.ts';

/**
 * Linux's clock drivers after a loss of power with a flat battery: each must notice it, and be content with the clock
 * once its time was set.
 */

const lost = (name: string, compatible: string): BoardPart => ({
  name,
  compatible,
  set: { battery: false },
  reset: true,
});

const CLOCKS: readonly BoardPart[] = [
  lost('rx8130@32', 'epson,rx8130'),
  lost('pcf8563@51', 'nxp,pcf8563'),
  lost('pcf85063a@52', 'nxp,pcf85063a'),
  lost('ds1337@67', 'dallas,ds1337'),
  lost('ds1339@68', 'dallas,ds1339'),
  lost('ds3231@69', 'maxim,ds3231'),
  lost('m41t0@6a', 'st,m41t0'),
  lost('ds1307@6b', 'dallas,ds1307'),
];

/** The guest writes here which faults it wants. */
const PHASE = 'phase@57';
const OTHERS: readonly BoardPart[] = [
  { name: 'temp@48', compatible: 'national,lm75', set: { temperature: 31.5 } },
  { name: 'rom@50', compatible: 'atmel,24c02', set: { contents: Uint8Array.of(1, 2, 3) } },
  { name: 'worn@58', compatible: 'nxp,pcf8563', set: { battery: false }, reset: true },
  { name: PHASE, compatible: 'atmel,24c02', set: { contents: new Uint8Array(256) } },
];

/** Faults while the guest's first byte in that EEPROM has their number. */
const faults = (get: BoardRun['get']): readonly BoardFault[] => {
  const inPhase = (phase: number) => () => (get(PHASE, 'contents') as Uint8Array)[0] === phase;
  return [
    { kind: 'nack', part: 'rom@50', options: { times: 1, while: inPhase(1) } },
    { kind: 'absent', part: 'temp@48', options: { while: inPhase(1) } },
    { kind: 'nack', part: 'rom@50', options: { times: 1_000_000, while: inPhase(2) } },
    { kind: 'brownOut', part: 'worn@58', options: { forMs: 1, while: inPhase(3) } },
  ];
};

const COMMANDS = `
date -u -s '2031-07-04 05:06:07' >/dev/null
for r in /sys/class/rtc/rtc*; do
  node=$(basename "$(readlink -f $r/device/of_node)")
  echo "$node first=$(cat $r/date $r/time 2>&1 | tr '\\n' ' ')"
  busybox hwclock -w -u -f /dev/$(basename $r) 2>&1 | sed 's/^/log /'
  echo "$node then=$(cat $r/date 2>&1)"
done
i2c=/sys/bus/i2c/devices
phase() { printf "\\\\00$1" | dd of=$i2c/0-0057/eeprom bs=1 conv=notrunc 2>/dev/null; }
temperature() { cat $i2c/0-0048/hwmon/*/temp1_input 2>&1 | sed 's/.*: //'; }
romError() { dd if=$i2c/0-0050/eeprom bs=3 count=1 2>&1 >/dev/null | grep -i error | sed 's/.*: //'; }
clock() { for r in $i2c/0-0058/rtc/rtc*; do cat $r/time 2>&1 | sed 's/.*: //'; done; }
dd if=$i2c/0-0050/eeprom bs=3 count=1 2>/dev/null | od -An -tx1 | sed 's/^/rom healthy=/'
echo "temp healthy=$(temperature)"
phase 1
dd if=$i2c/0-0050/eeprom bs=3 count=1 2>/dev/null | od -An -tx1 | sed 's/^/rom once=/'
echo "temp absent=$(temperature)"
phase 2
echo "temp back=$(temperature)"
echo "rom never=$(romError)"
phase 3
echo "clock under=$(clock)"
sleep 0.1
echo "clock after=$(clock)"
dmesg | grep -iE 'rtc|0-00' | sed 's/^/log /'
`;

describe.skipIf(NO_UML !== undefined)("Linux's drivers after a loss of power, and under faults", () => {
  let run: BoardRun;
  let attributes = new Map<string, string>();

  beforeAll(async () => {
    run = await bootWithParts([...CLOCKS, ...OTHERS], [], COMMANDS, faults);
    if (process.env['DTBUS_TRACE']) console.log(run.output);
    attributes = attributesOf(run);
  });

  it.each(CLOCKS.map(({ name }) => name))('%s: the driver has no time', (name) => {
    expect(attributes.get(`${name} first`)).toContain('Invalid argument');
  });

  it.each(CLOCKS.map(({ name }) => name))('%s: is right after its time was set', (name) => {
    expect(attributes.get(`${name} then`)).toBe('2031-07-04');
    expect(run.get(name, 'time')).toMatch(/^2031-07-04T05:0[67]:/);
  });

  // Linux drivers/misc/eeprom/at24.c: a transfer that fails is tried again for 25 ms, then it is ETIMEDOUT.
  it('at24 under nack: once is not noticed, for ever is a time-out', () => {
    expect(attributes.get('rom healthy')?.trim()).toBe('01 02 03');
    expect(attributes.get('rom once')?.trim()).toBe('01 02 03');
    expect(attributes.get('rom never')).toBe('Connection timed out');
  });

  // i2c-virtio tells a driver how many messages went well; regmap-i2c makes EIO of too few.
  it('lm75 under absent: an input/output error, until it is back', () => {
    expect(attributes.get('temp healthy')).toBe('31500');
    expect(attributes.get('temp absent')).toBe('Input/output error');
    expect(attributes.get('temp back')).toBe('31500');
  });

  // rtc-pcf8563.c: with VL set there is no time (EINVAL).
  it('a clock under brownOut: an error while it is without power, and no time after it', () => {
    expect(attributes.get('clock under')).toBe('Input/output error');
    expect(attributes.get('clock after')).toBe('Invalid argument');
  });
});
