// A host whose I2C and SPI controllers answer later, in every way that an adapter and its driver can: for `async-hosts.mjs`.
import { setTimeout as pass } from 'node:timers/promises';

const CODES = ['ENXIO', 'EAGAIN', 'EIO', 'ETIMEDOUT', 'ENODEV', 'EOPNOTSUPP'];
/** What a fuzzed SPI controller says that it can do. */
export const SPI_CAPABILITIES = {
  chipSelects: 2,
  modes: 3,
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};

/** What is read of an I2C address: a good answer is known by it. */
export const byteAt = (address, index) => (address * 31 + index * 7 + 1) & 0xff;

/** @param BusFault the class of the package that is tried */
export class AsyncHost {
  synchronous = false;
  /** Calls of `transfer`. */
  calls = 0;
  /** Of them, those that began while another was on the wire. */
  overlaps = 0;
  #random;
  #BusFault;
  /** The transfer on the wire, until it is settled or was told to end. */
  #running;

  constructor(name, random, BusFault) {
    this.description = name;
    this.#random = random;
    this.#BusFault = BusFault;
    this.i2c = { description: name, functionality: 1, transfer: (...args) => this.#i2c(...args) };
    this.spi = {
      description: name,
      capabilities: SPI_CAPABILITIES,
      transfer: (_select, _mode, transfers, signal) => this.#transfer(() => fillSpi(transfers), signal),
      deselect: () => this.#transfer(() => {}),
    };
  }

  async open() {
    // Whatever was under way when it was lost is not the new session's.
    this.#running = undefined;
    if (this.#random(4) === 0) await pass(1);
    if (this.#random(12) === 0) throw new this.#BusFault('ENODEV', 'gone');
  }

  close() {}

  #i2c(messages, signal) {
    return this.#transfer(() => fillI2c(messages), signal);
  }

  #transfer(fill, signal) {
    // To throw it here would be one more error of a host.
    if (this.#running !== undefined) this.overlaps++;
    this.calls++;
    const random = this.#random;
    const kind = random(1000);
    if (kind < 20) throw this.#error();
    if (kind < 60) {
      fill();
      return undefined;
    }
    const transfer = {};
    this.#running = transfer;
    const over = () => {
      if (this.#running === transfer) this.#running = undefined;
    };
    // Told to end: the resource manager may go on without an answer.
    signal?.addEventListener('abort', over, { once: true });
    if (kind < 65) return this.#never(signal, over);
    return new Promise((resolve, reject) => {
      const end = () => {
        over();
        if (kind < 160) reject(this.#error());
        else {
          fill();
          resolve();
        }
        // What some drivers do once more, when an answer comes that nobody waits for.
        if (kind % 16 === 1) reject(this.#error());
        if (kind % 16 === 2) setTimeout(fill, random(3));
      };
      if (kind < 600) queueMicrotask(end);
      else if (kind < 990) setImmediate(end);
      else setTimeout(end, random(4));
    });
  }

  /** Heeds the signal that ends it, or does not, or too late. */
  #never(signal, over) {
    const kind = this.#random(3);
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        over();
        if (kind === 0) reject(signal.reason);
        else if (kind === 1) setTimeout(resolve, 8);
      });
      // A deselection has no signal.
      const fail = () => {
        over();
        reject(this.#error());
      };
      if (signal === undefined) setTimeout(fail, 3);
    });
  }

  #error() {
    const kind = this.#random(10);
    if (kind === 0) return new TypeError('a fault of the driver');
    if (kind === 1) return undefined;
    if (kind === 2) return 'text';
    return new this.#BusFault(CODES[this.#random(CODES.length)]);
  }
}

function fillI2c(messages) {
  for (const { addr, flags, buf } of messages)
    if (flags & 1) for (let i = 0; i < buf.length; i++) buf[i] = byteAt(addr, i);
}

function fillSpi(transfers) {
  for (const { rx } of transfers) rx?.fill(0xa5);
}
