import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c } from '../link/index.ts';
import { createUsbAdapter, i2cOf, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { I2cTinyUsbAdapter } from './controller.ts';
import { I2cTinyUsbEmulator } from './emulator.ts';
import { USB_IDS } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { I2cTinyUsbAdapter } from './controller.ts';
export { I2cTinyUsbEmulator } from './emulator.ts';

const KIND = {
  ...NAMES,
  ids: USB_IDS,
  interface: 0,
  drive: (name, open) => new I2cTinyUsbAdapter(name, open),
  emulate: (node, simulation) => new I2cTinyUsbEmulator(i2cOf(node, simulation)),
} satisfies UsbAdapterKind;

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(KIND, node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator({ i2c }: { readonly i2c: EmulatedI2c }): UsbDevice {
  return new I2cTinyUsbEmulator(i2c);
}
