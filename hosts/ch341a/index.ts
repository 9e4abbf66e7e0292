import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { busesOf, createUsbAdapter, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Ch341aAdapter } from './controller.ts';
import { Ch341aEmulator } from './emulator.ts';
import { USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, SPI_CAPABILITIES, sheets } from './capabilities.ts';
export { Ch341aAdapter } from './controller.ts';
export { Ch341aEmulator } from './emulator.ts';

const KIND = {
  ...NAMES,
  ids: [USB_ID],
  interface: 0,
  drive: (name, open) => new Ch341aAdapter(name, open),
  emulate: (node, simulation) => new Ch341aEmulator(busesOf(node, simulation)),
} satisfies UsbAdapterKind;

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(KIND, node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi }): UsbDevice {
  return new Ch341aEmulator(buses);
}
