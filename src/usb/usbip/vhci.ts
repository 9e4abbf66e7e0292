import { readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { BusFault, messageOf } from '../../bus/index.ts';
import { unixSocketPair } from '../../os/index.ts';
import type { EmulatedPort } from '../emulated-port.ts';
import { speedCode } from './format.ts';
import { UrbSession } from './urb-session.ts';

/** Linux's virtual host controller (drivers/usb/usbip/vhci_sysfs.c). */
const VHCI = '/sys/devices/platform/vhci_hcd.0';
/** Of a port of `status` that nothing is attached to. */
const FREE = /^hs\s+(\d+)\s+004\s/m;
const DEVICE_ID = 0x0001_0002;

/**
 * Plugs an emulated device into this machine: its kernel binds drivers to it as to a real one. The device is served
 * in this thread, which therefore must not wait for it.
 * @returns the session; closing it unplugs the device. @throws {BusFault} `ENODEV`, `EACCES`, `EBUSY` all ports are taken
 */
export function plugIntoMachine(port: EmulatedPort, vhci = VHCI): UrbSession {
  const [, free] = FREE.exec(readStatus(vhci)) ?? [];
  if (free === undefined)
    throw new BusFault('EBUSY', 'all ports of vhci_hcd are taken: detach a device first');
  const [ours, kernels] = unixSocketPair();
  const session = new UrbSession(new Socket({ fd: ours.release() }), port);
  try {
    const speed = speedCode(port.device.description);
    writeFileSync(`${vhci}/attach`, `${free} ${kernels.fd} ${DEVICE_ID + Number(free)} ${speed}`);
    return session;
  } catch (cause) {
    session.close();
    throw new BusFault('EACCES', `cannot attach the device to ${vhci}: run as root (${messageOf(cause)})`, {
      cause,
    });
  } finally {
    // The kernel has a reference of its own.
    kernels.close();
  }
}

function readStatus(vhci: string): string {
  try {
    return readFileSync(`${vhci}/status`, 'latin1');
  } catch (cause) {
    throw new BusFault('ENODEV', 'no virtual USB host in this kernel: run "modprobe vhci-hcd" as root', {
      cause,
    });
  }
}
