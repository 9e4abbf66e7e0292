import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import type { EmulatedPins } from '../pins/index.ts';
import { busesOf, createUsbAdapter, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Ch341aAdapter } from './controller.ts';
import { Ch341aEmulator } from './emulator.ts';
import { CHIP_SELECTS, USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, SPI_CAPABILITIES, sheets } from './capabilities.ts';
export { Ch341aAdapter } from './controller.ts';
export { Ch341aEmulator } from './emulator.ts';

/** The kind, and what the node says of its pins. @throws {NodeError} */
function kindOf(node: DeviceNode): UsbAdapterKind {
  const chipSelects = node.u32('num-cs') ?? CHIP_SELECTS;
  if (chipSelects > CHIP_SELECTS)
    throw new NodeError(node, 'num-cs', `invalid number ${chipSelects}: expected 0 to ${CHIP_SELECTS}`);
  return {
    ...NAMES,
    ids: [USB_ID],
    interface: 0,
    drive: (name, open) => new Ch341aAdapter(name, open, chipSelects),
    emulate: (at, simulation) => new Ch341aEmulator({ ...busesOf(at, simulation), chipSelects }),
  };
}

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(kindOf(node), node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(buses: {
  readonly i2c: EmulatedI2c;
  readonly spi: EmulatedSpi;
  readonly pins?: EmulatedPins;
}): UsbDevice {
  return new Ch341aEmulator(buses);
}
