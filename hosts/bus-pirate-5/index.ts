import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { BusPirate5Adapter } from './controller.ts';
import { BusPirate5Emulator } from './emulator.ts';
import { BAUD } from './protocol.ts';
import { readSettings } from './settings.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { BusPirate5Adapter } from './controller.ts';
export { BusPirate5Emulator, type EmulatorOptions } from './emulator.ts';
export { BAUD } from './protocol.ts';
export { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  const settings = readSettings(node);
  if (node.compatible.includes('dangerousprototypes,bus-pirate-5')) {
    const { name, open, unavailable } = linkOf(node, BAUD);
    return new BusPirate5Adapter(name, settings, open, unavailable);
  }
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const [i2c, spi] = [child('i2c'), child('spi')];
  const emulator = new BusPirate5Emulator({
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
  });
  return new BusPirate5Adapter('a port in this process', settings, emulatedLink(emulator));
}
