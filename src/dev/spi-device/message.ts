import { nativeError } from '../dropin/errors.ts';
import type { SpiSegment } from '../spi-segments.ts';
import { isObject, isUint32 } from './options.ts';

/** One transfer of a message, as npm's spi-device 3 has it. */
export interface Transfer {
  byteLength: number;
  sendBuffer?: Buffer | null | undefined;
  receiveBuffer?: Buffer | null | undefined;
  speedHz?: number | undefined;
  microSecondDelay?: number | undefined;
  bitsPerWord?: number | undefined;
  chipSelectChange?: boolean | undefined;
}

function wrong(sentence: string): Error {
  return nativeError('EINVAL', 'toSpiTransfers', sentence);
}

function bufferOf(name: 'sendBuffer' | 'receiveBuffer', transfer: Transfer): Buffer | undefined {
  const buffer = transfer[name];
  if (buffer === null || buffer === undefined) return undefined;
  // node::Buffer::HasInstance takes every view of bytes.
  if (!ArrayBuffer.isView(buffer))
    throw wrong(`transfer ${name} must be null, undefined, or a Buffer object`);
  if (buffer.byteLength < transfer.byteLength)
    throw wrong(`transfer ${name} contains less than byteLength bytes`);
  return Buffer.from(buffer.buffer, buffer.byteOffset, transfer.byteLength);
}

function numberOf(
  name: 'speedHz' | 'microSecondDelay' | 'bitsPerWord',
  transfer: Transfer,
  limit = Number.POSITIVE_INFINITY,
): number | undefined {
  const value = transfer[name];
  if (value === undefined) return undefined;
  if (!isUint32(value)) throw wrong(`transfer ${name} must be an unsigned integer`);
  if (value >= limit) throw wrong(`transfer ${name} must be less than ${limit}`);
  return value;
}

/** @throws an error with code `EINVAL` and syscall `toSpiTransfers` */
export function segmentOf(transfer: Transfer): SpiSegment {
  if (!isObject(transfer)) throw wrong('a transfer must be an object');
  const { byteLength, chipSelectChange } = transfer;
  if (byteLength === undefined) throw wrong('transfer byteLength not specified');
  if (!isUint32(byteLength)) throw wrong('transfer byteLength must be an unsigned integer');
  const tx = bufferOf('sendBuffer', transfer);
  const rx = bufferOf('receiveBuffer', transfer);
  if (tx === undefined && rx === undefined)
    throw wrong('transfer contains neither a sendBuffer nor a receiveBuffer');
  const speedHz = numberOf('speedHz', transfer);
  const delayUs = numberOf('microSecondDelay', transfer, 65536);
  const bitsPerWord = numberOf('bitsPerWord', transfer, 256);
  if (chipSelectChange !== undefined && typeof chipSelectChange !== 'boolean')
    throw wrong('transfer chipSelectChange must be a boolean');
  return { tx, rx, speedHz, delayUs, bitsPerWord, csChange: chipSelectChange };
}
