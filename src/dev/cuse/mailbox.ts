import {
  BusFault,
  errnoName,
  type I2cAdapter,
  type I2cMessage,
  type SpiAdapter,
  type SpiTransfer,
} from '../../bus/index.ts';

/**
 * One transfer at a time through memory that two threads share: a thread that blocks in the kernel asks the
 * one that has the adapter, and sleeps until it is done.
 *
 *     state | errno | words (who, how long, what) ... | bytes of all messages, one after the other ...
 */
const STATE = 0;
const RESULT = 1;
const HEADER_WORDS = 2;
/** 511 transfers, the most of an ioctl of spidev, take 11 words each. */
const WORDS = 6 * 1024;
const BYTES = 512 * 1024;
const BYTES_AT = (HEADER_WORDS + WORDS) * 4;

export const MAILBOX_BYTES = BYTES_AT + BYTES;

const IDLE = 0;
const ASKED = 1;
const DONE = 2;

/** Above any deadline of a bus: whoever does not answer within this is gone. */
const LOST_MS = 60_000;

const KIND = { I2C: 1, SPI: 2 } as const;
const HAS_TX = 1;
const HAS_RX = 2;

/** The words and bytes of a mailbox, written or read in order. */
class Cursor {
  readonly control: Int32Array;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  #word = 0;
  #byte = 0;

  constructor(shared: SharedArrayBuffer) {
    this.control = new Int32Array(shared, 0, HEADER_WORDS);
    this.#words = new Uint32Array(shared, HEADER_WORDS * 4, WORDS);
    this.#bytes = new Uint8Array(shared, BYTES_AT, BYTES);
  }

  rewind(): this {
    this.#word = 0;
    this.#byte = 0;
    return this;
  }

  put(...values: readonly number[]): void {
    if (this.#word + values.length > WORDS) throw new BusFault('EMSGSIZE');
    for (const value of values) this.#words[this.#word++] = value;
  }

  get(): number {
    return this.#words[this.#word++] ?? 0;
  }

  /** The next `length` bytes: the same place in both threads. */
  room(length: number): Uint8Array {
    if (this.#byte + length > BYTES) throw new BusFault('EMSGSIZE');
    const room = this.#bytes.subarray(this.#byte, this.#byte + length);
    this.#byte += length;
    return room;
  }
}

/** Asks and waits: the side of the thread that has no adapter. */
class Asker {
  readonly #cursor: Cursor;
  readonly #ring: () => void;
  /** The other side did not answer in time: what it may still write is no answer to anything. */
  #lost = false;

  /** @param ring wakes the other side, which then calls `answer` */
  constructor(shared: SharedArrayBuffer, ring: () => void) {
    this.#cursor = new Cursor(shared);
    this.#ring = ring;
  }

  /** @param describe writes the request and puts its data in place */
  ask(describe: (cursor: Cursor) => void): void {
    if (this.#lost) throw new BusFault('ENODEV');
    const { control } = this.#cursor;
    describe(this.#cursor.rewind());
    Atomics.store(control, STATE, ASKED);
    this.#ring();
    // Being woken proves nothing: the wake-up may be a late one, meant for the request before.
    const deadline = performance.now() + LOST_MS;
    while (Atomics.load(control, STATE) === ASKED) {
      const left = deadline - performance.now();
      if (left <= 0) {
        this.#lost = true;
        throw new BusFault('ENODEV');
      }
      Atomics.wait(control, STATE, ASKED, left);
    }
    const errno = control[RESULT] ?? 0;
    Atomics.store(control, STATE, IDLE);
    if (errno !== 0) throw new BusFault(errnoName(errno));
  }
}

/** The I2C adapter of another thread. Its promises are only there for the interface: all calls wait. */
export class MailboxI2c implements I2cAdapter {
  readonly number: number;
  readonly name: string;
  readonly functionality: number;
  readonly #asker: Asker;

  constructor(
    adapter: Pick<I2cAdapter, 'number' | 'name' | 'functionality'>,
    shared: SharedArrayBuffer,
    ring: () => void,
  ) {
    this.number = adapter.number;
    this.name = adapter.name;
    this.functionality = adapter.functionality;
    this.#asker = new Asker(shared, ring);
  }

  transferSync(messages: readonly I2cMessage[], timeoutMs = 0): void {
    const rooms: Uint8Array[] = [];
    this.#asker.ask((cursor) => {
      cursor.put(KIND.I2C, timeoutMs, messages.length);
      for (const { addr, flags, buf } of messages) {
        cursor.put(addr, flags, buf.length);
        const room = cursor.room(buf.length);
        room.set(buf);
        rooms.push(room);
      }
    });
    messages.forEach(({ buf }, i) => {
      buf.set(rooms[i] as Uint8Array);
    });
  }

  async transfer(messages: readonly I2cMessage[], timeoutMs?: number): Promise<void> {
    this.transferSync(messages, timeoutMs);
  }
}

/** The SPI adapter of another thread; see `MailboxI2c`. */
export class MailboxSpi implements SpiAdapter {
  readonly number: number;
  readonly name: string;
  readonly capabilities: SpiAdapter['capabilities'];
  readonly #asker: Asker;

  constructor(
    adapter: Pick<SpiAdapter, 'number' | 'name' | 'capabilities'>,
    shared: SharedArrayBuffer,
    ring: () => void,
  ) {
    this.number = adapter.number;
    this.name = adapter.name;
    this.capabilities = adapter.capabilities;
    this.#asker = new Asker(shared, ring);
  }

  transferSync(chipSelect: number, mode: number, transfers: readonly SpiTransfer[], timeoutMs = 0): void {
    const received: (Uint8Array | undefined)[] = [];
    this.#asker.ask((cursor) => {
      cursor.put(KIND.SPI, timeoutMs, chipSelect, mode, transfers.length);
      for (const transfer of transfers) {
        const { tx, rx } = transfer;
        cursor.put((tx ? HAS_TX : 0) | (rx ? HAS_RX : 0), tx?.length ?? rx?.length ?? 0);
        cursor.put(transfer.speedHz, transfer.bitsPerWord, transfer.csChange ? 1 : 0);
        cursor.put(transfer.txNbits, transfer.rxNbits, transfer.wordDelayNs);
        cursor.put(transfer.csSetupNs, transfer.csHoldNs, transfer.csInactiveNs);
        if (tx) cursor.room(tx.length).set(tx);
        received.push(rx && cursor.room(rx.length));
      }
    });
    transfers.forEach(({ rx }, i) => {
      const room = received[i];
      if (room) rx?.set(room);
    });
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs?: number,
  ): Promise<void> {
    this.transferSync(chipSelect, mode, transfers, timeoutMs);
  }
}

/** Who answers: the side of the thread that has the adapter. */
export class MailboxHost {
  readonly #cursor: Cursor;
  readonly #adapter: I2cAdapter | SpiAdapter;

  constructor(shared: SharedArrayBuffer, adapter: I2cAdapter | SpiAdapter) {
    this.#cursor = new Cursor(shared);
    this.#adapter = adapter;
  }

  /** Runs the transfer that is asked for, if any, and wakes who waits for it. Never rejects. */
  async answer(): Promise<void> {
    const { control } = this.#cursor;
    if (Atomics.load(control, STATE) !== ASKED) return;
    let errno = 0;
    try {
      await this.#run(this.#cursor.rewind());
    } catch (thrown) {
      errno = BusFault.from(thrown).errno;
    }
    control[RESULT] = errno;
    Atomics.store(control, STATE, DONE);
    Atomics.notify(control, STATE);
  }

  #run(cursor: Cursor): Promise<void> {
    const kind = cursor.get();
    const timeoutMs = cursor.get() || undefined;
    const adapter = this.#adapter;
    if (kind === KIND.I2C && !('capabilities' in adapter)) {
      const messages = Array.from({ length: cursor.get() }, (): I2cMessage => {
        const addr = cursor.get();
        const flags = cursor.get();
        return { addr, flags, buf: cursor.room(cursor.get()) };
      });
      return adapter.transfer(messages, timeoutMs);
    }
    if (kind === KIND.SPI && 'capabilities' in adapter) {
      const chipSelect = cursor.get();
      const mode = cursor.get();
      const transfers = Array.from({ length: cursor.get() }, () => readTransfer(cursor));
      return adapter.transfer(chipSelect, mode, transfers, timeoutMs);
    }
    throw new BusFault('EINVAL');
  }
}

function readTransfer(cursor: Cursor): SpiTransfer {
  const has = cursor.get();
  const length = cursor.get();
  const transfer = {
    speedHz: cursor.get(),
    bitsPerWord: cursor.get(),
    csChange: cursor.get() === 1,
    txNbits: cursor.get(),
    rxNbits: cursor.get(),
    wordDelayNs: cursor.get(),
    csSetupNs: cursor.get(),
    csHoldNs: cursor.get(),
    csInactiveNs: cursor.get(),
  };
  const tx = has & HAS_TX ? cursor.room(length) : undefined;
  const rx = has & HAS_RX ? cursor.room(length) : undefined;
  return { tx, rx, ...transfer };
}
