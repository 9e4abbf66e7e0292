import type { DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import { createBusPirate } from './controller.ts';
import { createEmulatedBusPirate } from './emulated-adapter.ts';

export { sheets } from './capabilities.ts';
export { BusPirateAdapter, createBusPirate } from './controller.ts';
export { createEmulatedBusPirate, type EmulatedBusPirate } from './emulated-adapter.ts';
export { BusPirateEmulator, type EmulatorOptions } from './emulator.ts';
export {
  type EmulatedI2c,
  type EmulatedSpi,
  type Traits,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from './emulator-firmware.ts';
export { DEFAULT_SETTINGS, type Settings } from './settings.ts';

const EMULATOR = 'dtbus,bus-pirate-emulator';

/** A Bus Pirate v3 or v4, or its emulation, by the node's compatible; nothing is opened. @throws {NodeError} */
export function createAdapter(node: DeviceNode, simulation?: SimulationOptions): HostAdapter {
  return node.compatible.includes(EMULATOR)
    ? createEmulatedBusPirate(node, simulation)
    : createBusPirate(node);
}
