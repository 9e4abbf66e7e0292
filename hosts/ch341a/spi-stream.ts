import type { Move } from '../link/index.ts';
import { copyReversed, PACKET_BYTES, SPI_BYTES_MAX, STREAM } from './protocol.ts';

/** Packets that go out in one transfer. */
export const TRANSFER_PACKETS = 256;

/** A packet that the chip sends. */
export interface StreamAnswer {
  readonly length: number;
  /** Takes what it holds, as the chip sends it: the first bytes of `data`. */
  take(data: Uint8Array): void;
}

/** A transfer to the chip, and what it answers. */
export interface StreamTransfer {
  readonly bytes: Uint8Array;
  readonly answers: readonly StreamAnswer[];
}

/** Commands of the pin stream. */
interface Pins {
  readonly bytes: Uint8Array;
}

/** What an exchange sends, its bits reversed, and where goes what comes: undefined where nobody wants it. */
interface Exchange {
  readonly sent: Uint8Array;
  readonly received: Uint8Array | undefined;
  readonly moves: readonly Move[];
}

/** The part of an exchange that a packet carries; a long read has ten thousands of them. */
class Part implements StreamAnswer {
  readonly #exchange: Exchange;
  readonly #from: number;
  readonly length: number;

  constructor(exchange: Exchange, from: number) {
    this.#exchange = exchange;
    this.#from = from;
    this.length = Math.min(SPI_BYTES_MAX, exchange.sent.length - from);
  }

  take(data: Uint8Array): void {
    const { sent, received, moves } = this.#exchange;
    if (received === undefined) return;
    copyReversed(data, 0, received, this.#from, this.length);
    if (this.#from + this.length === sent.length) scatter(received, moves);
  }

  /** Writes the packet. */
  put(into: Uint8Array, at: number): void {
    const { sent } = this.#exchange;
    into[at] = STREAM.SPI;
    for (let i = 0; i < this.length; i++) into[at + 1 + i] = sent[this.#from + i] as number;
  }
}

/**
 * The packets of an SPI message, joined to as few transfers as possible: a stream ends with its packet, so one that is
 * short ends the transfer too, unless what fills it up means nothing.
 */
export class SpiStream {
  readonly #packets: (Pins | Part)[] = [];

  /** @param stream commands of the pin stream, which ends behind them: zeros may fill the packet */
  pins(stream: Uint8Array): void {
    this.#packets.push({ bytes: stream });
  }

  /** Both ways at once, one move behind the other; without `tx` zeros are sent. */
  exchange(moves: readonly Move[]): void {
    const length = moves.reduce((sum, move) => sum + move.length, 0);
    const sent = new Uint8Array(length);
    const received = moves.some(({ rx }) => rx !== undefined) ? new Uint8Array(length) : undefined;
    let at = 0;
    for (const { tx, length: own } of moves) {
      if (tx !== undefined) copyReversed(tx, 0, sent, at, tx.length);
      at += own;
    }
    const exchange = { sent, received, moves };
    for (let from = 0; from < length; from += SPI_BYTES_MAX) this.#packets.push(new Part(exchange, from));
  }

  transfers(): StreamTransfer[] {
    const transfers: StreamTransfer[] = [];
    let run: (Pins | Part)[] = [];
    this.#packets.forEach((packet, i) => {
      run.push(packet);
      const isShort = packet instanceof Part && packet.length < SPI_BYTES_MAX;
      if (!isShort && run.length < TRANSFER_PACKETS && i < this.#packets.length - 1) return;
      transfers.push(joined(run));
      run = [];
    });
    return transfers;
  }
}

/** Every packet but the last begins at a multiple of its size. */
function joined(packets: readonly (Pins | Part)[]): StreamTransfer {
  const last = packets.at(-1);
  const lastBytes = last instanceof Part ? 1 + last.length : (last?.bytes.length ?? 0);
  const bytes = new Uint8Array((packets.length - 1) * PACKET_BYTES + lastBytes);
  const answers: Part[] = [];
  packets.forEach((packet, i) => {
    if (packet instanceof Part) {
      packet.put(bytes, i * PACKET_BYTES);
      answers.push(packet);
    } else bytes.set(packet.bytes, i * PACKET_BYTES);
  });
  return { bytes, answers };
}

function scatter(received: Uint8Array, moves: readonly Move[]): void {
  let at = 0;
  for (const { rx, length } of moves) {
    rx?.set(received.subarray(at, at + length));
    at += length;
  }
}
