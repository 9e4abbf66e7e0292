import {
  type AdapterSheet,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';

/** Every flag of an I2C message means what it does on a wire, so nothing has to be refused. */
export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  stretching: true,
  heldSda: 'clocked free',
  nack: 'each byte',
};

/** Nothing here has an edge that a delay could help, so delays are checked and cost nothing. */
const MAX_DELAY_NS = 1_000_000_000;

export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes:
    SPI_MODE.CPHA |
    SPI_MODE.CPOL |
    SPI_MODE.CS_HIGH |
    SPI_MODE.LSB_FIRST |
    SPI_MODE.LOOP |
    SPI_MODE.THREE_WIRE |
    SPI_MODE.TX_DUAL |
    SPI_MODE.TX_QUAD |
    SPI_MODE.TX_OCTAL |
    SPI_MODE.RX_DUAL |
    SPI_MODE.RX_QUAD |
    SPI_MODE.RX_OCTAL,
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: MAX_DELAY_NS,
  maxCsSetupNs: MAX_DELAY_NS,
  maxCsHoldNs: MAX_DELAY_NS,
  maxCsInactiveNs: MAX_DELAY_NS,
};

export const sheets: readonly AdapterSheet[] = [
  {
    title: 'simulated bus',
    compatible: 'platform,virtio-i2c',
    i2c: I2C_CAPABILITIES,
    judges: 'Linux (i2c-dev, its drivers)',
  },
  {
    title: 'simulated bus',
    compatible: 'platform,virtio-spi',
    spi: SPI_CAPABILITIES,
    judges: 'Linux (spidev, spi-loopback-test)',
  },
];
