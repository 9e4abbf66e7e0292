/**
 * Calls of Linux's i2c-dev. Source: include/uapi/linux/i2c-dev.h, include/uapi/linux/i2c.h,
 * Documentation/i2c/dev-interface.rst.
 */
import {
  I2C_M,
  type I2cMessage,
  SMBUS,
  SMBUS_BLOCK_MAX,
  SMBUS_DATA_LENGTH,
  type SmbusProtocol,
} from '../../src/bus/index.ts';

export const I2C_IOCTL = {
  SLAVE: 0x0703,
  TENBIT: 0x0704,
  FUNCS: 0x0705,
  RDWR: 0x0707,
  SMBUS: 0x0720,
} as const;

/** `I2C_RDWR_IOCTL_MAX_MSGS`: one call carries at most so many messages. */
export const MESSAGES_MAX = 42;
/** i2c-dev refuses a longer message with EINVAL. */
export const LENGTH_MAX = 8192;

/** `struct i2c_msg` { u16 addr; u16 flags; u16 len; u8 *buf } on 64 bits. */
const MSG = { ADDR: 0, FLAGS: 2, LEN: 4, BUF: 8, SIZE: 16 } as const;
/** `struct i2c_rdwr_ioctl_data` { struct i2c_msg *msgs; u32 nmsgs }. */
const RDWR = { MSGS: 0, COUNT: 8, SIZE: 16 } as const;
/** `struct i2c_smbus_ioctl_data` { u8 read_write; u8 command; u32 size; union i2c_smbus_data *data }. */
const CALL = { READ: 0, COMMAND: 1, SIZE_OF: 4, DATA: 8, SIZE: 16 } as const;

/** Bytes of one `I2C_RDWR` call: its head, its messages, their data. */
export function rdwrLength(messages: readonly I2cMessage[]): number {
  return messages.reduce((sum, { buf }) => sum + buf.length, RDWR.SIZE + MSG.SIZE * messages.length);
}

/** Where the data of the first message lies. */
export function rdwrDataAt(messages: readonly I2cMessage[]): number {
  return RDWR.SIZE + MSG.SIZE * messages.length;
}

/** Lays an `I2C_RDWR` call out in `bytes`, which lie at `address`. */
export function layRdwr(bytes: Uint8Array, address: number, messages: readonly I2cMessage[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(RDWR.MSGS, BigInt(address + RDWR.SIZE), true);
  view.setUint32(RDWR.COUNT, messages.length, true);
  let data = rdwrDataAt(messages);
  messages.forEach(({ addr, flags, buf }, index) => {
    const at = RDWR.SIZE + MSG.SIZE * index;
    view.setUint16(at + MSG.ADDR, addr, true);
    view.setUint16(at + MSG.FLAGS, flags, true);
    view.setUint16(at + MSG.LEN, buf.length, true);
    view.setBigUint64(at + MSG.BUF, BigInt(address + data), true);
    if ((flags & I2C_M.RD) === 0) bytes.set(buf, data);
    // i2c-dev wants to be told in the first byte how many bytes come besides those of the longest block.
    else if ((flags & I2C_M.RECV_LEN) !== 0) bytes[data] = Math.max(1, buf.length - SMBUS_BLOCK_MAX);
    data += buf.length;
  });
}

/** Puts what was read into the messages. */
export function takeRdwr(bytes: Uint8Array, messages: readonly I2cMessage[]): void {
  let data = rdwrDataAt(messages);
  for (const { flags, buf } of messages) {
    if ((flags & I2C_M.RD) !== 0) buf.set(bytes.subarray(data, data + buf.length));
    data += buf.length;
  }
}

/** One call of `I2C_SMBUS`. `data` has the layout of `union i2c_smbus_data`. */
export interface SmbusCall {
  readonly read: boolean;
  readonly command: number;
  readonly protocol: SmbusProtocol;
  readonly data: Uint8Array;
}

export const SMBUS_CALL_LENGTH = CALL.SIZE + SMBUS_DATA_LENGTH;

export function laySmbus(bytes: Uint8Array, address: number, call: SmbusCall): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint8(CALL.READ, call.read ? 1 : 0);
  view.setUint8(CALL.COMMAND, call.command);
  view.setUint32(CALL.SIZE_OF, call.protocol, true);
  const quick = call.protocol === SMBUS.QUICK;
  view.setBigUint64(CALL.DATA, quick ? 0n : BigInt(address + CALL.SIZE), true);
  bytes.set(call.data, CALL.SIZE);
}

/** The data of a call that was carried out. */
export function smbusData(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(CALL.SIZE, CALL.SIZE + SMBUS_DATA_LENGTH);
}
