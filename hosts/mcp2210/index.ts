import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import { HID_CLASS, type UsbDevice } from '../../src/usb/index.ts';
import { busesOf, createUsbAdapter, type UsbAdapterKind } from '../usb/index.ts';
import { NAMES } from './capabilities.ts';
import { Mcp2210Adapter } from './controller.ts';
import { Mcp2210Emulator, type Mcp2210Wiring } from './emulator.ts';
import { PIN_COUNT, USB_ID } from './protocol.ts';

export { sheets } from './capabilities.ts';
export { Mcp2210Adapter } from './controller.ts';
export { Mcp2210Emulator } from './emulator.ts';

/** GP8 is no output. */
const CHIP_SELECTS_MAX = PIN_COUNT - 1;

function kindOf(node: DeviceNode): UsbAdapterKind {
  const chipSelects = node.u32('num-cs') ?? 1;
  if (chipSelects < 1 || chipSelects > CHIP_SELECTS_MAX)
    throw new NodeError(
      node,
      'num-cs',
      `invalid number of chip selects ${chipSelects}: expected 1 to ${CHIP_SELECTS_MAX}`,
    );
  return {
    ...NAMES,
    ids: [USB_ID],
    interface: { class: HID_CLASS },
    drive: (name, open) => new Mcp2210Adapter(name, open, chipSelects),
    emulate: (at, simulation) => new Mcp2210Emulator({ ...busesOf(at, simulation), chipSelects }),
  };
}

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(kindOf(node), node, simulation);
}

/** The emulated adapter on buses of the caller's. */
export function makeEmulator(wiring: Mcp2210Wiring): UsbDevice {
  return new Mcp2210Emulator(wiring);
}
