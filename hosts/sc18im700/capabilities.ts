import {
  type AdapterSheet,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  type I2cCapabilities,
} from '../../src/bus/index.ts';
import { PIN_CAPABILITIES } from '../pins/index.ts';
import { CLOCKS_HZ, PIN_COUNT, READ_MAX, WRITE_MAX } from './protocol.ts';

export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL,
  repeatedStart: 'write then read',
  zeroLength: 'none',
  maxMessageLength: READ_MAX,
  maxWriteLength: WRITE_MAX,
  clocksHz: CLOCKS_HZ,
  stretching: true,
  heldSda: 'EBUSY',
  lineFaults: ['sda', 'stretch', 'scl', 'incomplete_address_phase', 'incomplete_write_byte'],
  nack: 'address, or some byte',
};

const SHEET = {
  i2c: I2C_CAPABILITIES,
  lines: PIN_COUNT,
  gpio: PIN_CAPABILITIES,
  judges: 'by data sheet and 3 clients’ sources',
};

export const sheets: readonly AdapterSheet[] = [
  { title: 'SC18IM700', compatible: 'nxp,sc18im700', ...SHEET },
  { title: 'SC18IM700, emulated', compatible: 'dtbus,sc18im700-emulator', ...SHEET },
];
