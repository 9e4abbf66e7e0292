import type { I2cAdapter } from './adapter.ts';
import { BusFault } from './errno.ts';
import { I2C_M, type I2cMessage } from './i2c.ts';

/** Most data bytes of an SMBus block (`I2C_SMBUS_BLOCK_MAX`; SMBus 2.0, 5.5.7). */
export const SMBUS_BLOCK_MAX = 32;

/**
 * What a part announces as the length of a block, which Linux refuses with this errno where it is impossible.
 * @param least 1 where the adapter counts, as Linux's do; without one, a count of 0 passes (i2c-core-smbus.c)
 * @returns `EPROTO`, or undefined where the length is possible
 */
export function blockCountFault(count: number, least: 0 | 1, who = 'the part'): BusFault | undefined {
  if (count >= least && count <= SMBUS_BLOCK_MAX) return undefined;
  const expected = `expected ${least === 0 ? 'at most' : '1 to'} ${SMBUS_BLOCK_MAX}`;
  return new BusFault('EPROTO', `${who} announced a block of ${count} bytes: ${expected}`);
}

/** @throws {BusFault} that of `blockCountFault` */
export function checkBlockCount(count: number, least: 0 | 1, who?: string): void {
  const fault = blockCountFault(count, least, who);
  if (fault !== undefined) throw fault;
}

/**
 * How many bytes of a message with `I2C_M.RECV_LEN` the part sends: those that it announces in the first, and what the
 * buffer has besides the room for the longest block: the count itself, and a packet error code where one was asked for.
 */
export function countedLength(buf: Uint8Array): number {
  return (buf[0] ?? 0) + Math.max(1, buf.length - SMBUS_BLOCK_MAX);
}

/** Length of `SmbusRequest.data`: count, block, PEC (`union i2c_smbus_data`). */
export const SMBUS_DATA_LENGTH = SMBUS_BLOCK_MAX + 2;

/** SMBus protocols under the numbers that i2c-dev gives them (include/uapi/linux/i2c.h, `I2C_SMBUS_*`). */
export const SMBUS = {
  QUICK: 0,
  BYTE: 1,
  BYTE_DATA: 2,
  WORD_DATA: 3,
  PROC_CALL: 4,
  BLOCK_DATA: 5,
  I2C_BLOCK_BROKEN: 6,
  BLOCK_PROC_CALL: 7,
  I2C_BLOCK_DATA: 8,
} as const;

export type SmbusProtocol = (typeof SMBUS)[keyof typeof SMBUS];

/**
 * One SMBus transaction.
 *
 * `data` has the layout of `union i2c_smbus_data` and is both argument and result: a byte at 0, a word at 0
 * (little-endian), or a block with its count at 0 and its bytes from 1 on. It has `SMBUS_DATA_LENGTH` bytes.
 * `read` is the direction; for `QUICK` it is the bit that is sent.
 */
export interface SmbusRequest {
  addr: number;
  /** `I2C_M.TEN` or 0. */
  flags: number;
  /** Append and check a packet error code (SMBus 2.0, 5.4). */
  pec: boolean;
  read: boolean;
  command: number;
  protocol: SmbusProtocol;
  data: Uint8Array;
}

// CRC-8 with x^8 + x^2 + x + 1, most significant bit first, as the packet error code wants it.
const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
  return crc;
});

/** Continues the packet error code `crc` over `bytes`; begin with 0. */
export function smbusPec(crc: number, bytes: Uint8Array): number {
  let sum = crc & 0xff;
  for (const byte of bytes) sum = CRC8[sum ^ byte] as number;
  return sum;
}

function messagePec(crc: number, message: I2cMessage, length: number): number {
  const address = ((message.addr << 1) | (message.flags & I2C_M.RD ? 1 : 0)) & 0xff;
  return smbusPec(CRC8[(crc & 0xff) ^ address] as number, message.buf.subarray(0, length));
}

/** Quick has no data, and an I2C block is no SMBus protocol: neither has a packet error code. */
function wantsPec(request: SmbusRequest): boolean {
  return request.pec && request.protocol !== SMBUS.QUICK && request.protocol !== SMBUS.I2C_BLOCK_DATA;
}

function blockLength(request: SmbusRequest): number {
  const count = request.data[0] ?? 0;
  if (count > SMBUS_BLOCK_MAX)
    throw new BusFault('EINVAL', `an SMBus block holds at most ${SMBUS_BLOCK_MAX} bytes, not ${count}`);
  return count;
}

interface Shape {
  /** The first message's bytes after the command; absent: the first message is the read. */
  readonly write?: Uint8Array;
  /** Bytes of the reading message; absent: there is none. */
  readonly read?: number;
  readonly recvLen?: boolean;
}

/** What follows the command, and what is read, before the packet error code is added. */
function shapeOf(request: SmbusRequest): Shape {
  const { data, read } = request;
  switch (request.protocol) {
    case SMBUS.BYTE:
      return read ? { read: 1 } : { write: data.subarray(0, 0) };
    case SMBUS.BYTE_DATA:
      return read ? { write: data.subarray(0, 0), read: 1 } : { write: data.subarray(0, 1) };
    case SMBUS.WORD_DATA:
      return read ? { write: data.subarray(0, 0), read: 2 } : { write: data.subarray(0, 2) };
    case SMBUS.PROC_CALL:
      return { write: data.subarray(0, 2), read: 2 };
    case SMBUS.BLOCK_DATA:
      return read
        ? { write: data.subarray(0, 0), read: 1 + SMBUS_BLOCK_MAX, recvLen: true }
        : { write: data.subarray(0, 1 + blockLength(request)) };
    case SMBUS.BLOCK_PROC_CALL:
      return { write: data.subarray(0, 1 + blockLength(request)), read: 1 + SMBUS_BLOCK_MAX, recvLen: true };
    case SMBUS.I2C_BLOCK_DATA:
      return read
        ? { write: data.subarray(0, 0), read: blockLength(request) }
        : { write: data.subarray(1, 1 + blockLength(request)) };
    default:
      throw new BusFault('EOPNOTSUPP', `invalid SMBus protocol ${request.protocol}`);
  }
}

/**
 * The I2C messages that carry `request`, as Linux's `i2c_smbus_xfer_emulated` builds them. A block read has
 * `I2C_M.RECV_LEN` and a buffer of 33 bytes, or 34 with a packet error code.
 *
 * @throws {BusFault} `EINVAL` a block of more than 32 bytes, `EOPNOTSUPP` an unknown protocol.
 */
export function prepareSmbus(request: SmbusRequest): I2cMessage[] {
  const { addr, flags } = request;
  if (request.protocol === SMBUS.QUICK)
    return [{ addr, flags: flags | (request.read ? I2C_M.RD : 0), buf: new Uint8Array(0) }];

  const { write, read, recvLen = false } = shapeOf(request);
  const pec = wantsPec(request) ? 1 : 0;
  const messages: I2cMessage[] = [];
  if (write !== undefined) {
    // A write that is the last message carries the code itself; before a read it only goes into the sum.
    const trailer = read === undefined ? pec : 0;
    const buf = new Uint8Array(1 + write.length + trailer);
    buf[0] = request.command;
    buf.set(write, 1);
    const message = { addr, flags, buf };
    if (trailer) buf[buf.length - 1] = messagePec(0, message, buf.length - 1);
    messages.push(message);
  }
  if (read !== undefined) {
    const readFlags = flags | I2C_M.RD | (recvLen ? I2C_M.RECV_LEN : 0);
    messages.push({ addr, flags: readFlags, buf: new Uint8Array(read + pec) });
  }
  return messages;
}

/**
 * Takes the result out of `messages` (those of `prepareSmbus`, transferred) into `request.data`.
 *
 * @throws {BusFault} `EBADMSG` wrong packet error code, `EPROTO` a block count over 32.
 */
export function finishSmbus(request: SmbusRequest, messages: readonly I2cMessage[]): void {
  const last = messages[messages.length - 1];
  if (request.protocol === SMBUS.QUICK || last === undefined || !(last.flags & I2C_M.RD)) return;
  const { buf } = last;
  const pec = wantsPec(request);
  const counted = (last.flags & I2C_M.RECV_LEN) !== 0;
  const count = buf[0] ?? 0;
  if (counted) checkBlockCount(count, 0);
  const length = counted ? 1 + count : buf.length - (pec ? 1 : 0);

  if (pec) {
    const first = messages.length > 1 ? messages[0] : undefined;
    const partial = first === undefined ? 0 : messagePec(0, first, first.buf.length);
    const sum = messagePec(partial, last, length);
    const received = buf[length] ?? 0;
    if (received !== sum) {
      const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;
      throw new BusFault('EBADMSG', `the packet error code is ${hex(received)}, but ${hex(sum)} was due`);
    }
  }
  // An I2C block's count is the caller's and stays where it is.
  request.data.set(buf.subarray(0, length), request.protocol === SMBUS.I2C_BLOCK_DATA ? 1 : 0);
}

/** Runs `request` on `adapter`; the result is in `request.data`. @throws {BusFault} */
export function smbusTransferSync(
  adapter: Pick<I2cAdapter, 'transferSync'>,
  request: SmbusRequest,
  timeoutMs?: number,
): void {
  const messages = prepareSmbus(request);
  adapter.transferSync(messages, timeoutMs);
  finishSmbus(request, messages);
}

/** Promising twin of `smbusTransferSync`. */
export async function smbusTransfer(
  adapter: Pick<I2cAdapter, 'transfer'>,
  request: SmbusRequest,
  timeoutMs?: number,
): Promise<void> {
  const messages = prepareSmbus(request);
  await adapter.transfer(messages, timeoutMs);
  finishSmbus(request, messages);
}
