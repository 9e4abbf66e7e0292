// Requests of a guest that says what it likes: the same chains on ring 0, again and again.
import { readSync, writeSync } from 'node:fs';
import { createMemfd, EventFd, GUEST, RING } from './front-end.mjs';

const QUEUE_SIZE = 256;
const [NEXT, WRITE] = [1, 2];
const pause = () => new Promise((resolve) => setTimeout(resolve));

/** Ring 0 of a front-end, in memory that is shared with it. All requests use the same data. */
export class GuestRing {
  #index = 0;
  #heads = [];
  #status = 0;

  /** Greets, shares memory and starts the ring. `call`: what is rung when requests are answered. */
  constructor(frontEnd, { memoryBytes = 1 << 20, call = EventFd.create().file, features } = {}) {
    this.file = createMemfd('guest', memoryBytes);
    frontEnd.greet(features);
    frontEnd.share(this.file, memoryBytes);
    this.kick = frontEnd.startRing(call);
  }

  /** Fills the table with as many of one request as there is room for, `most` at most. `out`: a head; `length`: to be written. */
  fill(out, lengths, most = QUEUE_SIZE) {
    const pieces = 1 + lengths.length;
    const count = Math.min(most, Math.floor(QUEUE_SIZE / pieces));
    const table = Buffer.alloc(16 * pieces * count);
    this.#put(out, RING.DATA);
    for (let each = 0; each < count; each++) {
      let at = RING.DATA;
      [out.length, ...lengths].forEach((length, piece) => {
        const place = 16 * (pieces * each + piece);
        const flags = (piece > 0 ? WRITE : 0) | (piece < lengths.length ? NEXT : 0);
        table.writeUInt32LE(GUEST + at, place);
        table.writeUInt32LE(length, place + 8);
        table.writeUInt16LE(flags, place + 12);
        table.writeUInt16LE(pieces * each + piece + 1, place + 14);
        at += length;
      });
    }
    this.#put(table, RING.DESCRIPTOR);
    this.#status = RING.DATA + out.length + lengths.reduce((sum, length) => sum + length, 0) - 1;
    this.#heads = Array.from({ length: count }, (_, each) => pieces * each);
    return this;
  }

  /** Offers all of them. @returns how many */
  offer() {
    const slots = Buffer.alloc(2 * QUEUE_SIZE);
    for (const [each, head] of this.#heads.entries())
      slots.writeUInt16LE(head, 2 * ((this.#index + each) % QUEUE_SIZE));
    // Only those that are offered are looked at.
    this.#put(slots, RING.AVAILABLE + 4);
    this.#index = (this.#index + this.#heads.length) % 0x1_0000;
    const index = Buffer.alloc(2);
    index.writeUInt16LE(this.#index);
    this.#put(index, RING.AVAILABLE + 2);
    this.kick.signal();
    return this.#heads.length;
  }

  /** Waits until all that was offered is answered. @returns false where that takes longer than `ms` */
  async answered(ms = Number.POSITIVE_INFINITY) {
    const used = Buffer.alloc(2);
    const end = performance.now() + ms;
    for (;;) {
      readSync(this.file.fd, used, 0, 2, RING.USED + 2);
      if (used.readUInt16LE() === this.#index) return true;
      if (performance.now() > end) return false;
      await pause();
    }
  }

  /** The last byte of the answer. */
  status() {
    const byte = Buffer.alloc(1);
    readSync(this.file.fd, byte, 0, 1, this.#status);
    return byte[0];
  }

  close() {
    for (const each of [this.file, this.kick]) each.close();
  }

  #put(bytes, at) {
    writeSync(this.file.fd, bytes, 0, bytes.length, at);
  }
}

/** The head of a read from 0x48 on I2C: its address, and flags that say it reads. */
export const I2C_READ = Buffer.from([0x90, 0, 0, 0, 2, 0, 0, 0]);

/** The head of an SPI transfer at chip select 0, in words of eight bits, with the chip deselected after it. */
export const SPI_HEAD = Buffer.from([0, 8, 1, ...Buffer.alloc(29)]);
