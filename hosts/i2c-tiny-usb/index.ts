import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, type SimulationOptions } from '../../src/sim/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice, usbDevice } from '../../src/usb/index.ts';
import { type EmulatedI2c, usbNode } from '../link/index.ts';
import { I2cTinyUsbAdapter } from './controller.ts';
import { I2cTinyUsbEmulator } from './emulator.ts';
import { USB_IDS } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { I2cTinyUsbAdapter } from './controller.ts';
export { I2cTinyUsbEmulator } from './emulator.ts';

const REAL = 'harbaum,i2c-tiny-usb';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const wanted = { title: 'an i2c-tiny-usb', ids: USB_IDS, ...usbNode(node), interface: 0 };
    return new I2cTinyUsbAdapter('i2c-tiny-usb', usbDevice(wanted));
  }
  const bus = node.children.find(({ name }) => name === 'i2c') ?? node;
  const port = new EmulatedPort(new I2cTinyUsbEmulator(populateI2c(bus, simulation).wire));
  return new I2cTinyUsbAdapter('emulated i2c-tiny-usb', async () => new EmulatedConnection(port));
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({ i2c }: { readonly i2c: EmulatedI2c }): UsbDevice {
  return new I2cTinyUsbEmulator(i2c);
}
