import { type AdapterSheet, BYTE_WORDS_MASK, SPI_MODE, type SpiCapabilities } from '../../src/bus/index.ts';

/**
 * What every programmer can do. Whether it sends and receives at once, and how much it takes in one operation, it
 * says itself when it is opened.
 */
export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: SPI_MODE.LSB_FIRST,
  bitsPerWordMask: BYTE_WORDS_MASK,
  maxSpeedHz: 0,
  maxWordDelayNs: 0,
  maxCsSetupNs: 1e9,
  maxCsHoldNs: 1e9,
  maxCsInactiveNs: 1e9,
  fullDuplex: false,
};

export const sheets: readonly AdapterSheet[] = [
  {
    title: 'serprog: Arduino, STM32, RP2040 programmers',
    compatible: 'dtbus,serprog',
    spi: SPI_CAPABILITIES,
    judges: 'flashrom',
  },
];
