import { type AdapterSheet, SPI_MODE, type SpiCapabilities } from '../../src/bus/index.ts';
import { CHIP_SELECTS } from './protocol.ts';

/** Words that are whole bytes on the wire. */
export const WORD_BITS = [8, 16, 24, 32];

/** The clock is fixed; this is above what owners measured (1.5 to 2 MHz). */
export const CLOCK_HZ = 2_000_000;

export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: CHIP_SELECTS,
  modes: SPI_MODE.LSB_FIRST,
  bitsPerWordMask: WORD_BITS.reduce((mask, bits) => mask | (1 << (bits - 1)), 0) >>> 0,
  maxSpeedHz: CLOCK_HZ,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'CH341A', compatible: 'dtbus,ch341a-emulator', spi: SPI_CAPABILITIES, judges: 'flashrom' },
];
