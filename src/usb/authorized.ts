import { readdirSync, readFileSync } from 'node:fs';
import type { PackageDevice } from './package-types.ts';

/** Where Linux tells of USB devices, by their ports, and of their interfaces: `1-1.2`, `1-1.2:1.0`. */
export const USB_DEVICES = '/sys/bus/usb/devices';

/** Where a device is plugged in, as Linux says it: `1-1.2`. */
export function portOf({ busNumber, portNumbers }: Pick<PackageDevice, 'busNumber' | 'portNumbers'>): string {
  return `${busNumber}-${portNumbers.join('.')}`;
}

/**
 * Why a device that is plugged in is there for nobody, with the remedy: Linux was told to keep it, or one of its interfaces, off
 * (kernel's Documentation/usb/authorization.rst). @param port `1-1.2` @returns undefined where it is let in, or not there
 */
export function keptOff(port: string, interfaceNumber?: number, devices = USB_DEVICES): string | undefined {
  const own = interfaceNumber === undefined ? [] : interfaceNames(port, interfaceNumber, devices);
  const name = [port, ...own].find((each) => isKeptOff(`${devices}/${each}`));
  return name === undefined ? undefined : `it is not authorized: write 1 to ${devices}/${name}/authorized`;
}

/** Behind the colon is the configuration, which only the kernel knows. */
function interfaceNames(port: string, number: number, devices: string): readonly string[] {
  try {
    return readdirSync(devices).filter((name) => name.startsWith(`${port}:`) && name.endsWith(`.${number}`));
  } catch {
    return [];
  }
}

function isKeptOff(folder: string): boolean {
  try {
    return readFileSync(`${folder}/authorized`, 'latin1').trim() === '0';
  } catch {
    return false;
  }
}
