import type { Move } from '../link/index.ts';
import { PACKET_BYTES, reverseBits, SPI_BYTES_MAX, STREAM } from './protocol.ts';

/** Packets that go out in one transfer. */
export const TRANSFER_PACKETS = 256;

/** A packet that the chip sends. */
export interface StreamAnswer {
  readonly length: number;
  /** Takes what it holds, as the chip sends it. */
  take(bytes: Uint8Array): void;
}

/** A transfer to the chip, and what it answers. */
export interface StreamTransfer {
  readonly bytes: Uint8Array;
  readonly answers: readonly StreamAnswer[];
}

interface Packet {
  readonly bytes: Uint8Array;
  readonly answer: StreamAnswer | undefined;
}

/**
 * The packets of an SPI message, joined to as few transfers as possible: a stream ends with its packet, so one that is
 * short ends the transfer too, unless what fills it up means nothing.
 */
export class SpiStream {
  readonly #packets: Packet[] = [];

  /** @param stream commands of the pin stream, which ends behind them: zeros may fill the packet */
  pins(stream: Uint8Array): void {
    this.#packets.push({ bytes: stream, answer: undefined });
  }

  /** Both ways at once, one move behind the other; without `tx` zeros are sent. */
  exchange(moves: readonly Move[]): void {
    const length = moves.reduce((sum, move) => sum + move.length, 0);
    const sent = new Uint8Array(length);
    const received = moves.some(({ rx }) => rx !== undefined) ? new Uint8Array(length) : undefined;
    let at = 0;
    for (const { tx, length: own } of moves) {
      if (tx !== undefined) sent.set(reverseBits(tx), at);
      at += own;
    }
    for (let from = 0; from < length; from += SPI_BYTES_MAX) {
      const part = sent.subarray(from, from + SPI_BYTES_MAX);
      const bytes = new Uint8Array(1 + part.length);
      bytes[0] = STREAM.SPI;
      bytes.set(part, 1);
      const isLast = from + part.length === length;
      const take = (answer: Uint8Array): void => {
        received?.set(reverseBits(answer), from);
        if (isLast && received !== undefined) scatter(received, moves);
      };
      this.#packets.push({ bytes, answer: { length: part.length, take } });
    }
  }

  transfers(): StreamTransfer[] {
    const transfers: StreamTransfer[] = [];
    let run: Packet[] = [];
    this.#packets.forEach((packet, i) => {
      run.push(packet);
      const isShort = packet.bytes.length < PACKET_BYTES && packet.answer !== undefined;
      if (!isShort && run.length < TRANSFER_PACKETS && i < this.#packets.length - 1) return;
      transfers.push(joined(run));
      run = [];
    });
    return transfers;
  }
}

/** Every packet but the last begins at a multiple of its size. */
function joined(packets: readonly Packet[]): StreamTransfer {
  const last = packets.at(-1)?.bytes.length ?? 0;
  const bytes = new Uint8Array((packets.length - 1) * PACKET_BYTES + last);
  packets.forEach((packet, i) => {
    bytes.set(packet.bytes, i * PACKET_BYTES);
  });
  return { bytes, answers: packets.flatMap(({ answer }) => answer ?? []) };
}

function scatter(received: Uint8Array, moves: readonly Move[]): void {
  let at = 0;
  for (const { rx, length } of moves) {
    rx?.set(received.subarray(at, at + length));
    at += length;
  }
}
