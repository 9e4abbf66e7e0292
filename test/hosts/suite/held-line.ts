import type { I2cWireFaults } from '../../../src/bus/index.ts';

/** Somebody holds SDA low. */
export const SDA_HELD: I2cWireFaults = {
  sdaHeld: true,
  sclHeld: false,
  stretchedNs: 0,
  struck: [],
  clear() {},
  pulse() {},
  start: () => 'SDA low',
  address: () => 'SDA low',
  sent: () => 'refused',
  received() {},
};
