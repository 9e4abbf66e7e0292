import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { FirmataAdapter, pinsOf } from './controller.ts';
import { FirmataEmulator } from './emulator.ts';

export { I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { FirmataAdapter } from './controller.ts';
export { type EmulatorOptions, FirmataEmulator } from './emulator.ts';

const REAL = 'firmata,board';
/** StandardFirmata's; ConfigurableFirmata has 115200. */
const DEFAULT_BAUD = 57_600;
const BAUD_MIN = 300;
const BAUD_MAX = 4_000_000;
/** Where an emulated board has its chip select. */
const EMULATED_CS = 10;

/**
 * The board that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const baud = node.u32('current-speed') ?? DEFAULT_BAUD;
    if (baud < BAUD_MIN || baud > BAUD_MAX)
      throw new NodeError(
        node,
        'current-speed',
        `invalid current-speed ${baud}: expected ${BAUD_MIN} to ${BAUD_MAX}`,
      );
    const { name, open, unavailable } = linkOf(node, baud);
    return new FirmataAdapter(name, pinsOf(node), open, unavailable);
  }
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const [i2c, spi] = [child('i2c'), child('spi')];
  const emulator = new FirmataEmulator({
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
  });
  return new FirmataAdapter(
    'a port in this process',
    { chipSelects: [EMULATED_CS], lines: pinsOf(node).lines },
    emulatedLink(emulator),
  );
}
