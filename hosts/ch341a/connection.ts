import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { Turns } from '../pins/index.ts';
import { answersOn, exchange, Mark, UsbSession, untilQuiet } from '../usb/index.ts';
import {
  ENDPOINT,
  IDLE_LEVELS,
  i2cStream,
  PACKET_BYTES,
  type PinState,
  pinStream,
  STATUS_BYTES,
  STATUS_REQUEST,
} from './protocol.ts';

const NOTHING = new Uint8Array(0);
const STATUS_PACKET = Uint8Array.of(STATUS_REQUEST);

/** The adapter that both its buses are on. */
export class Ch341aConnection {
  readonly #session: UsbSession;
  /** The chip that the last SPI message left selected. */
  held: number | undefined;
  /** Where the I2C bus is not free: whether a part may be sending. */
  i2cOpen: 'written' | 'reading' | undefined;
  /** Nobody has looked whether SDA is high since something went wrong. */
  isSdaUnseen = true;
  /** Its pins while no chip is selected. */
  pins: PinState = { levels: IDLE_LEVELS, directions: 0 };
  /** Its buses and its lines take turns. */
  readonly #turns = new Turns();
  /** A transfer was broken off: answers may be due, a chip may be selected, the I2C bus may not be free. */
  #unclean = false;
  readonly #mark = new Mark(
    (signal) => this.#session.usb.out(ENDPOINT.OUT, STATUS_PACKET, signal),
    ({ length }) => length === STATUS_BYTES,
  );

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#session = new UsbSession(name, open, ENDPOINT);
  }

  get description(): string {
    return this.#session.description;
  }

  async open(): Promise<void> {
    await this.#session.open();
    this.#mark.forget();
    this.held = undefined;
    // Whoever had it before may have left anything.
    this.i2cOpen = 'written';
    this.isSdaUnseen = true;
    this.#unclean = true;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Does `work`; where that is broken off, the next one begins with what is due. @throws {BusFault} */
  async use(work: (usb: UsbConnection) => Promise<void>, signal?: AbortSignal): Promise<void> {
    await this.#turns.take(() => this.#use(work, signal), signal);
  }

  async #use(work: (usb: UsbConnection) => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { usb } = this.#session;
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
    await this.#session.usb.out(ENDPOINT.OUT, pinStream(this.pins, chipSelect), signal);
  }

  /** The levels of all its pins, `STATUS_BYTES`. @throws {BusFault} */
  async status(usb: UsbConnection, signal?: AbortSignal): Promise<Uint8Array> {
    return this.ask(usb, STATUS_PACKET, STATUS_BYTES, signal, this.#mark);
  }

  /** Sends a packet. @returns the `due` bytes that it is answered with. @throws {BusFault} */
  async ask(
    usb: UsbConnection,
    packet: Uint8Array,
    due: number,
    signal: AbortSignal | undefined,
    mark?: Mark,
  ): Promise<Uint8Array> {
    if (due === 0) {
      await usb.out(ENDPOINT.OUT, packet, signal);
      return NOTHING;
    }
    const answer = await exchange(usb, ENDPOINT, packet, PACKET_BYTES, signal, mark);
    if (answer.length === due) return answer;
    throw new BusFault('EPROTO', `${this.description} answered ${answer.length} bytes, not ${due}`);
  }

  /** Deselects what an SPI message left selected. */
  async deselect(): Promise<void> {
    if (this.held === undefined || !this.#session.isOpen) return;
    await this.#turns.take(() => {
      this.held = undefined;
      return this.select(undefined);
    });
  }

  /** Takes answers that are still due, deselects, and frees the I2C bus. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    this.held = undefined;
    this.isSdaUnseen = true;
    await untilQuiet(answersOn(usb, ENDPOINT, PACKET_BYTES), signal, this.#mark);
    await this.select(undefined, signal);
    // A part lets go of SDA behind a byte that is not acknowledged.
    if (this.i2cOpen === 'reading') await this.ask(usb, i2cStream([LAST_BYTE]), 1, signal);
    if (this.i2cOpen !== undefined) await usb.out(ENDPOINT.OUT, i2cStream([{ kind: 'stop' }]), signal);
    this.i2cOpen = undefined;
  }
}

const LAST_BYTE = { kind: 'read', into: new Uint8Array(1), acks: 'all but the last' } as const;
