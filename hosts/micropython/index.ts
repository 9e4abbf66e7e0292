import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { Catalogue, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { emulatedLink, linkOf } from '../link/index.ts';
import { MicropythonAdapter } from './controller.ts';
import { MicropythonEmulator } from './emulator.ts';
import { readSettings, type Settings } from './settings.ts';

export { HARD_I2C_CAPABILITIES, sheets } from './capabilities.ts';
export { MicropythonAdapter } from './controller.ts';
export { type EmulatorOptions, MicropythonEmulator } from './emulator.ts';
export type { Settings } from './settings.ts';

const REAL = 'micropython,board';

/** An emulated board has whatever pins are named. */
const EMULATED: Settings = {
  baud: 0,
  i2c: { id: undefined, scl: '5', sda: '4' },
  spi: { id: undefined, sck: '2', mosi: '3', miso: '0', chipSelects: ['1'] },
  lines: [],
};

/**
 * The board that `node` describes, real, or emulated with the parts of its children `i2c` and `spi` behind it; nothing is opened.
 * @throws {NodeError}
 */
export function createAdapter(
  node: DeviceNode,
  simulation: SimulationOptions = { catalogue: new Catalogue() },
): HostAdapter {
  if (node.compatible.includes(REAL)) {
    const settings = readSettings(node);
    const { name, open, unavailable } = linkOf(node, settings.baud);
    return new MicropythonAdapter(name, settings, open, unavailable);
  }
  const child = (bus: string): DeviceNode | undefined => node.children.find(({ name }) => name === bus);
  const [i2c, spi] = [child('i2c'), child('spi')];
  const emulator = new MicropythonEmulator({
    i2c: i2c && populateI2c(i2c, simulation).wire,
    spi: spi && populateSpi(spi, simulation).wire,
  });
  return new MicropythonAdapter('a port in this process', EMULATED, emulatedLink(emulator));
}
