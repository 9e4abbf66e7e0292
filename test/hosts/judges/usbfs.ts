import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { awaitProduct, type Judge } from './session.ts';

const OWN = fileURLToPath(new URL('../in-guest/usbfs.mjs', import.meta.url));

/** How a device is taken from a driver of Linux's and given back, and who is told that another program has it. */
export const usbfs: Judge = {
  name: 'usbfs of Linux',
  folder: 'ch341a',
  missing: undefined,
  script: `${awaitProduct('5512')}
    for i in $(seq 100); do [ -e /sys/bus/usb/drivers/spi-ch341/*:1.0 ] && break; busybox usleep 50000; done
    node ${OWN}`,
  check(output) {
    const remedy = (of: string): string =>
      String.raw`it is not authorized: write 1 to /sys/bus/usb/devices/\d+-\d+${of}/authorized`;
    const place = String.raw`a CH341A at USB port \d+-\d+`;
    for (const line of [
      'driver before: spi-ch341',
      `opened: ${place}, endpoints 130,2,129`,
      'driver meanwhile: usbfs',
      String.raw`a second one: EBUSY: ${place} is held by process \d+ \(node\): end it`,
      'driver behind it: spi-ch341',
      'by a serial number: ENODEV: not found: a CH341A with serial number 77; plug it in .*',
      'interface of HID: EPROTO: the device has the ids of a CH341A, but not its interface',
      'driver at the end: spi-ch341',
      'sent: undefined',
      `kept off: ENODEV: ${place} is gone: ${remedy('')}`,
      `opened: ENODEV: ${place} cannot be used: ${remedy('')}`,
      `let in, with driver spi-ch341: ENODEV: ${place} is gone: it was unplugged`,
      'sent again: undefined',
      `its interface kept off: ENODEV: ${place} is gone: ${remedy(':1.0')}`,
      `opened: ENODEV: ${place} cannot be used: ${remedy(':1.0')}`,
    ])
      expect(output).toMatch(new RegExp(`^${line}$`, 'm'));
  },
};
