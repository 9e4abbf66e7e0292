import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import {
  gpioChips,
  NODE_KINDS,
  namesIn,
  nodeFault,
  type Places,
  realPathOf,
} from '../../src/machine/index.ts';
import { ioctl } from '../../src/os/index.ts';
import { chipInfo, GPIO_IOCTL, readChipInfo } from './gpio-cdev.ts';

/**
 * The node of the GPIO chip that `port` names: `/dev/gpiochip0` or another path below /dev, `gpiochip0`, `0`, the label
 * that its driver gives it (`pinctrl-bcm2711`), or a path below /sys.
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findGpioNode(port: string, places: Places): string {
  const node = (number: number): string => join(places.dev, `gpiochip${number}`);
  if (port.startsWith(`${places.dev}/`)) return port;
  const number = chipNumber(port) ?? (/^\d+$/.test(port) ? Number(port) : undefined);
  if (number !== undefined) return node(number);
  if (port.startsWith(`${places.sys}/`)) {
    const found = chipBelow(port);
    if (found !== undefined) return node(found);
    throw new BusFault('ENODEV', `no GPIO chip at ${port}; ${listed(places)}`);
  }
  const labelled = gpioChips(places).filter((chip) => labelOf(node(chip.number)) === port);
  const [only, ...more] = labelled;
  if (only === undefined) throw new BusFault('ENODEV', `not found: GPIO chip '${port}'; ${listed(places)}`);
  if (more.length > 0)
    throw new BusFault(
      'ENODEV',
      `${labelled.length} GPIO chips are labelled '${port}': name one by number; ${listed(places)}`,
    );
  return node(only.number);
}

/** Why `node` cannot be opened, as far as a look at it tells. */
export function gpioNodeFault(node: string, places: Places): BusFault | undefined {
  return nodeFault(
    node,
    NODE_KINDS.gpio,
    (cause) => new BusFault('ENODEV', `not found: ${node}; ${listed(places)}`, { cause }),
  );
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

/** The chip at or above a place in /sys, or the only one right below it. */
function chipBelow(path: string): number | undefined {
  const numbers = (names: readonly string[]) =>
    names.map(chipNumber).filter((number) => number !== undefined);
  const own = numbers((realPathOf(path) ?? '').split('/'));
  if (own.length > 0) return own.at(-1);
  const below = numbers(namesIn(path));
  return below.length === 1 ? below[0] : undefined;
}

function listed(places: Places): string {
  const chips = gpioChips(places);
  if (chips.length === 0) return 'this machine has no GPIO chip';
  const named = chips.map(({ number }) => {
    const label = labelOf(join(places.dev, `gpiochip${number}`));
    return `gpiochip${number}${label === undefined ? '' : ` (${label})`}`;
  });
  return `GPIO chips: ${named.join(', ')}`;
}
