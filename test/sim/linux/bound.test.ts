import { beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { type BoardPart, type BoardRun, bootWithParts } from './board.ts';
import { BOUND_ROWS, type BoundRow } from './bound-rows.ts';

/**
 * Linux's own drivers bind to parts that are rows of tables, one part for each driver, all in one boot: the ids that a
 * driver checks, and the registers that it waits for, are right. Where a part senses something, the driver tells what
 * the test had set.
 */

const BUS = '#address-cells = <1>; #size-cells = <0>;';
const SUPPLIES =
  'vs vcc vdd vddd vdda vddio VDDIO vid vbat vin vled vddpos vddneg power enable AVDD28 vref avdd dvdd vbus vio vdd33 vcca svdd'
    .split(' ')
    .map((name) => `${name}-supply = <&supply>;`)
    .join(' ');
const THEN = { time: '2031-07-04T05:06:07Z' };
const CHANNELS = 8;

/** What is set on a part, and what its driver says then. */
const SENSED: readonly (readonly [
  compatible: string,
  set: Readonly<Record<string, number | string>>,
  file: string,
  says: string,
])[] = [
  ['adi,adt7410', { temperature: 31.5 }, 'temp1_input', '31500'],
  ['aosong,aht10', { temperature: 31.5 }, 'temp1_input', '31500'],
  ['ti,opt3001', { illuminance: 1000 }, 'in_illuminance_input', '1000.000000'],
  ['haoyu,hym8563', THEN, 'date', '2031-07-04'],
  ['microcrystal,rv8803', THEN, 'date', '2031-07-04'],
  ['isil,isl1208', THEN, 'date', '2031-07-04'],
];

const COMMANDS = `
compatible() { tr '\\0' ' ' < "$1/of_node/compatible" 2>/dev/null | cut -d' ' -f1; }
for d in /sys/bus/i2c/devices/*-*; do [ -e "$d/driver" ] || basename "$d" > /sys/bus/i2c/drivers_probe; done 2>/dev/null
for d in /sys/bus/i2c/devices/*-*; do
  [ -e "$d/driver" ] && echo "$(compatible "$d") driver=$(basename "$(readlink "$d/driver")")"
done
for h in /sys/class/hwmon/* /sys/class/rtc/* /sys/bus/iio/devices/iio:*; do
  name=$(compatible "$h/device"); [ -z "$name" ] && name=$(compatible "$h")
  for file in $h/temp1_input $h/in_illuminance_input $h/date; do
    [ -f "$file" ] && echo "$name $(basename "$file")=$(cat "$file" 2>&1)"
  done
done
for d in /sys/bus/i2c/drivers/*; do echo "registered $(basename "$d")"; done`;

/** The parts behind two muxes, each at its own address: a channel has room for one at each. */
function boardParts(): readonly BoardPart[] {
  const channels: { readonly taken: Set<number>; readonly rows: [row: BoundRow, line: number][] }[] =
    Array.from({ length: 2 * CHANNELS }, () => ({ taken: new Set(), rows: [] }));
  const places = new Map<string, string>();
  for (const [line, row] of BOUND_ROWS.entries()) {
    const [compatible, address, , needs] = row;
    const addresses = [address, ...(needs?.also ?? []).map((offset) => address + offset)];
    const index = channels.findIndex(({ taken }) => addresses.every((each) => !taken.has(each)));
    const { taken, rows } = channels[index] as (typeof channels)[number];
    for (const each of addresses) taken.add(each);
    rows.push([row, line]);
    places.set(compatible, `${index} i2c@${index % CHANNELS}/p@${address.toString(16)}`);
  }
  return [0, 1].map((mux) => ({
    name: `mux@7${mux}`,
    compatible: 'nxp,pca9548',
    more: `${BUS} ${channels
      .slice(mux * CHANNELS, (mux + 1) * CHANNELS)
      .map(
        ({ rows }, channel) =>
          `i2c@${channel} { reg = <${channel}>; ${BUS} ${rows.map(rowText).join('\n')} };`,
      )
      .join('\n')}`,
    below: Object.fromEntries(
      SENSED.flatMap(([compatible, set]) => {
        const [index, path] = (places.get(compatible) as string).split(' ') as [string, string];
        return Math.floor(Number(index) / CHANNELS) === mux ? [[path, set] as const] : [];
      }),
    ),
  }));
}

function rowText([[compatible, address, , needs], line]: readonly [BoundRow, number]): string {
  const at = address.toString(16);
  const interrupt = needs?.noInterrupt ? '' : `interrupts-extended = <&lines ${line} 2>;`;
  return `p@${at} { compatible = "${compatible}"; reg = <0x${at}>; ${interrupt} ${SUPPLIES} ${needs?.more ?? ''} };`;
}

describe.skipIf(NO_UML)(`Linux drivers of parts that are rows of tables${NO_UML || ''}`, () => {
  let run: BoardRun;
  let said: ReadonlySet<string>;
  beforeAll(async () => {
    run = await bootWithParts(boardParts(), [], COMMANDS);
    said = new Set(run.output.split('\n').map((line) => line.trim()));
  }, 200_000);

  /** Kernels of others have fewer drivers. */
  const skipWithout = (driver: string, skip: (reason: string) => never) => {
    if (!said.has(`registered ${driver}`)) skip(`the guest's kernel has no driver ${driver}`);
  };

  it('binds at least 130 drivers', ({ skip }) => {
    for (const [, , driver] of BOUND_ROWS) skipWithout(driver, skip);
    const drivers = BOUND_ROWS.filter(([name, , driver]) => said.has(`${name} driver=${driver}`));
    expect(new Set(drivers.map(([, , driver]) => driver)).size).toBeGreaterThanOrEqual(130);
  });

  it.for(BOUND_ROWS.map(([name, , driver]) => [name, driver] as const))(
    '%s: %s binds',
    ([name, driver], { skip }) => {
      skipWithout(driver, skip);
      expect(said).toContain(`${name} driver=${driver}`);
    },
  );

  it.for(SENSED)('%s: the driver tells of %j', ([name, _set, file, says], { skip }) => {
    skipWithout(BOUND_ROWS.find(([compatible]) => compatible === name)?.[2] ?? name, skip);
    expect(said).toContain(`${name} ${file}=${says}`);
  });
});
