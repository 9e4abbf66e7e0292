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
import { Mcp2221Adapter } from './controller.ts';
import { Mcp2221Emulator } from './emulator.ts';
import { USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { Mcp2221Adapter } from './controller.ts';
export { Mcp2221Emulator } from './emulator.ts';

const REAL = 'microchip,mcp2221a';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const wanted = { title: 'an MCP2221A', ids: [USB_ID], ...usbNode(node), interface: { class: HID_CLASS } };
    return new Mcp2221Adapter('MCP2221A', usbDevice(wanted));
  }
  const bus = node.children.find(({ name }) => name === 'i2c') ?? node;
  const port = new EmulatedPort(new Mcp2221Emulator(populateI2c(bus, simulation).wire));
  return new Mcp2221Adapter('emulated MCP2221A', async () => new EmulatedConnection(port));
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({ i2c }: { readonly i2c: EmulatedI2c }): UsbDevice {
  return new Mcp2221Emulator(i2c);
}
