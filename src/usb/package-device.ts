import { createRequire } from 'node:module';
import { BusFault, messageOf } from '../bus/index.ts';
import { openedBy } from '../os/index.ts';
import type { UsbConnection, UsbOpener } from './connection.ts';
import { keptOff, portOf } from './kept-off.ts';
import { LIBUSB_ERROR } from './libusb.ts';
import { PackageConnection } from './package-connection.ts';
import type { PackageDevice, PackageInterface, UsbPackage } from './package-types.ts';
import { usbfsDevices } from './usbfs/devices.ts';

/** Which device is meant. */
export interface WantedUsb {
  /** What it is, for messages: `a CH341A`. */
  readonly title: string;
  readonly ids: readonly { readonly vendorId: number; readonly productId: number }[];
  /** Where it is plugged in, as Linux says it: `1-1.2`. */
  readonly port?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** Its number, or the first of a class. */
  readonly interface: number | { readonly class: number };
}

/** In the environment: `npm` takes the package on Linux too. */
const WAY = 'DTBUS_USB';

/**
 * Opens a device through Linux's usbfs, or through the npm package `usb`, which is loaded now: boards without such adapters do
 * without it. @throws {BusFault} see `UsbOpener`
 */
export function usbDevice(wanted: WantedUsb): UsbOpener {
  return async () => {
    const devices = process.env[WAY] === 'npm' ? undefined : usbfsDevices();
    return openDevice(devices ?? loadPackage().getDeviceList(), wanted);
  };
}

/** Opens the one of `devices` that is meant. @throws {BusFault} see `UsbOpener` */
export async function openDevice(
  devices: readonly PackageDevice[],
  wanted: WantedUsb,
): Promise<UsbConnection> {
  const device = await find(devices, wanted);
  const place = `${wanted.title} at USB port ${portOf(device)}`;
  try {
    device.open();
  } catch (cause) {
    throw openFault(place, device, cause);
  }
  let claimed: PackageInterface | undefined;
  try {
    claimed = interfaceOf(device, wanted);
    const hasDriver = claimed.isKernelDriverActive?.() === true;
    if (hasDriver) claimed.detachKernelDriver();
    claimed.claim();
    return new PackageConnection(place, device, claimed, hasDriver);
  } catch (cause) {
    device.close();
    throw openFault(place, device, cause, claimed?.descriptor.bInterfaceNumber);
  }
}

function loadPackage(): UsbPackage {
  let cause: unknown;
  try {
    return createRequire(import.meta.url)('usb') as UsbPackage;
  } catch (error) {
    cause = error;
  }
  const missing = (cause as { code?: unknown }).code === 'MODULE_NOT_FOUND';
  const remedy = missing
    ? 'not found: npm package "usb"; install it beside dtbus: npm install usb@2'
    : `cannot load npm package "usb": ${messageOf(cause)}; on Linux it needs libudev (Debian: libudev1)`;
  throw new BusFault('ENODEV', remedy, { cause });
}

async function find(devices: readonly PackageDevice[], wanted: WantedUsb): Promise<PackageDevice> {
  const { title, ids, port, serialNumber } = wanted;
  const kind = devices.filter(({ deviceDescriptor: { idVendor, idProduct } }) =>
    ids.some(({ vendorId, productId }) => vendorId === idVendor && productId === idProduct),
  );
  const there = kind.filter((device) => port === undefined || portOf(device) === port);
  const found = serialNumber === undefined ? there : await withSerial(there, serialNumber);
  const [device, ...others] = found;
  const which = [
    ...(port === undefined ? [] : [` at USB port ${port}`]),
    ...(serialNumber === undefined ? [] : [` with serial number ${serialNumber}`]),
  ].join('');
  const ports = kind.map(portOf).join(', ') || 'none';
  if (device === undefined)
    throw new BusFault('ENODEV', `not found: ${title}${which}; plug it in (there: ${ports})`);
  if (others.length > 0)
    throw new BusFault(
      'ENODEV',
      `${found.length} devices may be meant by ${title}: say which by port or serial-number (ports: ${ports})`,
    );
  return device;
}

async function withSerial(devices: readonly PackageDevice[], serialNumber: string): Promise<PackageDevice[]> {
  const found: PackageDevice[] = [];
  for (const device of devices) if ((await serialOf(device)) === serialNumber) found.push(device);
  return found;
}

/** @returns undefined where it has none, or may not be opened */
async function serialOf(device: PackageDevice): Promise<string | undefined> {
  const { iSerialNumber } = device.deviceDescriptor;
  if (iSerialNumber === 0) return undefined;
  try {
    device.open();
  } catch {
    return undefined;
  }
  try {
    return await new Promise<string | undefined>((resolve) =>
      device.getStringDescriptor(iSerialNumber, (error, text) => resolve(error ? undefined : text)),
    );
  } finally {
    device.close();
  }
}

/** @throws {BusFault} `EPROTO` it has none such, `ENODEV` none at all */
function interfaceOf(device: PackageDevice, { title, interface: meant }: WantedUsb): PackageInterface {
  const found = device.interfaces?.find(({ descriptor }) =>
    typeof meant === 'number'
      ? descriptor.bInterfaceNumber === meant
      : descriptor.bInterfaceClass === meant.class,
  );
  if (found !== undefined) return found;
  if (device.interfaces?.length === 0)
    throw new BusFault(
      'ENODEV',
      `${title} at USB port ${portOf(device)} cannot be used: ${keptOff(device) ?? 'it has no configuration; plug it in again'}`,
    );
  throw new BusFault('EPROTO', `the device has the ids of ${title}, but not its interface`);
}

/** Linux's node of it: `/dev/bus/usb/001/004`. */
function nodeOf({ busNumber, deviceAddress }: PackageDevice): string {
  const three = (number: number): string => String(number).padStart(3, '0');
  return `/dev/bus/usb/${three(busNumber)}/${three(deviceAddress)}`;
}

function openFault(place: string, device: PackageDevice, cause: unknown, interfaceNumber?: number): BusFault {
  if (cause instanceof BusFault) return cause;
  const errno = (cause as { errno?: unknown }).errno;
  if (errno === LIBUSB_ERROR.ACCESS)
    return new BusFault('EACCES', `no permission for ${place}: "dtbus adapters" shows the udev rule`, {
      cause,
    });
  if (errno === LIBUSB_ERROR.BUSY)
    return new BusFault(
      'EBUSY',
      `${place} is held by ${openedBy(nodeOf(device)) ?? 'another program'}: end it`,
      { cause },
    );
  if (errno === LIBUSB_ERROR.NO_DEVICE) {
    const why = keptOff(device, interfaceNumber);
    const told = why === undefined ? 'was unplugged' : `cannot be used: ${why}`;
    return new BusFault('ENODEV', `${place} ${told}`, { cause });
  }
  if (errno === LIBUSB_ERROR.NOT_SUPPORTED)
    return new BusFault('EACCES', `${place} has no driver that lets programs in: install WinUSB for it`, {
      cause,
    });
  return new BusFault('EPROTO', `cannot open ${place}: ${messageOf(cause)}`, { cause });
}
