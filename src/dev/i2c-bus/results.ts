import { I2C_FUNC } from '../../bus/index.ts';

const FUNCTION_BITS = {
  i2c: I2C_FUNC.I2C,
  tenBitAddr: I2C_FUNC.TENBIT_ADDR,
  protocolMangling: I2C_FUNC.PROTOCOL_MANGLING,
  smbusPec: I2C_FUNC.SMBUS_PEC,
  smbusBlockProcCall: I2C_FUNC.SMBUS_BLOCK_PROC_CALL,
  smbusQuick: I2C_FUNC.SMBUS_QUICK,
  smbusReceiveByte: I2C_FUNC.SMBUS_READ_BYTE,
  smbusSendByte: I2C_FUNC.SMBUS_WRITE_BYTE,
  smbusReadByte: I2C_FUNC.SMBUS_READ_BYTE_DATA,
  smbusWriteByte: I2C_FUNC.SMBUS_WRITE_BYTE_DATA,
  smbusReadWord: I2C_FUNC.SMBUS_READ_WORD_DATA,
  smbusWriteWord: I2C_FUNC.SMBUS_WRITE_WORD_DATA,
  smbusProcCall: I2C_FUNC.SMBUS_PROC_CALL,
  smbusReadBlock: I2C_FUNC.SMBUS_READ_BLOCK_DATA,
  smbusWriteBlock: I2C_FUNC.SMBUS_WRITE_BLOCK_DATA,
  smbusReadI2cBlock: I2C_FUNC.SMBUS_READ_I2C_BLOCK,
  smbusWriteI2cBlock: I2C_FUNC.SMBUS_WRITE_I2C_BLOCK,
} as const;

export type I2cFuncs = Readonly<Record<keyof typeof FUNCTION_BITS, boolean>>;

/** What an adapter can do, a boolean a function. */
export function functionsOf(bits: number): I2cFuncs {
  const entries = Object.entries(FUNCTION_BITS).map(([name, bit]) => [name, (bits & bit) !== 0]);
  return Object.freeze(Object.fromEntries(entries)) as I2cFuncs;
}

export interface DeviceId {
  readonly manufacturer: number;
  readonly product: number;
  readonly name: string;
}

/** Manufacturers by number (UM10204, table 4). */
const MANUFACTURERS = [
  'NXP Semiconductors',
  'NXP Semiconductors (reserved)',
  'NXP Semiconductors (reserved)',
  'NXP Semiconductors (reserved)',
  'Ramtron International',
  'Analog Devices',
  'STMicroelectronics',
  'ON Semiconductor',
  'Sprintek Corporation',
  'ESPROS Photonics AG',
  'Fujitsu Semiconductor',
  'Flir',
  'O\u2082Micro',
  'Atmel',
];

/** An I2C device id of 24 bits as i2c-bus divides it: the high and the low twelve. */
export function deviceIdOf(id: number): DeviceId {
  const manufacturer = (id >> 12) & 0xfff;
  const name = MANUFACTURERS[manufacturer] ?? `<0x${manufacturer.toString(16)}>`;
  return { manufacturer, product: id & 0xfff, name };
}
