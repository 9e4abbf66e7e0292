import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, type SimulationOptions } from '../../src/sim/index.ts';
import {
  EmulatedConnection,
  EmulatedPort,
  HID_CLASS,
  type UsbDevice,
  usbDevice,
} from '../../src/usb/index.ts';
import { type EmulatedI2c, usbNode } from '../link/index.ts';
import { Cp2112Adapter } from './controller.ts';
import { Cp2112Emulator } from './emulator.ts';
import { USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { Cp2112Adapter } from './controller.ts';
export { Cp2112Emulator } from './emulator.ts';

const REAL = 'silabs,cp2112';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const wanted = { title: 'a CP2112', ids: [USB_ID], ...usbNode(node), interface: { class: HID_CLASS } };
    return new Cp2112Adapter('CP2112', usbDevice(wanted));
  }
  const bus = node.children.find(({ name }) => name === 'i2c') ?? node;
  const port = new EmulatedPort(new Cp2112Emulator(populateI2c(bus, simulation).wire));
  return new Cp2112Adapter('emulated CP2112', async () => new EmulatedConnection(port));
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({ i2c }: { readonly i2c: EmulatedI2c }): UsbDevice {
  return new Cp2112Emulator(i2c);
}
