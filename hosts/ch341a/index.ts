import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice, usbDevice } from '../../src/usb/index.ts';
import { type EmulatedI2c, type EmulatedSpi, usbNode } from '../link/index.ts';
import { Ch341aAdapter } from './controller.ts';
import { Ch341aEmulator } from './emulator.ts';
import { USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, SPI_CAPABILITIES, sheets } from './capabilities.ts';
export { Ch341aAdapter } from './controller.ts';
export { Ch341aEmulator } from './emulator.ts';

const REAL = 'wch,ch341a';

/**
 * The adapter that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const wanted = { title: 'a CH341A', ids: [USB_ID], ...usbNode(node), interface: 0 };
    return new Ch341aAdapter('CH341A', usbDevice(wanted));
  }
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const [i2c, spi] = [child('i2c'), child('spi')];
  const emulator = new Ch341aEmulator({
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
  });
  const port = new EmulatedPort(emulator);
  return new Ch341aAdapter('emulated CH341A', async () => new EmulatedConnection(port));
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi }): UsbDevice {
  return new Ch341aEmulator(buses);
}
