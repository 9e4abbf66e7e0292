import type { RowBytes, TransferRow } from '../row.ts';
import { hasNoStop, isNotAcknowledged } from './marks.ts';

/** A piece of an ideal waveform: all pieces of a transfer are as long. */
export interface Piece {
  readonly kind: 'start' | 'stop' | 'bit' | 'ack' | 'held';
  readonly level: 0 | 1;
  /** What stands above the first bit of a byte. */
  readonly label?: string;
  /** Nobody pulled SDA low where somebody should have. */
  readonly isMissing?: true;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function bytesOf([text]: RowBytes): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function bits(byte: number, label: string): Piece[] {
  return Array.from({ length: 8 }, (_, i) => {
    const level = ((byte >> (7 - i)) & 1) as 0 | 1;
    return i === 0 ? { kind: 'bit', level, label } : { kind: 'bit', level };
  });
}

const ACK: Piece = { kind: 'ack', level: 0 };
const LAST: Piece = { kind: 'ack', level: 1 };
const MISSING: Piece = { kind: 'ack', level: 1, isMissing: true };

const STOP: Piece = { kind: 'stop', level: 1, label: 'P' };

/**
 * The wires of an I2C transfer as they would ideally be: from its bytes and its result, not measured. Where SCL was
 * stretched is not known: it is drawn behind the first address.
 */
export function i2cPieces(row: TransferRow): Piece[] {
  const { segments, nack, stretched } = row;
  const end: Piece[] = hasNoStop(row) ? [{ kind: 'held', level: 1, label: 'no P' }] : [STOP];
  const pieces: Piece[] = [];
  for (const [message, { target, tenBit, sent, received }] of segments.entries()) {
    pieces.push({ kind: 'start', level: 0, label: message === 0 ? 'S' : 'Sr' });
    const reads = received !== undefined;
    const ends = (byte: number) => nack?.message === message && nack.byte === byte;
    const address = tenBit ? 0xf0 | ((target >> 7) & 6) : target << 1;
    pieces.push(...bits(address | (reads ? 1 : 0), `${hex(target)}${reads ? 'R' : 'W'}`));
    if (ends(-1) || (nack === undefined && isNotAcknowledged(row))) return [...pieces, MISSING, ...end];
    pieces.push(ACK);
    if (message === 0 && (stretched !== undefined || row.fault === 'ETIMEDOUT'))
      pieces.push({ kind: 'held', level: 0, label: 'SCL held' });
    // What came behind the address is not known then.
    if (hasNoStop(row)) return [...pieces, ...end];
    if (tenBit && !reads) pieces.push(...bits(target & 0xff, hex(target & 0xff)), ACK);
    const bytes = bytesOf(sent ?? received ?? ['', 0]);
    for (const [place, byte] of bytes.entries()) {
      pieces.push(...bits(byte, hex(byte)));
      if (ends(place)) return [...pieces, MISSING, ...end];
      pieces.push(reads && place === bytes.length - 1 ? LAST : ACK);
    }
  }
  return [...pieces, ...end];
}

/** The bytes of an SPI transfer in both directions: bits of MOSI and of MISO. */
export function spiPieces({ segments }: TransferRow): { readonly mosi: Piece[]; readonly miso: Piece[] } {
  const mosi: Piece[] = [];
  const miso: Piece[] = [];
  for (const { sent, received } of segments) {
    const out = sent === undefined ? [] : bytesOf(sent);
    const into = received === undefined ? [] : bytesOf(received);
    for (let i = 0; i < Math.max(out.length, into.length); i++) {
      mosi.push(...bits(out[i] ?? 0, sent === undefined ? '' : hex(out[i] ?? 0)));
      miso.push(...bits(into[i] ?? 0, received === undefined ? '' : hex(into[i] ?? 0)));
    }
  }
  return { mosi, miso };
}
