import {
  BusFault,
  I2C_FUNC,
  I2C_M,
  type I2cMessage,
  SMBUS,
  SMBUS_BLOCK_MAX,
  SMBUS_DATA_LENGTH,
  type SmbusProtocol,
} from '../../src/bus/index.ts';
import type { SmbusCall } from './i2c-dev.ts';

/** A transaction that an SMBus adapter can make, and where in the call's data that which is read begins. */
export interface SmbusShape {
  readonly call: SmbusCall;
  readonly readAt: number;
}

const { SMBUS_READ_BYTE, SMBUS_WRITE_BYTE, SMBUS_READ_BYTE_DATA, SMBUS_WRITE_BYTE_DATA } = I2C_FUNC;
const { SMBUS_READ_WORD_DATA, SMBUS_WRITE_WORD_DATA, SMBUS_PROC_CALL, SMBUS_QUICK } = I2C_FUNC;

function call(
  protocol: SmbusProtocol,
  read: boolean,
  command: number,
  content: ArrayLike<number>,
): SmbusShape {
  const data = new Uint8Array(SMBUS_DATA_LENGTH);
  data.set(content);
  return { call: { protocol, read, command, data }, readAt: protocol === SMBUS.I2C_BLOCK_DATA ? 1 : 0 };
}

/**
 * The SMBus call that makes the same on the wire as `messages`, for adapters that make no plain I2C.
 * @param functionality the adapter's `I2C_FUNC` bits
 * @throws {BusFault} `EOPNOTSUPP` when there is none that the adapter offers
 */
export function smbusShape(functionality: number, messages: readonly I2cMessage[], who: string): SmbusShape {
  const offers = (bit: number): boolean => (functionality & bit) !== 0;
  const [first, second] = messages;
  const shape =
    messages.length === 1 && first !== undefined
      ? one(first, offers)
      : messages.length === 2 && first !== undefined && second !== undefined
        ? writeThenRead(first, second, offers)
        : undefined;
  if (shape !== undefined) return shape;
  const what = messages.map(({ flags, buf }) => `${flags & I2C_M.RD ? 'read' : 'write'} of ${buf.length}`);
  throw new BusFault(
    'EOPNOTSUPP',
    `unsupported transaction (${what.join(', ')} bytes): ${who} is an SMBus adapter that has no such protocol`,
  );
}

type Offers = (bit: number) => boolean;

function one({ flags, buf }: I2cMessage, offers: Offers): SmbusShape | undefined {
  const read = (flags & I2C_M.RD) !== 0;
  const [command = 0] = buf;
  if (buf.length === 0) return offers(SMBUS_QUICK) ? call(SMBUS.QUICK, read, 0, []) : undefined;
  if (read) {
    const isByte = buf.length === 1 && (flags & I2C_M.RECV_LEN) === 0 && offers(SMBUS_READ_BYTE);
    return isByte ? call(SMBUS.BYTE, true, 0, []) : undefined;
  }
  if (buf.length === 1) return offers(SMBUS_WRITE_BYTE) ? call(SMBUS.BYTE, false, command, []) : undefined;
  const content = buf.subarray(1);
  if (content.length === 1 && offers(SMBUS_WRITE_BYTE_DATA))
    return call(SMBUS.BYTE_DATA, false, command, content);
  if (content.length === 2 && offers(SMBUS_WRITE_WORD_DATA))
    return call(SMBUS.WORD_DATA, false, command, content);
  if (content.length <= SMBUS_BLOCK_MAX && offers(I2C_FUNC.SMBUS_WRITE_I2C_BLOCK))
    return call(SMBUS.I2C_BLOCK_DATA, false, command, [content.length, ...content]);
  if (content[0] === content.length - 1 && offers(I2C_FUNC.SMBUS_WRITE_BLOCK_DATA) && content[0] > 0)
    return content.length <= SMBUS_BLOCK_MAX + 1
      ? call(SMBUS.BLOCK_DATA, false, command, content)
      : undefined;
  return undefined;
}

function writeThenRead(write: I2cMessage, read: I2cMessage, offers: Offers): SmbusShape | undefined {
  const { buf, flags } = read;
  if (write.addr !== read.addr || (write.flags & I2C_M.RD) !== 0 || (flags & I2C_M.RD) === 0)
    return undefined;
  const [command = 0, ...content] = write.buf;
  const counted = (flags & I2C_M.RECV_LEN) !== 0;
  if (write.buf.length === 1) {
    // Longer by the packet error code: the adapter would check that by itself, and not hand it on.
    if (counted)
      return buf.length === SMBUS_BLOCK_MAX + 1 && offers(I2C_FUNC.SMBUS_READ_BLOCK_DATA)
        ? call(SMBUS.BLOCK_DATA, true, command, [])
        : undefined;
    if (buf.length === 1 && offers(SMBUS_READ_BYTE_DATA)) return call(SMBUS.BYTE_DATA, true, command, []);
    if (buf.length === 2 && offers(SMBUS_READ_WORD_DATA)) return call(SMBUS.WORD_DATA, true, command, []);
    if (buf.length > 0 && buf.length <= SMBUS_BLOCK_MAX && offers(I2C_FUNC.SMBUS_READ_I2C_BLOCK))
      return call(SMBUS.I2C_BLOCK_DATA, true, command, [buf.length]);
    return undefined;
  }
  if (!counted && content.length === 2 && buf.length === 2 && offers(SMBUS_PROC_CALL))
    return call(SMBUS.PROC_CALL, false, command, content);
  const isBlock = content.length >= 2 && content[0] === content.length - 1;
  if (counted && isBlock && buf.length === SMBUS_BLOCK_MAX + 1 && offers(I2C_FUNC.SMBUS_BLOCK_PROC_CALL))
    return call(SMBUS.BLOCK_PROC_CALL, false, command, content);
  return undefined;
}
