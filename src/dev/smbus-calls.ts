import {
  BusFault,
  SMBUS,
  SMBUS_BLOCK_MAX,
  SMBUS_DATA_LENGTH,
  type SmbusProtocol,
  type SmbusRequest,
} from '../bus/index.ts';

/** What an SMBus call says besides the address: the arguments of the ioctl `I2C_SMBUS`. */
export type SmbusCall = Pick<SmbusRequest, 'read' | 'command' | 'protocol' | 'data'>;

/** A call, and how its result is taken out of `data`. */
export interface SmbusOperation<Result> {
  readonly call: SmbusCall;
  readonly result: (data: Uint8Array) => Result;
}

const nothing = (): void => undefined;
const byteOf = (data: Uint8Array): number => data[0] ?? 0;
const wordOf = (data: Uint8Array): number => (data[0] ?? 0) | ((data[1] ?? 0) << 8);
const blockOf = (data: Uint8Array): Uint8Array => data.slice(1, 1 + Math.min(data[0] ?? 0, SMBUS_BLOCK_MAX));

function inRange(what: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new BusFault('EINVAL', `invalid ${what} ${value}: expected 0 to 0x${max.toString(16)}`);
}

function call(read: boolean, command: number, protocol: SmbusProtocol): SmbusCall {
  inRange('the command', command, 0xff);
  return { read, command, protocol, data: new Uint8Array(SMBUS_DATA_LENGTH) };
}

function withByte(made: SmbusCall, value: number): SmbusCall {
  made.data[0] = inRange('the byte', value, 0xff);
  return made;
}

function withWord(made: SmbusCall, value: number): SmbusCall {
  inRange('the word', value, 0xffff);
  made.data[0] = value & 0xff;
  made.data[1] = value >> 8;
  return made;
}

function withBlock(made: SmbusCall, bytes: Uint8Array): SmbusCall {
  made.data[0] = inRange('the length of the block', bytes.length, SMBUS_BLOCK_MAX);
  made.data.set(bytes, 1);
  return made;
}

/** The SMBus calls under Linux's names (`i2c_smbus_read_byte_data` is `readByteData`). */
export const smbusCalls = {
  writeQuick: (bit: 0 | 1): SmbusOperation<void> => ({
    call: call(bit === 1, 0, SMBUS.QUICK),
    result: nothing,
  }),
  readByte: (): SmbusOperation<number> => ({ call: call(true, 0, SMBUS.BYTE), result: byteOf }),
  writeByte: (value: number): SmbusOperation<void> => ({
    call: call(false, value, SMBUS.BYTE),
    result: nothing,
  }),
  readByteData: (command: number): SmbusOperation<number> => ({
    call: call(true, command, SMBUS.BYTE_DATA),
    result: byteOf,
  }),
  writeByteData: (command: number, value: number): SmbusOperation<void> => ({
    call: withByte(call(false, command, SMBUS.BYTE_DATA), value),
    result: nothing,
  }),
  readWordData: (command: number): SmbusOperation<number> => ({
    call: call(true, command, SMBUS.WORD_DATA),
    result: wordOf,
  }),
  writeWordData: (command: number, value: number): SmbusOperation<void> => ({
    call: withWord(call(false, command, SMBUS.WORD_DATA), value),
    result: nothing,
  }),
  processCall: (command: number, value: number): SmbusOperation<number> => ({
    call: withWord(call(false, command, SMBUS.PROC_CALL), value),
    result: wordOf,
  }),
  readBlockData: (command: number): SmbusOperation<Uint8Array> => ({
    call: call(true, command, SMBUS.BLOCK_DATA),
    result: blockOf,
  }),
  writeBlockData: (command: number, bytes: Uint8Array): SmbusOperation<void> => ({
    call: withBlock(call(false, command, SMBUS.BLOCK_DATA), bytes),
    result: nothing,
  }),
  blockProcessCall: (command: number, bytes: Uint8Array): SmbusOperation<Uint8Array> => ({
    call: withBlock(call(false, command, SMBUS.BLOCK_PROC_CALL), bytes),
    result: blockOf,
  }),
  readI2cBlockData: (command: number, length: number): SmbusOperation<Uint8Array> => {
    const made = call(true, command, SMBUS.I2C_BLOCK_DATA);
    made.data[0] = inRange('the length of the block', length, SMBUS_BLOCK_MAX);
    return { call: made, result: blockOf };
  },
  writeI2cBlockData: (command: number, bytes: Uint8Array): SmbusOperation<void> => ({
    call: withBlock(call(false, command, SMBUS.I2C_BLOCK_DATA), bytes),
    result: nothing,
  }),
} as const;
