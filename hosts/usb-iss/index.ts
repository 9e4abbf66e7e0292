import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { UsbIssAdapter } from './controller.ts';
import { UsbIssEmulator } from './emulator.ts';
import { BAUD } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { UsbIssAdapter } from './controller.ts';
export { UsbIssEmulator } from './emulator.ts';
export { BAUD } from './protocol.ts';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes('devantech,usb-iss')) {
    const { name, open, unavailable } = linkOf(node, BAUD);
    return new UsbIssAdapter(name, open, unavailable);
  }
  const { wire } = populateI2c(node.children.find(({ name }) => name === 'i2c') ?? node, simulation);
  return new UsbIssAdapter('a port in this process', emulatedLink(new UsbIssEmulator({ i2c: wire })));
}
