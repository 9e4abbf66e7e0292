import { join } from 'node:path';
import { MACHINE, namesIn, type Places, textOf } from './places.ts';

/** Where Linux tells of USB devices, by their ports, and of their interfaces: `1-1.2`, `1-1.2:1.0`. */
export function usbFolder({ sys }: Places = MACHINE): string {
  return join(sys, 'bus/usb/devices');
}

/**
 * The file by which Linux was told to keep a device, or one of its interfaces, off: `/sys/bus/usb/devices/1-1.2/authorized`
 * (kernel's Documentation/usb/authorization.rst); who writes 1 to it lets it in.
 * @param port `1-1.2` @returns undefined where it is let in, or not there
 */
export function usbKeptOffBy(
  port: string,
  interfaceNumber?: number,
  places: Places = MACHINE,
): string | undefined {
  const folder = usbFolder(places);
  // Behind the colon is the configuration, which only the kernel knows.
  const isOwn = (name: string) => name.startsWith(`${port}:`) && name.endsWith(`.${interfaceNumber}`);
  const own = interfaceNumber === undefined ? [] : namesIn(folder).filter(isOwn);
  return [port, ...own].map((name) => join(folder, name, 'authorized')).find((file) => textOf(file) === '0');
}
