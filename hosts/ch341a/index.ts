import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedSpi } from '../link/index.ts';
import { Ch341aAdapter } from './controller.ts';
import { Ch341aEmulator } from './emulator.ts';

export { SPI_CAPABILITIES, sheets } from './capabilities.ts';
export { Ch341aAdapter } from './controller.ts';
export { Ch341aEmulator } from './emulator.ts';

/**
 * The emulated adapter that `node` describes, with the parts of its child `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  const bus = node.children.find(({ name }) => name === 'spi') ?? node;
  const port = new EmulatedPort(new Ch341aEmulator(populateSpi(bus, simulation).wire));
  return new Ch341aAdapter('emulated CH341A', async () => new EmulatedConnection(port));
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({ spi }: { readonly spi: EmulatedSpi }): UsbDevice {
  return new Ch341aEmulator(spi);
}
