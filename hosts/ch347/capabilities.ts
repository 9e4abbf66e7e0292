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
import { CHIP_SELECTS, I2C_CLOCKS_HZ, PINS, SPI_CLOCKS_HZ } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  // Behind the address of a read the part drives SDA, so that no STOP is possible before a byte.
  zeroLength: 'writes',
  clocksHz: I2C_CLOCKS_HZ,
  stretching: false,
  heldSda: 'not seen',
  nack: 'each byte',
};

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: CHIP_SELECTS,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  maxSpeedHz: SPI_CLOCKS_HZ[0],
};

export const NAMES: UsbAdapterNames = {
  title: 'CH347',
  article: 'a',
  compatible: 'wch,ch347',
  emulated: 'dtbus,ch347-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  spi: SPI_CAPABILITIES,
  lines: PINS,
  gpio: PIN_CAPABILITIES,
  roundTrips: 1,
  judges: 'by 5 clients’ sources',
});
