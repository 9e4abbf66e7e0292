import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
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

/**
 * The emulated adapter that `node` describes, with the parts of its children `i2c` and `spi` behind it; nothing is opened.
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

/** The emulated FT232H on buses of the caller's. */
export function makeEmulator(buses: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi }): UsbDevice {
  return new FtdiEmulator(CHIPS.ft232h, buses);
}
