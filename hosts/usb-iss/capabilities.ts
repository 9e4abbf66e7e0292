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
import { CLOCKS, PIN_COUNT, SPI_DATA_MAX, SPI_DIVISOR, spiHz } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'any',
  // Behind the address of a read the part drives SDA, so that no STOP is possible before a byte.
  zeroLength: 'writes',
  clocksHz: CLOCKS.map(([hz]) => hz),
  stretching: true,
  heldSda: 'clocked free',
  lineFaults: ['sda', 'stretch', 'scl', 'incomplete_address_phase', 'incomplete_write_byte'],
  nack: 'address, or some byte',
};

/** What is written and what is read share a frame. */
export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  maxSpeedHz: spiHz(SPI_DIVISOR.MIN),
  maxWriteLength: SPI_DATA_MAX,
  maxReadLength: SPI_DATA_MAX,
};

const SHEET = {
  i2c: I2C_CAPABILITIES,
  spi: SPI_CAPABILITIES,
  lines: PIN_COUNT,
  gpio: PIN_CAPABILITIES,
  judges: 'by the maker’s pages and 4 clients’ sources',
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'USB-ISS', compatible: 'devantech,usb-iss', ...SHEET },
  { title: 'USB-ISS, emulated', compatible: 'dtbus,usb-iss-emulator', ...SHEET },
];
