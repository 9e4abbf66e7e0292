import type { TracedBus } from '../../trace/index.ts';
import { FoundBuses } from '../found-buses.ts';
import { WaveError } from './samples.ts';

/** The roles that a lane can have, by the names that people give them. */
const ROLES: Readonly<Record<string, Role>> = {
  scl: 'scl',
  sda: 'sda',
  sck: 'sck',
  sclk: 'sck',
  clk: 'sck',
  mosi: 'mosi',
  copi: 'mosi',
  sdi: 'mosi',
  miso: 'miso',
  cipo: 'miso',
  sdo: 'miso',
  cs: 'cs',
  ss: 'cs',
  csn: 'cs',
  ncs: 'cs',
};
type Role = 'scl' | 'sda' | 'sck' | 'mosi' | 'miso' | 'cs';

/** The lanes of a bus: places in the wave. */
export interface I2cChannels {
  readonly kind: 'i2c';
  readonly scl: number;
  readonly sda: number;
}

export interface SpiChannels {
  readonly kind: 'spi';
  readonly sck: number;
  readonly mosi: number | undefined;
  readonly miso: number | undefined;
  /** Chip select and lane. */
  readonly selects: readonly (readonly [chipSelect: number, lane: number])[];
}

/** Which lane is what. */
export interface Channels {
  readonly buses: readonly TracedBus[];
  readonly wires: readonly (I2cChannels | SpiChannels)[];
  /** Lanes of no bus: GPIO lines. */
  readonly lines: readonly number[];
}

/** Most channels that are followed. */
export const LANES_MAX = 4096;

/** `i2c-1.SCL`, `SDA`, `spi-0.CS1`, `CS#` */
const NAME = /^(?:(.*?)[._: /-])?([a-z]+?)(\d*)[#_]?$/i;

/** A bus of the wave, with the lanes of its roles. */
interface Group {
  readonly prefix: string;
  readonly roles: Map<Role, number>;
  readonly selects: [chipSelect: number, lane: number][];
}

/**
 * Finds the buses by the names of the lanes. `given`: `SCL=D0`, which lane has which role, where its own name does not say so.
 * @throws {WaveError} no bus can be found
 */
export function channelsOf(names: readonly string[], given: readonly string[]): Channels {
  const said = new Map(given.map((one) => saidRole(one, names)));
  const groups = new Map<string, Group>();
  const lines: number[] = [];
  names.forEach((name, lane) => {
    const [, prefix = '', word = '', digits = ''] = NAME.exec(said.get(lane) ?? name) ?? [];
    const role = ROLES[word.toLowerCase()];
    if (role === undefined || (role !== 'cs' && digits !== '')) {
      lines.push(lane);
      return;
    }
    const isI2c = role === 'scl' || role === 'sda';
    const key = `${isI2c ? 'i2c' : 'spi'} ${prefix}`;
    const group = groups.get(key) ?? { prefix, roles: new Map<Role, number>(), selects: [] };
    groups.set(key, group);
    if (role === 'cs') group.selects.push([Number(digits || 0), lane]);
    else if (!group.roles.has(role)) group.roles.set(role, lane);
  });
  const buses = new FoundBuses();
  const wires: (I2cChannels | SpiChannels)[] = [];
  for (const [key, group] of groups) {
    const kind = key.startsWith('i2c') ? 'i2c' : 'spi';
    const found = kind === 'i2c' ? i2cOf(group) : spiOf(group);
    if (found === undefined) continue;
    buses.placeOf(kind, numberOf(kind, group.prefix, buses));
    wires.push(found);
  }
  if (buses.all.length === 0)
    throw new WaveError(
      `not found: SCL and SDA, or SCK and CS; the channels are ${names.join(', ') || 'none'}. Say which they are: --channel SCL=${names[0] ?? 'D0'}`,
    );
  return { buses: buses.all, wires, lines };
}

function saidRole(given: string, names: readonly string[]): readonly [lane: number, role: string] {
  const at = given.indexOf('=');
  const [role, name] = [given.slice(0, at), given.slice(at + 1)];
  const lane = names.indexOf(name);
  if (at < 1 || ROLES[(NAME.exec(role)?.[2] ?? '').toLowerCase()] === undefined)
    throw new WaveError(
      `invalid channel ${given}: expected one such as SCL=D0 (SCL, SDA, SCK, MOSI, MISO, CS0)`,
    );
  if (lane < 0) throw new WaveError(`not found: channel ${name}; the channels are ${names.join(', ')}`);
  return [lane, role];
}

function i2cOf({ roles }: Group): I2cChannels | undefined {
  const [scl, sda] = [roles.get('scl'), roles.get('sda')];
  return scl === undefined || sda === undefined ? undefined : { kind: 'i2c', scl, sda };
}

function spiOf({ roles, selects }: Group): SpiChannels | undefined {
  const sck = roles.get('sck');
  if (sck === undefined || selects.length === 0) return undefined;
  return { kind: 'spi', sck, mosi: roles.get('mosi'), miso: roles.get('miso'), selects };
}

/** The number that the prefix says, or the first that is free. */
function numberOf(kind: TracedBus['kind'], prefix: string, taken: FoundBuses): number {
  const [, said] = /(\d{1,6})$/.exec(prefix) ?? [];
  return said !== undefined && !taken.has(kind, Number(said)) ? Number(said) : taken.free(kind);
}
