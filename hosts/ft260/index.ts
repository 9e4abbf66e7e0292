import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c } from '../link/index.ts';
import type { EmulatedPins } from '../pins/index.ts';
import { createUsbAdapter, i2cOf, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Ft260Adapter } from './controller.ts';
import { Ft260Emulator } from './emulator.ts';
import { USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { Ft260Adapter } from './controller.ts';
export { Ft260Emulator } from './emulator.ts';

const KIND = {
  ...NAMES,
  ids: [USB_ID],
  // With a serial port, that is interface 1.
  interface: 0,
  drive: (name, open) => new Ft260Adapter(name, open),
  emulate: (node, simulation) => new Ft260Emulator(i2cOf(node, simulation)),
} satisfies UsbAdapterKind;

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(KIND, node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({
  i2c,
  pins,
}: {
  readonly i2c: EmulatedI2c;
  readonly pins?: EmulatedPins;
}): UsbDevice {
  return new Ft260Emulator(i2c, undefined, pins);
}
