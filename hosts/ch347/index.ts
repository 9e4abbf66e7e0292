import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import { busesOf, createUsbAdapter, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Ch347Adapter } from './controller.ts';
import { type Ch347Buses, Ch347Emulator } from './emulator.ts';
import { CH347F_ID, CH347T_ID, CHIP_SELECTS, VENDOR_CLASS } from './protocol.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { Ch347Adapter } from './controller.ts';
export { Ch347Emulator } from './emulator.ts';

function kindOf(node: DeviceNode): UsbAdapterKind {
  const chipSelects = node.u32('num-cs') ?? CHIP_SELECTS;
  if (chipSelects < 1 || chipSelects > CHIP_SELECTS)
    throw new NodeError(
      node,
      'num-cs',
      `invalid number of chip selects ${chipSelects}: expected 1 to ${CHIP_SELECTS}`,
    );
  return {
    ...NAMES,
    ids: [CH347T_ID, CH347F_ID],
    // Number 2 of a CH347T, 4 of a CH347F.
    interface: { class: VENDOR_CLASS },
    drive: (name, open) => new Ch347Adapter(name, open, chipSelects),
    emulate: (at, simulation) => new Ch347Emulator(busesOf(at, simulation)),
  };
}

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(kindOf(node), node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(buses: Ch347Buses): UsbDevice {
  return new Ch347Emulator(buses);
}
