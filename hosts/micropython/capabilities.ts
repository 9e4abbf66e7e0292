import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_ANY_SEQUENCE,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';

import { PIN_CAPABILITIES } from '../pins/index.ts';
import { LINES_MAX } from './settings.ts';

/** SoftI2C waits a whole number of µs for half a bit. */
export const SOFT_HZ = { min: 1000, max: 500_000 };

/** SoftI2C: any sequence. */
export const SOFT_I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  clocksHz: SOFT_HZ,
  stretching: true,
  heldSda: 'clocked free',
  nack: 'each byte',
  lineFaults: ['sda', 'scl', 'stretch', 'incomplete_address_phase', 'incomplete_write_byte'],
  // As its driver sets the board up.
  sclTimeoutMs: 50,
};

/** Ports differ in what their hardware does without STOP; a register that is read is what all of them do. */
export const HARD_I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'write then read',
  zeroLength: 'writes',
  maxMessageLength: 4096,
  clocksHz: { min: 10_000, max: 1_000_000 },
  stretching: true,
  heldSda: 'not seen',
  nack: 'unknown',
};

/** Longest write in front of a read: the address of a register, in `readfrom_mem_into`. */
export const HARD_REGISTER_BYTES = 3;

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 0,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  maxSpeedHz: 0,
};

const BOARD = {
  gpio: PIN_CAPABILITIES,
  lines: LINES_MAX,
  i2c: SOFT_I2C_CAPABILITIES,
  spi: { ...SPI_CAPABILITIES, chipSelects: 1 },
  judges: 'the MicroPython interpreter',
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'MicroPython board, SoftI2C', compatible: 'micropython,board', ...BOARD },
  { title: 'MicroPython board, emulated', compatible: 'dtbus,micropython-emulator', ...BOARD },
];
