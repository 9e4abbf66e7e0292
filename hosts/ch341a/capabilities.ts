import { type AdapterSheet, BYTE_WORDS_MASK, SPI_MODE, type SpiCapabilities } from '../../src/bus/index.ts';
import { CHIP_SELECTS } from './protocol.ts';

/** The clock is fixed; this is above what owners measured (1.5 to 2 MHz). */
export const CLOCK_HZ = 2_000_000;

export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: CHIP_SELECTS,
  modes: SPI_MODE.LSB_FIRST,
  bitsPerWordMask: BYTE_WORDS_MASK,
  maxSpeedHz: CLOCK_HZ,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'CH341A', compatible: 'dtbus,ch341a-emulator', spi: SPI_CAPABILITIES, judges: 'flashrom' },
];
