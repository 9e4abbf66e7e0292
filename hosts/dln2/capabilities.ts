import {
  type AdapterSheet,
  BYTE_WORDS_MASK,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
  type LineCapabilities,
  SPI_MODE,
  type SpiCapabilities,
} from '../../src/bus/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { I2C_READ_MAX, I2C_WRITE_MAX } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC.SMBUS_QUICK),
  repeatedStart: 'write then read',
  zeroLength: 'none',
  maxMessageLength: I2C_READ_MAX,
  maxWriteLength: I2C_WRITE_MAX,
  clocksHz: [100_000],
  stretching: true,
  heldSda: 'not seen',
  nack: 'address, or some byte',
  lineFaults: ['stretch'],
};

export const SPI_CAPABILITIES: SpiCapabilities = {
  chipSelects: 1,
  modes: SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.LSB_FIRST,
  bitsPerWordMask: BYTE_WORDS_MASK,
  maxSpeedHz: 0,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

export const GPIO_CAPABILITIES: LineCapabilities = {
  bias: [],
  drives: ['push-pull'],
  edges: 'interrupts',
  debounce: false,
};

export const NAMES: UsbAdapterNames = {
  title: 'DLN-2',
  article: 'a',
  compatible: 'diolan,dln2',
  emulated: 'dtbus,dln2-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  spi: SPI_CAPABILITIES,
  gpio: GPIO_CAPABILITIES,
  lines: 32,
  roundTrips: 1,
  judges: "Linux's drivers dln2, i2c-dln2, spi-dln2, gpio-dln2",
});
