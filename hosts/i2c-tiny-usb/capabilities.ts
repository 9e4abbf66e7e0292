import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
} from '../../src/bus/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CLOCKS_HZ, LENGTH_MAX } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'any',
  // Linux refuses reads without data too: the firmware clocks a byte.
  zeroLength: 'writes',
  maxMessageLength: LENGTH_MAX,
  clocksHz: CLOCKS_HZ,
  stretching: true,
  heldSda: 'EBUSY',
  // The original firmware tells of the address alone; those on an RP2040 tell of data as if it were the address.
  nack: 'address only',
  lineFaults: ['sda', 'stretch'],
};

export const NAMES: UsbAdapterNames = {
  title: 'i2c-tiny-usb',
  article: 'an',
  compatible: 'harbaum,i2c-tiny-usb',
  emulated: 'dtbus,i2c-tiny-usb-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  roundTrips: 4,
  judges: "Linux's driver i2c-tiny-usb, i2c-tools",
});
