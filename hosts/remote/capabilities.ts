import {
  type AdapterSheet,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  type LineCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';

/** The most that a bus of another machine may do. What its host cannot is refused there. */
export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  stretching: true,
  heldSda: 'as its host',
  nack: 'each byte',
};

/** The most until the host is open; then what the host says. */
export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: Object.values(SPI_MODE).reduce((bits, bit) => bits | bit, 0),
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: 1e9,
  maxCsSetupNs: 1e9,
  maxCsHoldNs: 1e9,
  maxCsInactiveNs: 1e9,
};

/** Bias and drive of a line are what the tree of its host says. */
export const GPIO_CAPABILITIES: LineCapabilities = {
  bias: [],
  drives: ['push-pull'],
  edges: 'interrupts',
  debounce: false,
};

export const sheets: readonly AdapterSheet[] = [
  {
    title: 'a bus of another machine, as far as its host can',
    compatible: 'dtbus,remote',
    i2c: I2C_CAPABILITIES,
    spi: SPI_CAPABILITIES,
    gpio: GPIO_CAPABILITIES,
    judges: 'by the one controller suite only',
  },
];
