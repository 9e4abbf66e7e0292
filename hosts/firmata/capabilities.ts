import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { I2C_BYTES_MAX } from './protocol.ts';

/** Hz; Arduino's Wire, and Firmata has no command for another. */
export const CLOCK_HZ = 100_000;

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC.SMBUS_QUICK),
  repeatedStart: 'write then read',
  zeroLength: 'none',
  maxMessageLength: I2C_BYTES_MAX,
  clocksHz: [CLOCK_HZ],
  stretching: true,
  heldSda: 'EBUSY at opening',
  nack: 'address of reads',
  lineFaults: ['stretch'],
};

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 0,
  modes: SPI_MODE.LSB_FIRST,
  maxSpeedHz: 0,
};

export const LINES_MAX = 16;

const BOARD = {
  gpio: PIN_CAPABILITIES,
  lines: LINES_MAX,
  i2c: I2C_CAPABILITIES,
  spi: { ...SPI_CAPABILITIES, chipSelects: 1 },
  judges: 'firmata-io, StandardFirmata 2.4 itself (I2C, pins); SPI by the protocol and a firmware’s source',
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'Firmata board', compatible: 'firmata,board', ...BOARD },
  { title: 'Firmata board, emulated', compatible: 'dtbus,firmata-emulator', ...BOARD },
];
