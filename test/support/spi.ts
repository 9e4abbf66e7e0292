import type { SpiCapabilities, SpiTransfer } from '../../src/bus/index.ts';
import { PLAIN_TRANSFER } from './plain-transfer.mjs';

/** What a controller of tests can do that needs nothing special. */
export const PLAIN_CAPABILITIES: SpiCapabilities = {
  chipSelects: 2,
  modes: 3,
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

/** One transfer with the usual settings, and what a test says of it. */
export function spiTransfer(fields: Partial<SpiTransfer>): SpiTransfer {
  return { ...PLAIN_TRANSFER, ...fields };
}
