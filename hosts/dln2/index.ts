import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { busesOf, createUsbAdapter } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Dln2Adapter, type Dln2Settings } from './controller.ts';
import { Dln2Emulator } from './emulator.ts';
import { PICO_ID, USB_ID } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { DEFAULT_SETTINGS, Dln2Adapter, type Dln2Settings } from './controller.ts';
export { Dln2Emulator } from './emulator.ts';

const CHIP_SELECTS_MAX = 8;

/** The adapter that `node` describes; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  const settings = settingsOf(node);
  const kind = {
    ...NAMES,
    ids: [USB_ID, PICO_ID],
    interface: 0,
    drive: (name: string, open: ConstructorParameters<typeof Dln2Adapter>[1]) =>
      new Dln2Adapter(name, open, settings),
    emulate: (parts: DeviceNode, options: SimulationOptions) => new Dln2Emulator(busesOf(parts, options)),
  };
  return createUsbAdapter(kind, node, simulation);
}

function settingsOf(node: DeviceNode): Dln2Settings {
  const chipSelects = node.u32('num-cs') ?? 1;
  if (chipSelects < 1 || chipSelects > CHIP_SELECTS_MAX)
    throw new NodeError(
      node,
      'num-cs',
      `invalid number of chip selects ${chipSelects}: expected 1 to ${CHIP_SELECTS_MAX}`,
    );
  return { chipSelects, stopsBetween: node.has('dtbus,stop-between') };
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi }): UsbDevice {
  return new Dln2Emulator(buses);
}
