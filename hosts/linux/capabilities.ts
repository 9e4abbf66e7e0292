import {
  type AdapterSheet,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  type LineCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { LENGTH_MAX } from './i2c-dev.ts';
import { HOLD_NS_MAX, INACTIVE_NS, WORD_DELAY_NS_MAX } from './spidev.ts';

/** The most that a bus of Linux's may do. What its driver offers (`I2C_FUNCS`) is known when it is open. */
export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  maxMessageLength: LENGTH_MAX,
  stretching: true,
  heldSda: 'as its driver',
  nack: 'unknown',
};

/** The most that a bus of Linux's may do. What its driver does not offer is known when it is asked for. */
export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: Object.values(SPI_MODE).reduce((bits, bit) => bits | bit, 0),
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: WORD_DELAY_NS_MAX,
  maxCsSetupNs: 0,
  maxCsHoldNs: HOLD_NS_MAX,
  maxCsInactiveNs: INACTIVE_NS,
};

export const GPIO_CAPABILITIES: LineCapabilities = {
  bias: ['pull-up', 'pull-down', 'disabled'],
  drives: ['push-pull', 'open-drain', 'open-source'],
  edges: 'interrupts',
  debounce: true,
};

export const sheets: readonly AdapterSheet[] = [
  {
    title: "Linux's own I2C bus, as far as its driver can",
    compatible: 'dtbus,linux-i2c',
    i2c: I2C_CAPABILITIES,
    judges: 'Linux (i2c-virtio, i2c-stub, i2c-gpio)',
  },
  {
    title: "Linux's own SPI bus, as far as its driver can",
    compatible: 'dtbus,linux-spi',
    spi: SPI_CAPABILITIES,
    judges: 'Linux (spi-virtio, spi-gpio, spidev)',
  },
  {
    title: "Linux's own GPIO chip, as far as its driver can",
    compatible: 'dtbus,linux-gpio',
    gpio: GPIO_CAPABILITIES,
    judges: 'Linux (gpio-sim)',
  },
];
