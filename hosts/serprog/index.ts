import { type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import { linkOf } from '../link/index.ts';
import { chipSelectsOf, SerprogAdapter } from './controller.ts';

export { sheets } from './capabilities.ts';
export { SerprogAdapter, type SerprogSpiController } from './controller.ts';
export { type EmulatedSpi, type EmulatorOptions, SerprogEmulator } from './emulator.ts';

/** What most programmers' firmware speaks. */
const DEFAULT_BAUD = 115_200;
const BAUD_MAX = 4_000_000;

/** The programmer that `node` describes; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode): HostAdapter {
  const baud = node.u32('current-speed') ?? DEFAULT_BAUD;
  if (baud < 300 || baud > BAUD_MAX) {
    throw new NodeError(node, 'current-speed', `${baud} baud is out of range: 300 to ${BAUD_MAX}`);
  }
  const { name, open, unavailable } = linkOf(node, baud);
  return new SerprogAdapter(name, chipSelectsOf(node), open, unavailable);
}
