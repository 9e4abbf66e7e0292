import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { Sc18im700Adapter } from './controller.ts';
import { Sc18im700Emulator } from './emulator.ts';
import { BAUD } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { Sc18im700Adapter } from './controller.ts';
export { Sc18im700Emulator } from './emulator.ts';
export { BAUD } from './protocol.ts';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes('nxp,sc18im700')) {
    const { name, open, unavailable } = linkOf(node, BAUD);
    return new Sc18im700Adapter(name, open, unavailable);
  }
  const { wire } = populateI2c(node.children.find(({ name }) => name === 'i2c') ?? node, simulation);
  return new Sc18im700Adapter('a port in this process', emulatedLink(new Sc18im700Emulator({ i2c: wire })));
}
