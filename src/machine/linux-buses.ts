import { join } from 'node:path';
import { linkedName, namesIn, type Places, textOf } from './places.ts';

/** An I2C bus of this machine. */
export interface LinuxBus {
  readonly number: number;
  /** What its driver calls it: `bcm2835 (i2c@7e804000)`. */
  readonly name: string;
}

/** The I2C buses that the kernel has, by number, whether or not there are nodes of them in /dev. */
export function i2cBuses({ sys }: Places): LinuxBus[] {
  const folder = join(sys, 'bus/i2c/devices');
  return namesIn(folder).flatMap((entry) => {
    const number = busNumber(entry);
    return number === undefined ? [] : { number, name: textOf(join(folder, entry, 'name')) ?? 'no name' };
  });
}

/** `i2c-1` is 1. */
export function busNumber(name: string): number | undefined {
  const digits = /^i2c-(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A chip select of a bus of this machine, as the kernel has it. */
export interface LinuxSpiDevice {
  readonly bus: number;
  readonly chipSelect: number;
  /** The kernel driver that it is bound to; undefined: none. */
  readonly driver: string | undefined;
}

/** The SPI devices that the kernel has, whichever driver they are bound to. */
export function spiDevices({ sys }: Places): LinuxSpiDevice[] {
  const folder = join(sys, 'bus/spi/devices');
  return namesIn(folder).flatMap((entry) => {
    const place = spiPlace(entry);
    return place === undefined ? [] : { ...place, driver: linkedName(join(folder, entry, 'driver')) };
  });
}

/** `spidev0.1`, `spi0.1` and `0.1`. */
export function spiPlace(name: string): { readonly bus: number; readonly chipSelect: number } | undefined {
  const [, bus, chipSelect] = /^(?:spi|spidev)?(\d+)\.(\d+)$/.exec(name) ?? [];
  return bus === undefined ? undefined : { bus: Number(bus), chipSelect: Number(chipSelect) };
}

/** A GPIO chip of this machine, as the kernel has it. */
export interface LinuxGpioChip {
  readonly number: number;
  /** What its driver calls it; undefined where /sys does not tell. */
  readonly label: string | undefined;
}

/** The GPIO chips that the kernel has. */
export function gpioChips({ sys }: Places): LinuxGpioChip[] {
  const folder = join(sys, 'bus/gpio/devices');
  return namesIn(folder).flatMap((entry) => {
    const number = /^gpiochip(\d+)$/.exec(entry)?.[1];
    if (number === undefined) return [];
    return { number: Number(number), label: gpioLabel(join(folder, entry)) };
  });
}

/** The label stands in the folder of the older interface, below the same device. */
function gpioLabel(chip: string): string | undefined {
  const folder = join(chip, '../gpio');
  const base = namesIn(folder).find((name) => name.startsWith('gpiochip'));
  return base === undefined ? undefined : textOf(join(folder, base, 'label'));
}
