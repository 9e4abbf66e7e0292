import { basename, join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import {
  busNumber,
  i2cBuses,
  linkedName,
  NODE_KINDS,
  nodeFault,
  type Places,
} from '../../src/machine/index.ts';
import { findNode, listed, type NumberedNodes } from './find-node.ts';

const I2C_DEV = 'sudo modprobe i2c-dev';

/**
 * The node of the I2C bus that `port` names: `/dev/i2c-1` or another path below /dev, `i2c-1`, `1`, the name that its
 * driver gives it, or a path below /sys.
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findI2cNode(port: string, places: Places): string {
  return findNode(port, buses(places), places);
}

function buses(places: Places): NumberedNodes {
  return {
    one: 'I2C bus',
    several: 'I2C buses',
    prefix: 'i2c-',
    numberOf: busNumber,
    all: () => i2cBuses(places),
  };
}

/** Why `node` cannot be opened, as far as a look at it tells. */
export function i2cNodeFault(node: string, places: Places): BusFault | undefined {
  return nodeFault(node, NODE_KINDS.i2c, (cause) => {
    const number = busNumber(basename(node));
    const rest = i2cBuses(places).some((bus) => bus.number === number)
      ? `: the kernel module i2c-dev is not loaded: ${I2C_DEV}`
      : `; ${listed(buses(places))}`;
    return new BusFault('ENODEV', `not found: ${node}${rest}`, { cause });
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
