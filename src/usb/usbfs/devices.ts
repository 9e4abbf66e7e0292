import { readdirSync, readFileSync } from 'node:fs';
import { usbFolder } from '../../machine/index.ts';
import { hasSystemCalls } from '../../os/index.ts';
import { idsOf } from './descriptors.ts';
import { UsbfsDevice } from './device.ts';

/** Devices by their ports: `1-1.2`; not the hubs of the machine, and no interfaces. */
const PLUGGED = /^\d+-\d+(\.\d+)*$/;

/**
 * What is plugged in, as Linux tells it, hubs among it; nothing is opened.
 * @returns undefined: this is no Linux whose usbfs can be called
 */
export function usbfsDevices(told = usbFolder(), nodes = '/dev/bus/usb'): UsbfsDevice[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const names = namesIn(told);
  if (names === undefined || !hasSystemCalls()) return undefined;
  return names
    .filter((name) => PLUGGED.test(name))
    .flatMap((name) => {
      const ids = idsIn(`${told}/${name}/descriptors`);
      return ids === undefined ? [] : [new UsbfsDevice(`${told}/${name}`, ids, nodes)];
    });
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).sort();
  } catch {
    return undefined;
  }
}

/** @returns undefined where it was just pulled out */
function idsIn(file: string): ReturnType<typeof idsOf> {
  try {
    return idsOf(readFileSync(file));
  } catch {
    return undefined;
  }
}
