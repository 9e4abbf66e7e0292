import { type DeviceNode, type HostDriver, NodeError } from '../../src/bus/index.ts';
import { linkOf } from '../link/index.ts';
import { chipSelectsOf, SerprogHost } from './controller.ts';

export { SerprogHost, type SerprogSpiController } from './controller.ts';
export { type EmulatedSpi, type EmulatorOptions, SerprogEmulator } from './emulator.ts';

/** What most programmers' firmware speaks. */
const DEFAULT_BAUD = 115_200;
const BAUD_MAX = 4_000_000;

/** The programmer that `node` describes; nothing is opened. @throws {NodeError} */
export function createSerprog(node: DeviceNode): SerprogHost {
  const baud = node.u32('current-speed') ?? DEFAULT_BAUD;
  if (baud < 300 || baud > BAUD_MAX) {
    throw new NodeError(node, 'current-speed', `${baud} baud is out of range: 300 to ${BAUD_MAX}`);
  }
  const { name, open } = linkOf(node, baud);
  return new SerprogHost(name, chipSelectsOf(node), open);
}

/** Programmers that speak serprog: many Arduinos, STM32 and RP2040 boards. */
export const driver: HostDriver<unknown> = { compatible: ['dtbus,serprog'], create: createSerprog };
