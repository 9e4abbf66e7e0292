import { beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { attributesOf, type BoardPart, type BoardRun, bootWithParts } from './board.ts';

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

const COMMANDS = `
date -u -s '2031-07-04 05:06:07' >/dev/null
for r in /sys/class/rtc/rtc*; do
  node=$(basename "$(readlink -f $r/device/of_node)")
  echo "$node first=$(cat $r/date $r/time 2>&1 | tr '\\n' ' ')"
  busybox hwclock -w -u -f /dev/$(basename $r) 2>&1 | sed 's/^/log /'
  echo "$node then=$(cat $r/date 2>&1)"
done
dmesg | grep -iE 'rtc|0-00' | sed 's/^/log /'
`;

describe.skipIf(NO_UML !== undefined)("Linux's clocks after a loss of power", () => {
  let run: BoardRun;
  let attributes = new Map<string, string>();

  beforeAll(async () => {
    run = await bootWithParts(CLOCKS, [], COMMANDS);
    if (process.env['DTBUS_TRACE']) console.log(run.output);
    attributes = attributesOf(run);
  }, 60_000);

  it.each(CLOCKS.map(({ name }) => name))('%s: the driver has no time', (name) => {
    expect(attributes.get(`${name} first`)).toContain('Invalid argument');
  });

  it.each(CLOCKS.map(({ name }) => name))('%s: is right after its time was set', (name) => {
    expect(attributes.get(`${name} then`)).toBe('2031-07-04');
    expect(run.get(name, 'time')).toMatch(/^2031-07-04T05:0[67]:/);
  });
});
