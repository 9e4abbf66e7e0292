import {
  BusFault,
  bytesPerWord,
  ERRNO,
  errnoName,
  I2C_M,
  type I2cMessage,
  SMBUS_BLOCK_MAX,
  type SpiTransfer,
} from '../bus/index.ts';
import { type Asked, FRAME_MAX, type Told } from './frames.ts';
import type { SharedBus } from './share-source.ts';

type FramedMessage = Asked<'i2c'>['messages'][number];
type FramedTransfer = Asked<'spi'>['transfers'][number];
type FramedFault = NonNullable<Told<'done'>['fault']>;

/** Bytes of a frame that are not data, at most: of its head, and of each segment. */
const HEAD_BYTES = 64;
const SEGMENT_BYTES = 40;

const NOTHING = new Uint8Array(0);
const KNOWN_FLAGS = Object.values(I2C_M).reduce<number>((all, flag) => all | flag, 0);

const isRead = ({ flags }: { readonly flags: number }): boolean => (flags & I2C_M.RD) !== 0;

/** A bus of the host as its users are told of it. */
export function framedBus({ i2c, spi, lines, ...bus }: SharedBus): Told<'welcome'>['buses'][number] {
  return {
    ...bus,
    i2c: i2c && { functionality: i2c.functionality, maxMessageLength: limitOf(i2c.maxMessageLength) },
    spi: spi && {
      ...spi,
      maxWriteLength: limitOf(spi.maxWriteLength),
      maxReadLength: limitOf(spi.maxReadLength),
      fullDuplex: spi.fullDuplex ?? true,
    },
    lines,
  };
}

/** No limit is none. */
const limitOf = (bytes = Number.POSITIVE_INFINITY): number | undefined =>
  bytes > 0xffff_ffff ? undefined : bytes;

/** Messages as they travel: of what is read, only how much. */
export function framedMessages(messages: readonly I2cMessage[]): FramedMessage[] {
  return messages.map(({ addr, flags, buf }) => ({
    addr,
    flags,
    length: buf.length,
    data: isRead({ flags }) ? NOTHING : buf,
  }));
}

/**
 * The messages of a request, with room for what is read.
 * @throws {BusFault} `EINVAL` an address, `EMSGSIZE` more than an answer carries
 */
export function messagesOf({ messages }: Pick<Asked<'i2c'>, 'messages'>): I2cMessage[] {
  checkAnswer(
    messages.reduce((sum, message) => sum + SEGMENT_BYTES + (isRead(message) ? message.length : 0), 0),
  );
  return messages.map(({ addr, flags, length, data }) => {
    const limit = (flags & I2C_M.TEN) === 0 ? 0x7f : 0x3ff;
    if (addr > limit)
      throw new BusFault(
        'EINVAL',
        `invalid I2C address 0x${addr.toString(16)}: expected at most 0x${limit.toString(16)}`,
      );
    if ((flags & ~KNOWN_FLAGS) !== 0)
      throw new BusFault('EINVAL', `invalid flags of an I2C message: 0x${flags.toString(16)}`);
    if ((flags & I2C_M.RECV_LEN) !== 0 && length <= SMBUS_BLOCK_MAX)
      throw new BusFault(
        'EINVAL',
        `invalid length of a counted block: expected more than ${SMBUS_BLOCK_MAX}, got ${length}`,
      );
    return { addr, flags, buf: isRead({ flags }) ? new Uint8Array(length) : new Uint8Array(data) };
  });
}

export function framedTransfers(transfers: readonly SpiTransfer[]): FramedTransfer[] {
  return transfers.map(({ tx, rx, ...rest }) => ({ ...rest, tx, rxLength: rx?.length }));
}

/** The same for an SPI message of that bus. @throws {BusFault} `EINVAL`, `EMSGSIZE` */
export function transfersOf(asked: Asked<'spi'>, { name, spi }: SharedBus): SpiTransfer[] {
  const { transfers, chipSelect } = asked;
  if (chipSelect >= (spi?.chipSelects ?? 0))
    throw new BusFault('EINVAL', `invalid chip select ${chipSelect}: ${name} has ${spi?.chipSelects ?? 0}`);
  checkAnswer(transfers.reduce((sum, { rxLength }) => sum + SEGMENT_BYTES + (rxLength ?? 0), 0));
  return transfers.map(({ tx, rxLength, ...rest }) => {
    if (rest.bitsPerWord > 32)
      throw new BusFault('EINVAL', `invalid bits of a word ${rest.bitsPerWord}: expected at most 32`);
    const length = tx?.length ?? rxLength ?? 0;
    if ((rxLength ?? length) !== length || length % bytesPerWord(rest.bitsPerWord || 8) !== 0)
      throw new BusFault(
        'EINVAL',
        `invalid length of an SPI transfer: ${length} bytes sent, ${rxLength} received`,
      );
    const rx = rxLength === undefined ? undefined : new Uint8Array(rxLength);
    return { ...rest, tx: tx && new Uint8Array(tx), rx };
  });
}

function checkAnswer(bytes: number): void {
  if (HEAD_BYTES + bytes > FRAME_MAX)
    throw new BusFault('EMSGSIZE', `a request of more than ${FRAME_MAX >> 10} KiB; read less at once`);
}

/** Whether a request of that many segments and bytes fits into one frame. @throws {BusFault} `EMSGSIZE` */
export function checkAsked(segments: number, bytes: number): void {
  checkAnswer(segments * SEGMENT_BYTES + bytes);
}

/** What was read, in the order of its messages. */
export function readOf(messages: readonly I2cMessage[]): Uint8Array[] {
  return messages.filter(isRead).map(({ buf }) => buf);
}

export function framedFault({ errno, sentence, reason, nack }: BusFault): FramedFault {
  return {
    errno,
    sentence,
    reason,
    nack: nack && { message: nack.message, byte: nack.byte + 1 },
  };
}

/** The fault as it was on the host. */
export function faultOf({ errno, sentence, reason, nack }: FramedFault): BusFault {
  const code = errnoName(errno);
  const known = ERRNO[code] === errno ? sentence : `errno ${errno}: ${sentence}`;
  return new BusFault(code, known, {
    reason,
    ...(nack !== undefined && { nack: { message: nack.message, byte: nack.byte - 1 } }),
  });
}
