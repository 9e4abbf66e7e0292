import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { attributesOf, type BoardPart, type BoardRun, bootWithParts } from './board.ts';
import { BOUND_ROWS, type BoundRow } from './bound-rows.ts';
import { commands, SENSED, SHOWN } from './bound-values.ts';

/**
 * Linux's own drivers bind to parts that are rows of tables, one part for each driver, all in one boot: the ids that a
 * driver checks, and the registers that it waits for, are right. Where a part senses something, the driver tells what
 * the test had set.
 */

const BUS = '#address-cells = <1>; #size-cells = <0>;';
const SUPPLIES =
  'vs vcc vdd vddout vddd vdda vddio VDDIO vid vbat vin vled vddpos vddneg power enable AVDD28 vref avdd dvdd vbus vio vdd33 vcca svdd'
    .split(' ')
    .map((name) => `${name}-supply = <&supply>;`)
    .join(' ');
const CHANNELS = 8;

/** Where a part is: channels count over both muxes. */
const places = new Map<string, { readonly channel: number; readonly path: string }>();
const muxOf = (channel: number) => Math.floor(channel / CHANNELS);

/** The parts behind two muxes, each at its own address: a channel has room for one at each. */
function boardParts(): readonly BoardPart[] {
  const channels: { readonly taken: Set<number>; readonly rows: [row: BoundRow, line: number][] }[] =
    Array.from({ length: 2 * CHANNELS }, () => ({ taken: new Set(), rows: [] }));
  for (const [line, row] of BOUND_ROWS.entries()) {
    const [compatible, address, , needs] = row;
    const addresses = [address, ...(needs?.also ?? []).map((offset) => address + offset)];
    const index = channels.findIndex(({ taken }) => addresses.every((each) => !taken.has(each)));
    const { taken, rows } = channels[index] as (typeof channels)[number];
    for (const each of addresses) taken.add(each);
    rows.push([row, line]);
    places.set(compatible, { channel: index, path: `i2c@${index % CHANNELS}/p@${address.toString(16)}` });
  }
  return [0, 1].map((mux) => ({
    name: `mux@7${mux}`,
    compatible: 'nxp,pca9548',
    // Else a channel of the other mux stays connected, and parts of the same address answer together.
    more: `${BUS} i2c-mux-idle-disconnect; ${channels
      .slice(mux * CHANNELS, (mux + 1) * CHANNELS)
      .map(
        ({ rows }, channel) =>
          `i2c@${channel} { reg = <${channel}>; ${BUS} ${rows.map(rowText).join('\n')} };`,
      )
      .join('\n')}`,
    below: Object.fromEntries(
      SENSED.flatMap(([compatible, set]) => {
        const place = places.get(compatible);
        return place !== undefined && muxOf(place.channel) === mux ? [[place.path, set] as const] : [];
      }),
    ),
  }));
}

function rowText([[compatible, address, , needs], line]: readonly [BoundRow, number]): string {
  const at = address.toString(16);
  const interrupt = needs?.noInterrupt ? '' : `interrupts-extended = <&lines ${line} 2>;`;
  return `p@${at} { compatible = "${compatible}"; reg = <0x${at}>; ${interrupt} ${SUPPLIES} ${needs?.more ?? ''} };`;
}

const driverOf = (name: string) => BOUND_ROWS.find(([compatible]) => compatible === name)?.[2] ?? name;

describe.skipIf(NO_UML)(`Linux drivers of parts that are rows of tables${NO_UML || ''}`, () => {
  let run: BoardRun;
  let said: ReadonlySet<string>;
  /** `compatible file`: what stands in it. */
  let values: ReadonlyMap<string, string>;
  beforeAll(async () => {
    run = await bootWithParts(boardParts(), [], commands(SENSED.map(([name]) => name)));
    values = attributesOf(run);
    said = new Set(run.output.split('\n').map((line) => line.trim()));
  });

  /** Kernels of others have fewer drivers. */
  const skipWithout = (driver: string, skip: (reason: string) => never) => {
    if (!said.has(`registered ${driver}`)) skip(`the guest's kernel has no driver ${driver}`);
  };

  it('binds at least 135 drivers', ({ skip }) => {
    for (const [, , driver] of BOUND_ROWS) skipWithout(driver, skip);
    const drivers = BOUND_ROWS.filter(([name, , driver]) => said.has(`${name} driver=${driver}`));
    expect(new Set(drivers.map(([, , driver]) => driver)).size).toBeGreaterThanOrEqual(135);
  });

  it.for(BOUND_ROWS.map(([name, , driver]) => [name, driver] as const))(
    '%s: %s binds',
    ([name, driver], { skip }) => {
      skipWithout(driver, skip);
      expect(said).toContain(`${name} driver=${driver}`);
    },
  );

  /** Of a channel of IIO. */
  const measured = (name: string, channel: string) => {
    const kind = channel.replace(/_[xyz]$/, '');
    const number = (...files: string[]) =>
      files.map((file) => values.get(`${name} ${file}`)).find((value) => value !== undefined);
    const scale = number(`${channel}_scale`, `${kind}_scale`) ?? 1;
    const offset = number(`${channel}_offset`, `${kind}_offset`) ?? 0;
    return (Number(number(`${channel}_raw`)) + Number(offset)) * Number(scale);
  };

  const tells = (name: string, what: string, value: string | number) =>
    typeof value === 'string'
      ? values.get(`${name} ${what}`) === value
      : Math.abs(measured(name, what) / value - 1) < 0.01;

  it.for(SENSED)('%s: of %j the driver tells %j', ([name, _set, says], { skip }) => {
    skipWithout(driverOf(name), skip);
    for (const [what, value] of Object.entries(says)) {
      if (typeof value === 'string') expect(values.get(`${name} ${what}`), what).toBe(value);
      else expect(Math.abs(measured(name, what) / value - 1), what).toBeLessThan(0.01);
    }
  });

  it.for([
    ['silabs,si514', 'si514', 100_000_000],
    ['silabs,si570', 'si570', 156_250_000],
  ] as const)('%s: the clock %s runs at %d Hz', ([name, clock, hertz], { skip }) => {
    skipWithout(driverOf(name), skip);
    expect(Math.abs(Number(values.get(`clock ${clock}`)) - hertz)).toBeLessThan(2);
  });

  const shown = (name: string, property: string) => {
    const { channel, path } = places.get(name) as { channel: number; path: string };
    return run.get(`mux@7${muxOf(channel)}/${path}`, property) as number;
  };

  it.for(SHOWN)(
    '%s: %s is %d after the driver has set it',
    ([name, property, value, tolerance], { skip }) => {
      skipWithout(driverOf(name), skip);
      expect(Math.abs(shown(name, property) - value)).toBeLessThanOrEqual(tolerance);
    },
  );

  const foundOf = (compatible: string) => [
    ...SENSED.filter(([name]) => name === compatible).flatMap(([, , says]) =>
      Object.entries(says).map(([what, value]) => ({
        what: `${what} is ${value}`,
        right: tells(compatible, what, value),
      })),
    ),
    ...SHOWN.filter(([name]) => name === compatible).map(([, property, value, tolerance]) => ({
      what: `${property} is ${value} when the driver has set it`,
      right: Math.abs(shown(compatible, property) - value) <= tolerance,
    })),
  ];

  /** For the table of who judged a part. */
  afterAll(() => {
    if (!BOUND_ROWS.every(([, , driver]) => said.has(`registered ${driver}`))) return;
    keepLinuxResults(
      'bound',
      BOUND_ROWS.map(([compatible, , driver]) => {
        const isBound = said.has(`${compatible} driver=${driver}`);
        const found = foundOf(compatible);
        return {
          compatible,
          driver: isBound ? driver : '',
          found: found.length > 0 ? found : [{ what: 'it binds', right: isBound }],
        };
      }),
    );
  });
});
