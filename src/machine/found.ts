import { basename, join } from 'node:path';
import { type Access, accessOf, NODE_KINDS, type User } from './access.ts';
import { ANY_SERIAL, knownUsb } from './known-usb.ts';
import { gpioChips, i2cBuses, spiDevices } from './linux-buses.ts';
import { linkedName, MACHINE, namesIn, type Places, realPathOf } from './places.ts';
import { type UsbDeviceInfo, usbDeviceOf, usbDevices, usbName } from './usb.ts';

/** Something of this machine that may carry a bus or lines. */
export interface FoundAdapter {
  readonly kind: keyof typeof NODE_KINDS;
  /** Its node, by a name that stays where there is one. */
  readonly path: string;
  /** What it is, or says that it is. */
  readonly name: string;
  /** The USB device that it is part of. */
  readonly usb: UsbDeviceInfo | undefined;
  /** What dtbus drives it by, the likeliest first. */
  readonly compatible: readonly string[];
  /** The kernel driver that has it, where that is in the way. */
  readonly heldBy: string | undefined;
  readonly access: Access;
}

/** How `findAdapters` looks. */
export interface Look {
  readonly places?: Places;
  /** Another user than the one that runs this program. */
  readonly user?: User;
}

/** All that is found, in the order of its kinds. USB and HID devices of no known kind are left out. */
export function findAdapters({ places = MACHINE, user }: Look = {}): FoundAdapter[] {
  const look: Required<Pick<Look, 'places'>> & Look = { places, ...(user && { user }) };
  return [serialPorts, usbAdapters, hidDevices, i2c, spi, gpio].flatMap((find) => find(look));
}

type Looking = Required<Pick<Look, 'places'>> & Look;

/** Ports with a device behind them: no consoles, and none of the 8250's that are not there. */
function serialPorts({ places, user }: Looking): FoundAdapter[] {
  const folder = join(places.sys, 'class/tty');
  return namesIn(folder)
    .filter((name) => /^(ttyUSB|ttyACM|ttyAMA|rfcomm)\d+$/.test(name))
    .map((name) => {
      const usb = usbDeviceOf(join(folder, name, 'device'), places);
      const known = usb && knownUsb(usb);
      const path = join(places.dev, name);
      return {
        kind: 'serial' as const,
        path: stableName(path, places) ?? path,
        name: nameOf(usb) ?? 'serial port',
        usb,
        compatible: known?.compatible ?? ANY_SERIAL,
        heldBy: undefined,
        access: accessOf(path, NODE_KINDS.serial, matchOf(usb, 'ATTRS'), user),
      };
    });
}

/** The name that udev gives a port by what is behind it. */
function stableName(path: string, { dev }: Places): string | undefined {
  const folder = join(dev, 'serial/by-id');
  const name = namesIn(folder).find((each) => realPathOf(join(folder, each)) === realPathOf(path));
  return name === undefined ? undefined : join(folder, name);
}

function usbAdapters({ places, user }: Looking): FoundAdapter[] {
  return usbDevices(places).flatMap((usb) => {
    const known = knownUsb(usb);
    if (known === undefined || known.way === 'serial') return [];
    const { keptOffBy } = usb;
    const access = accessOf(usb.node, NODE_KINDS.usb, matchOf(usb, 'ATTR'), user);
    return {
      kind: 'usb' as const,
      path: usb.node,
      name: known.title,
      usb,
      compatible: known.way === 'kernel' && hasBusOfKernel(usb, places) ? [] : known.compatible,
      heldBy: driverOf(usb, places),
      access:
        keptOffBy === undefined
          ? access
          : { ...access, allowed: false, remedy: `echo 1 | sudo tee ${keptOffBy}` },
    };
  });
}

/** Whether a driver of the kernel makes an I2C bus of it. */
function hasBusOfKernel({ port }: UsbDeviceInfo, places: Places): boolean {
  return i2cBuses(places).some(({ number }) => {
    const path = join(places.sys, `bus/i2c/devices/i2c-${number}`);
    return usbDeviceOf(path, places)?.port === port;
  });
}

/** The kernel driver of a device's first interface. */
function driverOf({ port }: UsbDeviceInfo, { sys }: Places): string | undefined {
  const folder = join(sys, 'bus/usb/devices');
  const first = namesIn(folder).find((entry) => entry.startsWith(`${port}:`));
  const driver = first && linkedName(join(folder, first, 'driver'));
  return driver === 'usbfs' ? undefined : driver;
}

function hidDevices({ places, user }: Looking): FoundAdapter[] {
  const folder = join(places.sys, 'class/hidraw');
  return namesIn(folder).flatMap((name) => {
    const usb = usbDeviceOf(join(folder, name, 'device'), places);
    const known = usb && knownUsb(usb);
    if (usb === undefined || known === undefined) return [];
    const path = join(places.dev, name);
    return {
      kind: 'hid' as const,
      path,
      name: known.title,
      usb,
      compatible: known.way === 'hid' ? known.compatible : [],
      heldBy: undefined,
      access: accessOf(path, NODE_KINDS.hid, matchOf(usb, 'ATTRS'), user),
    };
  });
}

function i2c({ places, user }: Looking): FoundAdapter[] {
  return i2cBuses(places).map(({ number, name }) => {
    const path = join(places.dev, `i2c-${number}`);
    const usb = usbDeviceOf(join(places.sys, `bus/i2c/devices/i2c-${number}`), places);
    const access = accessOf(path, NODE_KINDS.i2c, '', user);
    return {
      kind: 'i2c' as const,
      path,
      name,
      usb,
      compatible: ['dtbus,linux-i2c'],
      heldBy: undefined,
      access,
    };
  });
}

function spi({ places, user }: Looking): FoundAdapter[] {
  return spiDevices(places).map(({ bus, chipSelect, driver }) => {
    const path = join(places.dev, `spidev${bus}.${chipSelect}`);
    const controller = linkedName(join(places.sys, `class/spi_master/spi${bus}/device`)) ?? `spi${bus}`;
    return {
      kind: 'spi' as const,
      path,
      name: `chip select ${chipSelect} of ${controller}`,
      usb: usbDeviceOf(join(places.sys, `bus/spi/devices/spi${bus}.${chipSelect}`), places),
      compatible: ['dtbus,linux-spi'],
      heldBy: driver === 'spidev' ? undefined : (driver ?? 'no driver'),
      access: accessOf(path, NODE_KINDS.spi, '', user),
    };
  });
}

function gpio({ places, user }: Looking): FoundAdapter[] {
  return gpioChips(places).map(({ number, label }) => {
    const path = join(places.dev, `gpiochip${number}`);
    return {
      kind: 'gpio' as const,
      path,
      name: label ?? basename(path),
      usb: usbDeviceOf(join(places.sys, `bus/gpio/devices/gpiochip${number}`), places),
      compatible: ['dtbus,linux-gpio'],
      heldBy: undefined,
      access: accessOf(path, NODE_KINDS.gpio, '', user),
    };
  });
}

function nameOf(usb: UsbDeviceInfo | undefined): string | undefined {
  if (usb === undefined) return undefined;
  return knownUsb(usb)?.title ?? usb.product ?? usb.manufacturer ?? `USB device ${usbName(usb)}`;
}

/** What finds a device in a udev rule. */
function matchOf(usb: UsbDeviceInfo | undefined, attribute: 'ATTR' | 'ATTRS'): string {
  if (usb === undefined) return '';
  const [vendor, product] = usbName(usb).split(':');
  return `${attribute}{idVendor}=="${vendor}", ${attribute}{idProduct}=="${product}", `;
}
