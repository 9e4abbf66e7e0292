import { basename, join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import {
  busNumber,
  i2cBuses,
  type LinuxBus,
  linkedName,
  NODE_KINDS,
  namesIn,
  nodeFault,
  type Places,
  realPathOf,
} from '../../src/machine/index.ts';

const I2C_DEV = 'sudo modprobe i2c-dev';

/**
 * The node of the I2C bus that `port` names: `/dev/i2c-1` or another path below /dev, `i2c-1`, `1`, the name that its
 * driver gives it, or a path below /sys.
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findI2cNode(port: string, places: Places): string {
  const node = (number: number): string => join(places.dev, `i2c-${number}`);
  if (port.startsWith(`${places.dev}/`)) return port;
  const number = busNumber(port) ?? (/^\d+$/.test(port) ? Number(port) : undefined);
  if (number !== undefined) return node(number);
  const buses = i2cBuses(places);
  if (port.startsWith(`${places.sys}/`)) {
    const found = busBelow(port);
    if (found !== undefined) return node(found);
    throw new BusFault('ENODEV', `no I2C bus at ${port}; ${listed(buses)}`);
  }
  const named = buses.filter(({ name }) => name === port);
  const [only, ...more] = named;
  if (only === undefined) throw new BusFault('ENODEV', `not found: I2C bus '${port}'; ${listed(buses)}`);
  if (more.length > 0)
    throw new BusFault(
      'ENODEV',
      `${named.length} I2C buses are named '${port}': name one by number; ${listed(named)}`,
    );
  return node(only.number);
}

/** Why `node` cannot be opened, as far as a look at it tells. */
export function i2cNodeFault(node: string, places: Places): BusFault | undefined {
  return nodeFault(node, NODE_KINDS.i2c, (cause) => {
    const buses = i2cBuses(places);
    const number = busNumber(basename(node));
    const sentence = buses.some((bus) => bus.number === number)
      ? `the kernel module i2c-dev is not loaded: ${I2C_DEV}`
      : undefined;
    return new BusFault(
      'ENODEV',
      sentence === undefined ? `not found: ${node}; ${listed(buses)}` : `not found: ${node}: ${sentence}`,
      { cause },
    );
  });
}

/** The kernel driver that holds an address of a bus; undefined when it cannot be told. */
export function holderOf(bus: number, addr: number, ten: boolean, { sys }: Places): string | undefined {
  return linkedName(join(sys, 'bus/i2c/devices', clientName(bus, addr, ten), 'driver'));
}

/** What /sys calls a client: `1-0050`; ten-bit addresses are marked by 0xa000 (i2c-core-base.c). */
export function clientName(bus: number, addr: number, ten: boolean): string {
  return `${bus}-${(addr + (ten ? 0xa000 : 0)).toString(16).padStart(4, '0')}`;
}

/** The bus at or above a place in /sys, or the only one right below it. */
function busBelow(path: string): number | undefined {
  const real = realPathOf(path);
  if (real === undefined) return undefined;
  const own = real
    .split('/')
    .map(busNumber)
    .filter((number) => number !== undefined);
  if (own.length > 0) return own.at(-1);
  const below = namesIn(real)
    .map(busNumber)
    .filter((number) => number !== undefined);
  return below.length === 1 ? below[0] : undefined;
}

function listed(buses: readonly LinuxBus[]): string {
  if (buses.length === 0) return 'this machine has no I2C bus';
  return `I2C buses: ${buses.map(({ number, name }) => `i2c-${number} (${name})`).join(', ')}`;
}
