import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { I2cDriverEmulator, SpiDriverEmulator } from './emulator.ts';
import { I2cDriverAdapter } from './i2c-controller.ts';
import { I2C_BAUD, SPI_BAUD } from './protocol.ts';
import { SpiDriverAdapter } from './spi-controller.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { I2cDriverEmulator, SpiDriverEmulator } from './emulator.ts';
export { I2cDriverAdapter } from './i2c-controller.ts';
export { I2C_BAUD, SPI_BAUD } from './protocol.ts';
export { SpiDriverAdapter } from './spi-controller.ts';

const HERE = 'a port in this process';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its child `i2c` or `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  const child = (bus: string): DeviceNode => node.children.find(({ name }) => name === bus) ?? node;
  if (node.compatible.includes('excamera,i2cdriver')) {
    const { name, open, unavailable } = linkOf(node, I2C_BAUD);
    return new I2cDriverAdapter(name, open, unavailable);
  }
  if (node.compatible.includes('excamera,spidriver')) {
    const { name, open, unavailable } = linkOf(node, SPI_BAUD);
    return new SpiDriverAdapter(name, open, unavailable);
  }
  if (node.compatible.includes('dtbus,i2cdriver-emulator')) {
    const { wire } = populateI2c(child('i2c'), simulation);
    return new I2cDriverAdapter(HERE, emulatedLink(new I2cDriverEmulator({ i2c: wire })));
  }
  const { wire } = populateSpi(child('spi'), simulation);
  return new SpiDriverAdapter(HERE, emulatedLink(new SpiDriverEmulator({ spi: wire })));
}
