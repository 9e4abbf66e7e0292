import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { UsbIssAdapter } from './controller.ts';
import { UsbIssEmulator } from './emulator.ts';
import { BAUD } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { UsbIssAdapter } from './controller.ts';
export { UsbIssEmulator } from './emulator.ts';
export { BAUD } from './protocol.ts';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
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
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const spi = child('spi');
  const i2c = child('i2c') ?? (spi === undefined ? node : undefined);
  const emulator = new UsbIssEmulator({
    ...(i2c && { i2c: populateI2c(i2c, simulation).wire }),
    ...(spi && { spi: populateSpi(spi, simulation).wire }),
  });
  return new UsbIssAdapter('a port in this process', emulatedLink(emulator));
}
