import type { HostDriver } from '../../src/bus/index.ts';
import type { SimulationOptions } from '../../src/sim/index.ts';
import { createBusPirate } from './controller.ts';
import { createEmulatedBusPirate } from './emulated-host.ts';

export { BusPirateHost, createBusPirate } from './controller.ts';
export { createEmulatedBusPirate, type EmulatedBusPirate } from './emulated-host.ts';
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

/** Bus Pirate v3 and v4, and their emulation. */
export const driver: HostDriver<SimulationOptions> = {
  compatible: ['dangerousprototypes,bus-pirate', EMULATOR],
  create: (node, simulation) =>
    node.compatible.includes(EMULATOR) ? createEmulatedBusPirate(node, simulation) : createBusPirate(node),
};
