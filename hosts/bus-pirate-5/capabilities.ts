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
import { I2C_HZ, PIN_COUNT, SPI_HZ } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'write then read',
  zeroLength: 'writes',
  clocksHz: I2C_HZ,
  // The firmware has it, and its binary interface switches it off.
  stretching: false,
  heldSda: 'clocked free',
  nack: 'unknown',
  lineFaults: ['sda', 'scl', 'incomplete_address_phase', 'incomplete_write_byte'],
};

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.CS_HIGH | SPI_MODE.LSB_FIRST,
  maxSpeedHz: SPI_HZ.max,
};

const SHEET = {
  i2c: I2C_CAPABILITIES,
  spi: SPI_CAPABILITIES,
  lines: PIN_COUNT,
  gpio: PIN_CAPABILITIES,
  judges: 'npm’s flatbuffers and cobs (the encoding); the rest by its firmware’s source',
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'Bus Pirate 5, 6', compatible: 'dangerousprototypes,bus-pirate-5', ...SHEET },
  { title: 'Bus Pirate 5, 6, emulated', compatible: 'dtbus,bus-pirate-5-emulator', ...SHEET },
];
