import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
} from '../../src/bus/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CLOCKS_HZ, PINS } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC.SMBUS_QUICK),
  repeatedStart: 'write then read',
  zeroLength: 'none',
  clocksHz: CLOCKS_HZ,
  stretching: true,
  heldSda: 'EBUSY',
  nack: 'address, or some byte',
  lineFaults: [
    'sda',
    'scl',
    'stretch',
    'lose_arbitration',
    'incomplete_address_phase',
    'incomplete_write_byte',
  ],
};

export const NAMES: UsbAdapterNames = {
  title: 'FT260',
  article: 'an',
  compatible: 'ftdi,ft260',
  emulated: 'dtbus,ft260-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  lines: PINS,
  gpio: PIN_CAPABILITIES,
  roundTrips: 4,
  judges: "Linux's driver hid-ft260, i2c-tools",
});
