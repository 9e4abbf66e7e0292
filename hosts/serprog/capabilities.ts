import { type AdapterSheet, SPI_MODE, type SpiCapabilities } from '../../src/bus/index.ts';

/** Words that are whole bytes on the wire. */
export const WORD_BITS = [8, 16, 24, 32];

/**
 * What every programmer can do. Whether it sends and receives at once, and how much it takes in one operation, it
 * says itself when it is opened.
 */
export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: SPI_MODE.LSB_FIRST,
  bitsPerWordMask: WORD_BITS.reduce((mask, bits) => mask | (1 << (bits - 1)), 0) >>> 0,
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
