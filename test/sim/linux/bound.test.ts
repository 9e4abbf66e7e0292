import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { I2cWire, type PartRegistry } from '../../../src/sim/index.ts';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { ASK_FOR_PHASE, attributesOf, type BoardPart, type BoardRun, bootWithParts } from './board.ts';
import { chance, TELL_REGISTERS, toldRegisters, VOLTAGES, writableRegisters } from './bound-registers.ts';
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

/** The guest asks by it. */
const PHASE = 'phase@5f';

/** Of each part, what the test has written into its registers. */
const written = new Map<string, ReadonlyMap<number, number>>();
/** `compatible property`: what it was after the guest had set it. */
const taken = new Map<string, number>();

function take(parts: PartRegistry): void {
  for (const [compatible, property] of SHOWN)
    taken.set(`${compatible} ${property}`, parts.get(wholePath(parts, compatible), property) as number);
}

function wholePath(parts: PartRegistry, compatible: string): string {
  const { channel, path } = places.get(compatible) as { channel: number; path: string };
  const found = parts.list().find((each) => each.path.endsWith(`mux@7${muxOf(channel)}/${path}`));
  if (found === undefined) throw new Error(`not found: ${path}`);
  return found.path;
}

/** Writes other values than there were into each part's registers, over the part's own bus. */
function writeRegisters(parts: PartRegistry): void {
  const next = chance(14);
  for (const [compatible, address] of BOUND_ROWS) {
    const whole = wholePath(parts, compatible);
    const wire = parts.wireOf(whole.slice(0, whole.lastIndexOf('/')));
    if (!(wire instanceof I2cWire)) throw new Error(`not found: the bus of ${whole}`);
    const values = new Map(writableRegisters(compatible, parts.registers(whole)).map((at) => [at, next()]));
    for (const [name, , at, value] of VOLTAGES) if (name === compatible) values.set(at, value);
    for (const [at, value] of values) {
      wire.startTo(address, false);
      wire.write(Uint8Array.of(at, value));
      wire.stop();
    }
    written.set(compatible, values);
  }
}

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
  let registers: ReadonlyMap<string, number>;
  /** `compatible regulator`: µV. */
  let voltages: ReadonlyMap<string, number>;
  beforeAll(async () => {
    const phase = { name: PHASE, compatible: 'atmel,24c02', set: { contents: new Uint8Array(256) } };
    run = await bootWithParts(
      [...boardParts(), phase],
      [],
      `${ASK_FOR_PHASE}\n${commands(SENSED.map(([name]) => name))}\nask /sys/bus/i2c/devices/0-005f/eeprom\n${TELL_REGISTERS}`,
      undefined,
      {
        part: PHASE,
        act: (parts) => {
          take(parts);
          writeRegisters(parts);
        },
      },
    );
    if (process.env['DTBUS_TRACE']) console.log(run.output);
    values = attributesOf(run);

    registers = toldRegisters(run.output);
    voltages = new Map(
      [...run.output.matchAll(/^regulator (\S+ [^=\n]+)=(\d+)\s*$/gm)].map(([, name, value]) => [
        name as string,
        Number(value),
      ]),
    );
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

  const shown = (name: string, property: string) => taken.get(`${name} ${property}`) as number;

  it.for(SHOWN)(
    '%s: %s is %d after the driver has set it',
    ([name, property, value, tolerance], { skip }) => {
      skipWithout(driverOf(name), skip);
      expect(Math.abs(shown(name, property) - value)).toBeLessThanOrEqual(tolerance);
    },
  );

  /** Registers that the test has written and that the driver may read. */
  const compared = (name: string) =>
    [...(written.get(name) ?? [])].flatMap(([at, value]) => {
      const told = registers.get(`${name} ${at}`);
      return told === undefined ? [] : [{ at, value, told }];
    });
  /** Fewer could be a coincidence. */
  const isJudgedByRegisters = (name: string) => compared(name).length >= 3;

  it.for(BOUND_ROWS.map(([name]) => name))(
    '%s: all registers that Linux shows are as set',
    (name, { skip }) => {
      skipWithout(driverOf(name), skip);
      const rows = compared(name);
      expect(rows.map(({ at, told }) => [at, told])).toEqual(rows.map(({ at, value }) => [at, value]));
    },
  );

  it.for(VOLTAGES)(
    '%s: the regulator %s, with register %i at %i, has %i µV',
    ([name, regulator, , , microvolts], { skip }) => {
      skipWithout(driverOf(name), skip);
      expect(voltages.get(`${name} ${regulator}`)).toBe(microvolts);
    },
  );

  it('at least 115 drivers tell or take what was set', ({ skip }) => {
    for (const [, , driver] of BOUND_ROWS) skipWithout(driver, skip);
    const right = BOUND_ROWS.filter(([name]) => {
      const found = foundOf(name);
      return found.length > 0 && found.every((each) => each.right);
    });
    expect(new Set(right.map(([, , driver]) => driver)).size).toBeGreaterThanOrEqual(115);
  });

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
    ...VOLTAGES.filter(([name]) => name === compatible).map(([, regulator, , , microvolts]) => ({
      what: `regulator ${regulator} has ${microvolts} µV`,
      right: voltages.get(`${compatible} ${regulator}`) === microvolts,
    })),
    ...(isJudgedByRegisters(compatible)
      ? [
          {
            what: `${compared(compatible).length} registers are as set`,
            right: compared(compatible).every(({ value, told }) => value === told),
          },
        ]
      : []),
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
