import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
} from '../../src/bus/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { type UsbAdapterNames, usbSheets } from '../usb/index.ts';
import { CLOCKS_HZ, PINS, READ_MAX, WRITE_MAX } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC.SMBUS_QUICK),
  repeatedStart: 'write then read',
  zeroLength: 'none',
  maxMessageLength: READ_MAX,
  maxWriteLength: WRITE_MAX,
  clocksHz: CLOCKS_HZ,
  stretching: true,
  heldSda: 'EBUSY',
  // A refused first byte looks like a refused address.
  nack: 'address or data',
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
  title: 'CP2112',
  article: 'a',
  compatible: 'silabs,cp2112',
  emulated: 'dtbus,cp2112-emulator',
};

export const sheets: readonly AdapterSheet[] = usbSheets(NAMES, {
  i2c: I2C_CAPABILITIES,
  lines: PINS,
  gpio: PIN_CAPABILITIES,
  roundTrips: 3,
  judges: "Linux's driver hid-cp2112, i2c-tools",
});
