import { usbKeptOffBy } from '../machine/index.ts';
import type { PackageDevice } from './package-types.ts';

/** Where a device is plugged in, as Linux says it: `1-1.2`. */
export function portOf({ busNumber, portNumbers }: Pick<PackageDevice, 'busNumber' | 'portNumbers'>): string {
  return `${busNumber}-${portNumbers.join('.')}`;
}

/** Why a device that is plugged in is there for nobody, with the remedy; undefined where Linux lets it in, or it is not there. */
export function keptOff(
  device: Pick<PackageDevice, 'busNumber' | 'portNumbers'>,
  interfaceNumber?: number,
): string | undefined {
  const file = usbKeptOffBy(portOf(device), interfaceNumber);
  return file === undefined ? undefined : `it is not authorized: write 1 to ${file}`;
}
