import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice, usbDevice } from '../../src/usb/index.ts';
import { type EmulatedI2c, type EmulatedSpi, usbNode } from '../link/index.ts';
import { FtdiAdapter } from './controller.ts';
import { FtdiEmulator } from './emulator.ts';
import { CHIP_SELECTS_MAX, CHIPS, type FtdiChip } from './protocol.ts';

export { I2C_CAPABILITIES, sheets, spiCapabilities } from './capabilities.ts';
export { FtdiAdapter } from './controller.ts';
export { FtdiEmulator } from './emulator.ts';
export { CHIPS } from './protocol.ts';

const COMPATIBLE: ReadonlyMap<string, FtdiChip> = new Map<string, FtdiChip>([
  ['dtbus,ft232h-emulator', CHIPS.ft232h],
  ['dtbus,ft2232h-emulator', CHIPS.ft2232h],
  ['dtbus,ft4232h-emulator', CHIPS.ft4232h],
]);

const REAL: ReadonlyMap<string, FtdiChip> = new Map<string, FtdiChip>([
  ['ftdi,ft232h', CHIPS.ft232h],
  ['ftdi,ft2232h', CHIPS.ft2232h],
  ['ftdi,ft4232h', CHIPS.ft4232h],
]);

/**
 * The adapter that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  const chip = node.compatible.map((name) => COMPATIBLE.get(name)).find((each) => each) ?? CHIPS.ft232h;
  const chipSelects = node.u32('num-cs') ?? 1;
  if (chipSelects > CHIP_SELECTS_MAX)
    throw new NodeError(node, 'num-cs', `invalid number ${chipSelects}: expected 0 to ${CHIP_SELECTS_MAX}`);
  const real = node.compatible.map((name) => REAL.get(name)).find((each) => each);
  if (real !== undefined) return realAdapter(node, real, chipSelects);
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const [i2c, spi] = [child('i2c'), child('spi')];
  const buses = {
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
    chipSelects,
  };
  const port = new EmulatedPort(new FtdiEmulator(chip, buses));
  const open = async () => new EmulatedConnection(port);
  return new FtdiAdapter(`emulated ${chip.title}`, open, { chip, chipSelects });
}

/** @throws {NodeError} */
function realAdapter(node: DeviceNode, chip: FtdiChip, chipSelects: number): HostAdapter {
  const names = Array.from({ length: chip.engines }, (_, channel) => String.fromCharCode(65 + channel));
  const name = node.string('dtbus,channel') ?? 'A';
  const channel = names.indexOf(name);
  if (channel < 0)
    throw new NodeError(node, 'dtbus,channel', `invalid channel "${name}": expected ${names.join(' or ')}`);
  const title = `an ${chip.title}`;
  const wanted = { title, ids: [chip], ...usbNode(node), interface: channel };
  return new FtdiAdapter(chip.title, usbDevice(wanted), { chip, chipSelects }, channel);
}

/** The emulated FT232H on buses of the caller's. */
export function makeEmulator(buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi }): UsbDevice {
  return new FtdiEmulator(CHIPS.ft232h, buses);
}
