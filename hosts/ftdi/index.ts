import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import type { UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import type { EmulatedPins } from '../pins/index.ts';
import { busesOf, createUsbAdapter, type UsbAdapterKind } from '../usb/index.ts';
import { CHIP_NAMES, namesOf } from './capabilities.ts';
import { FtdiAdapter } from './controller.ts';
import { FtdiEmulator } from './emulator.ts';
import { CHIP_SELECTS_MAX, CHIPS, type FtdiChip } from './protocol.ts';

export { I2C_CAPABILITIES, sheets, spiCapabilities } from './capabilities.ts';
export { FtdiAdapter } from './controller.ts';
export { FtdiEmulator } from './emulator.ts';
export { CHIPS } from './protocol.ts';

/** See `createUsbAdapter`. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return createUsbAdapter(kindOf(node), node, simulation);
}

/** The kind that a node means: the chip, and what the node says of its pins. @throws {NodeError} */
function kindOf(node: DeviceNode): UsbAdapterKind {
  const named = (name: string): boolean => node.compatible.includes(name);
  const real = CHIP_NAMES.find((each) => named(namesOf(each).compatible));
  const name = real ?? CHIP_NAMES.find((each) => named(namesOf(each).emulated)) ?? 'ft232h';
  const chip = CHIPS[name];
  const chipSelects = node.u32('num-cs') ?? 1;
  if (chipSelects > CHIP_SELECTS_MAX)
    throw new NodeError(node, 'num-cs', `invalid number ${chipSelects}: expected 0 to ${CHIP_SELECTS_MAX}`);
  const channel = real === undefined ? 0 : channelOf(node, chip);
  return {
    ...namesOf(name),
    ids: [chip],
    interface: channel,
    drive: (title, open) => new FtdiAdapter(title, open, { chip, chipSelects }, channel),
    emulate: (at, simulation) => new FtdiEmulator(chip, { ...busesOf(at, simulation), chipSelects }),
  };
}

/** The number of the channel that a node names; 0 is A. @throws {NodeError} */
function channelOf(node: DeviceNode, chip: FtdiChip): number {
  const names = Array.from({ length: chip.channels }, (_, channel) => String.fromCharCode(65 + channel));
  const name = node.string('dtbus,channel') ?? 'A';
  const channel = names.indexOf(name);
  if (channel >= 0 && channel < chip.engines) return channel;
  const problem =
    channel < 0 ? `invalid channel "${name}"` : `channel ${name} of an ${chip.title} has no MPSSE`;
  throw new NodeError(
    node,
    'dtbus,channel',
    `${problem}: expected ${names.slice(0, chip.engines).join(' or ')}`,
  );
}

/** The emulated chip on buses of the caller's, which are on its channel `channel`; 0 is A. */
export function makeEmulator(
  buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi; readonly pins?: EmulatedPins },
  chip: keyof typeof CHIPS = 'ft232h',
  channel = 0,
): UsbDevice {
  return new FtdiEmulator(CHIPS[chip], { ...buses, channel });
}
