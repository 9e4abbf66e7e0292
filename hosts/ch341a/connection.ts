import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { ENDPOINT, i2cStream, PACKET_BYTES, pinStream } from './protocol.ts';

/** After a transfer was broken off: answers that are still due come within this time. */
const SETTLE_MS = 100;

/** The adapter that both its buses are on. */
export class Ch341aConnection {
  readonly #open: UsbOpener;
  readonly #name: string;
  #usb: UsbConnection | undefined;
  /** The chip that the last SPI message left selected. */
  held: number | undefined;
  /** Where the I2C bus is not free: whether a part may be sending. */
  i2cOpen: 'written' | 'reading' | undefined;
  /** A transfer was broken off: answers may be due, a chip may be selected, the I2C bus may not be free. */
  #unclean = false;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#name = name;
    this.#open = open;
  }

  get description(): string {
    return this.#usb?.description ?? this.#name;
  }

  async open(): Promise<void> {
    await this.close();
    this.#usb = await this.#open();
    this.held = undefined;
    // Whoever had it before may have left anything.
    this.i2cOpen = 'written';
    this.#unclean = true;
  }

  async close(): Promise<void> {
    const usb = this.#usb;
    this.#usb = undefined;
    await usb?.close();
  }

  /** Does `work`; where that is broken off, the next one begins with what is due. @throws {BusFault} */
  async use(work: (usb: UsbConnection) => Promise<void>, signal?: AbortSignal): Promise<void> {
    const usb = this.#present();
    if (this.#unclean) await this.#settle(usb, signal);
    this.#unclean = true;
    try {
      await work(usb);
      this.#unclean = false;
    } catch (error) {
      // A refused byte is an answer like any other.
      if (error instanceof BusFault && this.i2cOpen === undefined)
        this.#unclean = error.nack === undefined && error.code !== 'EINVAL';
      throw error;
    }
  }

  /** Sends levels of the pins that select a chip, or none. */
  async select(chipSelect: number | undefined, signal?: AbortSignal): Promise<void> {
    await this.#present().out(ENDPOINT.OUT, pinStream(chipSelect), signal);
  }

  /** Deselects what an SPI message left selected. */
  async deselect(): Promise<void> {
    if (this.held === undefined || this.#usb === undefined) return;
    this.held = undefined;
    await this.select(undefined);
  }

  #present(): UsbConnection {
    if (this.#usb !== undefined) return this.#usb;
    throw new BusFault('ENODEV', `${this.description} is not open`);
  }

  /** Takes answers that are still due, deselects, and frees the I2C bus. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    this.held = undefined;
    while (!(await isQuiet(usb, signal))) if (signal?.aborted) throw new BusFault('ETIMEDOUT');
    await this.select(undefined, signal);
    if (this.i2cOpen === 'reading') {
      // A part lets go of SDA behind a byte that is not acknowledged.
      await usb.out(ENDPOINT.OUT, i2cStream([LAST_BYTE]), signal);
      await usb.in(ENDPOINT.IN, PACKET_BYTES, signal);
    }
    if (this.i2cOpen !== undefined) await usb.out(ENDPOINT.OUT, i2cStream([{ kind: 'stop' }]), signal);
    this.i2cOpen = undefined;
  }
}

const LAST_BYTE = { kind: 'read', into: new Uint8Array(1), acks: 'all but the last' } as const;

/** Takes an answer; whether there was none. @throws {BusFault} */
async function isQuiet(usb: UsbConnection, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) throw new BusFault('ETIMEDOUT');
  try {
    await usb.in(ENDPOINT.IN, PACKET_BYTES, AbortSignal.timeout(SETTLE_MS));
    return false;
  } catch (error) {
    if (error instanceof BusFault && error.code === 'ETIMEDOUT') return true;
    throw error;
  }
}
