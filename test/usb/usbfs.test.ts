import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDevice } from '../../src/usb/package-device.ts';
import { idsOf, interfacesOf } from '../../src/usb/usbfs/descriptors.ts';
import { usbfsDevices } from '../../src/usb/usbfs/devices.ts';

/** A device descriptor (USB 2.0, table 9-8) of 1a86:5512 whose serial number is string 3. */
const DEVICE = [18, 1, 0x10, 1, 0xff, 0, 2, 8, 0x86, 0x1a, 0x12, 0x55, 4, 3, 0, 2, 3, 2];
const bulk = (address: number) => [7, 5, address, 2, 32, 0, 0];
const face = (number: number, setting: number, kind: number) => [9, 4, number, setting, 1, kind, 1, 2, 0];
const configuration = (value: number, body: number[]) => [
  9,
  2,
  9 + body.length,
  0,
  2,
  value,
  0,
  0x80,
  49,
  ...body,
];
/** Of HID: 9 bytes between an interface and its endpoint. */
const HID = [9, 0x21, 0x11, 1, 0, 1, 0x22, 30, 0];
const FIRST = configuration(1, [
  ...[...face(0, 0, 0xff), ...bulk(0x82), ...bulk(0x02)],
  ...[...face(0, 1, 0xff), ...bulk(0x84)],
  ...[...face(2, 0, 3), ...HID, 7, 5, 0x81, 3, 8, 0, 1],
]);
const SECOND = configuration(2, [...face(0, 0, 8), ...bulk(0x85)]);
const ALL = Uint8Array.from([...DEVICE, ...FIRST, ...SECOND]);

describe('descriptors, as Linux keeps them', () => {
  it('say which device it is', () => {
    expect(idsOf(ALL)).toEqual({ idVendor: 0x1a86, idProduct: 0x5512, iSerialNumber: 3 });
    expect(idsOf(ALL.subarray(0, 17))).toBeUndefined();
  });

  it('say the interfaces of the configuration that is meant, in their first setting', () => {
    expect(interfacesOf(ALL, 1)).toEqual([
      {
        bInterfaceNumber: 0,
        bInterfaceClass: 0xff,
        endpoints: [
          { address: 0x82, type: 2 },
          { address: 0x02, type: 2 },
        ],
      },
      { bInterfaceNumber: 2, bInterfaceClass: 3, endpoints: [{ address: 0x81, type: 3 }] },
    ]);
    expect(interfacesOf(ALL, 2)).toEqual([
      { bInterfaceNumber: 0, bInterfaceClass: 8, endpoints: [{ address: 0x85, type: 2 }] },
    ]);
    expect(interfacesOf(ALL, 0)).toEqual([]);
  });

  it('of a device that says wrong lengths end there', () => {
    const at = DEVICE.length + 9 + 9 + 7;
    for (const wrong of [0, 1]) {
      const broken = ALL.slice();
      broken[at] = wrong;
      expect(interfacesOf(broken, 1).map(({ endpoints }) => endpoints.length)).toEqual([1]);
    }
    for (let length = 0; length < ALL.length; length++) interfacesOf(ALL.subarray(0, length), 1);
  });
});

describe.skipIf(process.platform !== 'linux')('devices that Linux tells of', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-usbfs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const tell = (name: string, files: Record<string, string | Uint8Array>) => {
    mkdirSync(join(folder, name));
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
  };

  it('are those that are plugged in, by their ports', () => {
    tell('usb1', { descriptors: ALL });
    tell('1-1:1.0', {});
    tell('1-3', { descriptors: ALL, devnum: '7\n' });
    tell('1-1.2', { descriptors: ALL, devnum: '4\n' });
    tell('1-9', { descriptors: 'gone' });
    tell('1-8', {});
    const found = usbfsDevices(folder)?.map(({ busNumber, portNumbers, deviceAddress, deviceDescriptor }) => [
      busNumber,
      portNumbers,
      deviceAddress,
      deviceDescriptor.idProduct,
    ]);
    expect(found).toEqual([
      [1, [1, 2], 4, 0x5512],
      [1, [3], 7, 0x5512],
    ]);
  });

  it('are not known where the system does not tell', () => {
    expect(usbfsDevices(join(folder, 'none'))).toBeUndefined();
  });

  it('that are gone when they are opened are told as unplugged', async () => {
    tell('1-3', { descriptors: ALL, devnum: '7\n', bConfigurationValue: '1\n' });
    const devices = usbfsDevices(folder, join(folder, 'nodes')) ?? [];
    const wanted = { title: 'a CH341A', ids: [{ vendorId: 0x1a86, productId: 0x5512 }], interface: 0 };
    await expect(openDevice(devices, wanted)).rejects.toThrow(
      'ENODEV: a CH341A at USB port 1-3 was unplugged',
    );
  });
});
