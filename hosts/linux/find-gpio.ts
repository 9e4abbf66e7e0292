import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import { gpioChips, NODE_KINDS, nodeFault, type Places } from '../../src/machine/index.ts';
import { ioctl } from '../../src/os/index.ts';
import { findNode, listed, type NumberedNodes } from './find-node.ts';
import { chipInfo, GPIO_IOCTL, readChipInfo } from './gpio-cdev.ts';

/**
 * The node of the GPIO chip that `port` names: `/dev/gpiochip0` or another path below /dev, `gpiochip0`, `0`, the label
 * that its driver gives it (`pinctrl-bcm2711`), or a path below /sys.
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findGpioNode(port: string, places: Places): string {
  return findNode(port, chips(places), places);
}

/** Why `node` cannot be opened, as far as a look at it tells. */
export function gpioNodeFault(node: string, places: Places): BusFault | undefined {
  return nodeFault(
    node,
    NODE_KINDS.gpio,
    (cause) => new BusFault('ENODEV', `not found: ${node}; ${listed(chips(places))}`, { cause }),
  );
}

function chips(places: Places): NumberedNodes {
  return {
    one: 'GPIO chip',
    several: 'GPIO chips',
    prefix: 'gpiochip',
    numberOf: chipNumber,
    all: () =>
      gpioChips(places).map(({ number }) => ({
        number,
        name: labelOf(join(places.dev, `gpiochip${number}`)),
      })),
  };
}

/** What the driver of a chip calls it; undefined where it cannot be opened. */
function labelOf(node: string): string | undefined {
  try {
    const fd = openSync(node, 'r');
    try {
      const info = chipInfo();
      ioctl(fd, GPIO_IOCTL.CHIP_INFO, info);
      return readChipInfo(info).label;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** `gpiochip0` is 0. */
function chipNumber(name: string): number | undefined {
  const digits = /^gpiochip(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
