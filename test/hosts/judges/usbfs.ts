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
      `kept off: ENODEV: ${place} is gone: it was unplugged`,
      String.raw`opened: ENODEV: a CH341A at USB port (\d+-\d+) has no configuration: let it in \(Linux: write 1 to /sys/bus/usb/devices/\1/authorized\), or plug it in again`,
      `let in, with driver spi-ch341: ENODEV: ${place} is gone: it was unplugged`,
      'sent again: undefined',
    ])
      expect(output).toMatch(new RegExp(`^${line}$`, 'm'));
  },
};
