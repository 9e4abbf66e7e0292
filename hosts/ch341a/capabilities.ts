import {
  type AdapterSheet,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CHIP_SELECTS, I2C_CLOCKS_HZ, PIN_COUNT } from './protocol.ts';

/** The clock is fixed; this is above what owners measured (1.5 to 2 MHz). */
export const CLOCK_HZ = 2_000_000;

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: CHIP_SELECTS,
  modes: SPI_MODE.LSB_FIRST,
  maxSpeedHz: CLOCK_HZ,
};

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  // Behind the address of a read the part drives SDA, so that no STOP is possible before a byte.
  zeroLength: 'writes',
  clocksHz: I2C_CLOCKS_HZ,
  stretching: false,
  heldSda: 'EBUSY',
  nack: 'each byte',
  lineFaults: ['sda', 'incomplete_address_phase', 'incomplete_write_byte'],
};

export const NAMES: UsbAdapterNames = {
  title: 'CH341A',
  article: 'a',
  compatible: 'wch,ch341a',
  emulated: 'dtbus,ch341a-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  spi: SPI_CAPABILITIES,
  lines: PIN_COUNT,
  gpio: PIN_CAPABILITIES,
  roundTrips: 1,
  judges: "flashrom (SPI); I2C by 2 clients' sources",
});
