import {
  BusFault,
  checkBlockCount,
  countedLength,
  I2C_M,
  type I2cMessage,
  SMBUS_BLOCK_MAX,
} from '../bus/index.ts';
import { shown } from '../input/index.ts';
import { checkBytes, checkFlag, checkNames, checkTarget } from './message-fields.ts';

/** Most messages of one transaction (`I2C_RDWR_IOCTL_MAX_MSGS`). */
export const I2C_MAX_MESSAGES = 42;

/** Most bytes of one message, as i2c-dev has it. */
export const I2C_MAX_LENGTH = 8192;

interface I2cSegmentOptions {
  /** 7 bits, or 10 with `tenBit`; never shifted. */
  readonly addr: number;
  readonly tenBit?: boolean | undefined;
  /** `I2C_M` bits besides direction, address width and `RECV_LEN`. */
  readonly flags?: number | undefined;
}

export interface I2cWriteSegment extends I2cSegmentOptions {
  readonly write: Uint8Array;
}

export interface I2cReadSegment extends I2cSegmentOptions {
  /** How many bytes, or the place to put them. */
  readonly read: number | Uint8Array;
}

export interface I2cBlockSegment extends I2cSegmentOptions {
  /**
   * The part says how many bytes it has (1 to 32, in its first byte). The number given counts the bytes
   * besides those: 1 for the count itself, 2 with a packet error code. The result has all of them.
   */
  readonly recvLen: number;
}

/** One step of a transaction: (repeated) START, address, then data in one direction. */
export type I2cSegment = I2cWriteSegment | I2cReadSegment | I2cBlockSegment;

export function checkAddress(addr: number, tenBit: boolean): void {
  if (Number.isInteger(addr) && addr >= 0 && addr <= (tenBit ? 0x3ff : 0x7f)) return;
  throw new BusFault(
    'EINVAL',
    `invalid ${tenBit ? 'ten' : 'seven'}-bit address ${addr}: expected 0 to ${tenBit ? '0x3ff' : '0x7f'}`,
  );
}

/** i2c-dev's limits. @throws {BusFault} `EINVAL`, as i2c-dev. */
export function checkMessages(messages: readonly I2cMessage[]): void {
  if (messages.length === 0 || messages.length > I2C_MAX_MESSAGES)
    throw new BusFault(
      'EINVAL',
      `invalid number of messages ${messages.length}: expected 1 to ${I2C_MAX_MESSAGES}`,
    );
  for (const { buf } of messages)
    if (buf.length > I2C_MAX_LENGTH)
      throw new BusFault(
        'EINVAL',
        `message of ${buf.length} bytes is too long: expected at most ${I2C_MAX_LENGTH}`,
      );
}

function readBuffer(read: number | Uint8Array): Uint8Array {
  if (typeof read !== 'number') return read;
  if (!Number.isInteger(read) || read < 0 || read > I2C_MAX_LENGTH)
    throw new BusFault('EINVAL', `invalid length ${read} of a read: expected 0 to ${I2C_MAX_LENGTH}`);
  return new Uint8Array(read);
}

const NAMES: ReadonlySet<string> = new Set(['addr', 'tenBit', 'flags', 'write', 'read', 'recvLen']);

/** @throws {BusFault} `EINVAL` a name that is not known, a value of the wrong type, more than one direction */
function checkSegment(segment: I2cSegment): void {
  checkNames('message', segment, NAMES);
  const { tenBit, flags, write, read, recvLen } = segment as Partial<
    I2cWriteSegment & I2cReadSegment & I2cBlockSegment
  >;
  checkFlag('tenBit', tenBit);
  if (flags !== undefined && !Number.isInteger(flags))
    throw new BusFault('EINVAL', `invalid flags: expected I2C_M bits, got ${shown(flags)}`);
  checkBytes('write', write);
  checkTarget('read', read);
  const directions = Number(write !== undefined) + Number(read !== undefined) + Number(recvLen !== undefined);
  if (directions !== 1)
    throw new BusFault(
      'EINVAL',
      `invalid message: expected one of write, read and recvLen, got ${directions === 0 ? 'none' : 'several; use a message for each'}`,
    );
}

function messageOf(segment: I2cSegment): I2cMessage {
  checkSegment(segment);
  const { addr, tenBit = false } = segment;
  checkAddress(addr, tenBit);
  const reserved = I2C_M.RD | I2C_M.RECV_LEN | I2C_M.TEN;
  const flags = ((segment.flags ?? 0) & ~reserved) | (tenBit ? I2C_M.TEN : 0);
  if ('write' in segment && segment.write !== undefined) return { addr, flags, buf: segment.write };
  if ('read' in segment && segment.read !== undefined)
    return { addr, flags: flags | I2C_M.RD, buf: readBuffer(segment.read) };
  const extra = (segment as I2cBlockSegment).recvLen;
  if (!Number.isInteger(extra) || extra < 1 || extra > 255)
    throw new BusFault('EINVAL', `invalid recvLen ${extra}: expected 1 (the count byte) to 255`);
  return { addr, flags: flags | I2C_M.RD | I2C_M.RECV_LEN, buf: new Uint8Array(SMBUS_BLOCK_MAX + extra) };
}

/** @throws {BusFault} `EINVAL` an address, a length or a number of messages out of range, a name that is not known. */
export function messagesOf(segments: readonly I2cSegment[]): I2cMessage[] {
  if (!Array.isArray(segments)) throw new BusFault('EINVAL', 'expected an array of messages');
  const messages: I2cMessage[] = [];
  for (const segment of segments) messages.push(messageOf(segment));
  checkMessages(messages);
  return messages;
}

/**
 * How many bytes of a transferred message are data. With `I2C_M.RECV_LEN` the buffer has room for 32 bytes
 * and some besides (the count, a packet error code), and the part's count says how many of the 32 came.
 */
export function receivedLength({ flags, buf }: I2cMessage): number {
  return flags & I2C_M.RECV_LEN ? countedLength(buf) : buf.length;
}

/** Controllers refuse a block that is longer than any may be. @throws {BusFault} `EPROTO` */
export function checkCounts(messages: readonly I2cMessage[]): void {
  for (const { flags, buf } of messages) {
    if (flags & I2C_M.RECV_LEN) checkBlockCount(buf[0] ?? 0, 0);
  }
}

/** The buffers of the reading messages, in order. */
export function readBuffers(messages: readonly I2cMessage[]): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  for (const message of messages) {
    const { flags, buf } = message;
    if (flags & I2C_M.RECV_LEN) buffers.push(buf.subarray(0, receivedLength(message)));
    else if (flags & I2C_M.RD) buffers.push(buf);
  }
  return buffers;
}
