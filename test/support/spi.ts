import type { SpiCapabilities, SpiTransfer } from '../../src/bus/index.ts';

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
  return {
    speedHz: 0,
    bitsPerWord: 8,
    csChange: false,
    txNbits: 0,
    rxNbits: 0,
    wordDelayNs: 0,
    csSetupNs: 0,
    csHoldNs: 0,
    csInactiveNs: 0,
    ...fields,
  };
}
