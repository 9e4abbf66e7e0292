import { dirname, join } from 'node:path';
import { namesIn, type Places, realPathOf, textOf } from './places.ts';
import { usbFolder, usbKeptOffBy } from './usb-authorized.ts';

/** A USB device of this machine. What a device says of itself may be anything. */
export interface UsbDeviceInfo {
  /** Where it is plugged in: `1-1.2`. */
  readonly port: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  readonly serial: string | undefined;
  /** `/dev/bus/usb/001/004` */
  readonly node: string;
  /** Linux was told to keep it off, by this file; see `usbKeptOffBy`. */
  readonly keptOffBy?: string;
}

const HUB_CLASS = '09';

/** The USB devices that the kernel has, without hubs. */
export function usbDevices(places: Places): UsbDeviceInfo[] {
  const folder = usbFolder(places);
  return namesIn(folder)
    .filter((entry) => /^\d+-[\d.]+$/.test(entry))
    .flatMap((entry) => usbDeviceIn(join(folder, entry), places) ?? []);
}

/** The USB device that something in /sys is part of. */
export function usbDeviceOf(path: string, places: Places): UsbDeviceInfo | undefined {
  for (let folder = realPathOf(path) ?? '/'; folder !== '/'; folder = dirname(folder))
    if (textOf(join(folder, 'idVendor')) !== undefined) return usbDeviceIn(folder, places);
  return undefined;
}

function usbDeviceIn(folder: string, places: Places): UsbDeviceInfo | undefined {
  const say = (name: string) => textOf(join(folder, name));
  const vendorId = Number.parseInt(say('idVendor') ?? '', 16);
  const productId = Number.parseInt(say('idProduct') ?? '', 16);
  if (Number.isNaN(vendorId) || Number.isNaN(productId) || say('bDeviceClass') === HUB_CLASS)
    return undefined;
  const number = (name: string) => (say(name) ?? '').padStart(3, '0');
  const port = (realPathOf(folder) ?? folder).split('/').at(-1) ?? '';
  const keptOffBy = usbKeptOffBy(port, undefined, places);
  return {
    port,
    vendorId,
    productId,
    manufacturer: say('manufacturer'),
    product: say('product'),
    serial: say('serial'),
    node: join(places.dev, 'bus/usb', number('busnum'), number('devnum')),
    ...(keptOffBy !== undefined && { keptOffBy }),
  };
}

/** `04d8:00dd` */
export function usbName({ vendorId, productId }: Pick<UsbDeviceInfo, 'vendorId' | 'productId'>): string {
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  return `${hex(vendorId)}:${hex(productId)}`;
}
