import { I2C_M } from '../../bus/index.ts';
import type { TracedBytes, TracedSegment, TracedTransfer } from '../../trace/index.ts';
import { nackOf } from '../nack.ts';
import type { CapturedPacket } from './blocks.ts';

/**
 * The messages of an I2C transaction that were on the wire, a packet each as Linux has them (LINKTYPE_I2C_LINUX): the
 * bus's number, Linux's message flags (big-endian), the address as it is on the wire, the data. After what was not
 * acknowledged comes STOP: the data of an address that was refused never was on the wire, nor what follows a byte that
 * was. The messages share the time of the transaction on the wire by their bits.
 */
export function i2cPackets(bus: number, transfer: TracedTransfer): CapturedPacket[] {
  const { startedMs, queuedMs, wireMs, segments } = transfer;
  const sent = segments.flatMap((segment, i) => wirePart(segment, i, transfer) ?? []);
  const whole = sent.reduce((bits, part) => bits + messageBits(part), STOP_BITS);
  let bits = 0;
  return sent.map((part) => {
    const { flags, address, data } = part;
    const bytes = Buffer.concat([Uint8Array.of(bus & 0x7f, 0, 0, 0, flags), address, data.bytes]);
    const length = bytes.length - data.bytes.length + data.length;
    const atMs = startedMs + queuedMs + (wireMs * bits) / whole;
    bits += messageBits(part);
    return { atMs, bytes, length };
  });
}

const STOP_BITS = 1;
const BYTE_BITS = 9;

interface WirePart {
  readonly flags: number;
  readonly address: Uint8Array;
  readonly data: TracedBytes;
}

/** START and its bytes. To read from an address of ten bits, its first byte follows another START. */
function messageBits({ flags, address, data }: WirePart): number {
  const turn = address.length > 1 && (flags & I2C_M.RD) !== 0 ? 1 + BYTE_BITS : 0;
  return 1 + BYTE_BITS * (address.length + data.length) + turn;
}

const NO_DATA: TracedBytes = { bytes: new Uint8Array(0), length: 0 };

/** What of the `i`th message was on the wire; undefined: nothing. */
function wirePart(segment: TracedSegment, i: number, transfer: TracedTransfer): WirePart | undefined {
  const { target, tenBit, sent, received } = segment;
  const nack = nackOf(transfer);
  if (nack !== undefined && i > nack.message) return undefined;
  const read = sent === undefined ? 1 : 0;
  const address = tenBit
    ? Uint8Array.of(0xf0 | ((target >> 7) & 6) | read, target & 0xff)
    : Uint8Array.of((target << 1) | read);
  const flags = read * I2C_M.RD + (tenBit ? I2C_M.TEN : 0);
  const data = sent ?? received ?? NO_DATA;
  // The byte that was refused was there.
  return { flags, address, data: i === nack?.message ? firstOf(data, nack.byte + 1) : data };
}

function firstOf({ bytes, length }: TracedBytes, count: number): TracedBytes {
  return { bytes: bytes.subarray(0, count), length: Math.min(length, count) };
}
