import { type AdapterSheet, SPI_MODE, type SpiCapabilities } from '../../src/bus/index.ts';
import { BYTES_WITHOUT_DELAYS } from '../link/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CLOCKS_HZ, PIN_COUNT } from './protocol.ts';

export const SPI_CAPABILITIES: SpiCapabilities = {
  ...BYTES_WITHOUT_DELAYS,
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  maxSpeedHz: CLOCKS_HZ.max,
};

export const NAMES: UsbAdapterNames = {
  title: 'MCP2210',
  article: 'an',
  compatible: 'microchip,mcp2210',
  emulated: 'dtbus,mcp2210-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  spi: SPI_CAPABILITIES,
  lines: PIN_COUNT,
  gpio: PIN_CAPABILITIES,
  judges: 'by data sheet and 3 clients’ sources',
});
