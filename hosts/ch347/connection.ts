import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { Turns } from '../pins/index.ts';
import { InputReports, Mark, UsbSession } from '../usb/index.ts';
import {
  COMMAND,
  CONFIGURATION_BYTES,
  commandBytes,
  dataOf,
  ENDPOINT,
  HEAD_BYTES,
  INFO_CONFIGURATION,
  i2cStream,
  PACKET_BYTES,
  selectBytes,
} from './protocol.ts';

/** Answers that are asked for at once: what a long read brings comes without a gap. */
const AHEAD = 8;
const LAST_BYTE = { kind: 'read', into: new Uint8Array(1), acks: 'all but the last' } as const;
/** What greets an adapter is answered within this time, in ms. */
const GREET_MS = 1000;

/** The adapter that its buses and its lines are on. */
export class Ch347Connection {
  readonly #session: UsbSession;
  #answers: InputReports | undefined;
  /** The chip that the last SPI message left selected. */
  held: number | undefined;
  /** Where the I2C bus is not free: whether a part may be sending. */
  i2cOpen: 'written' | 'reading' | undefined;
  readonly #turns = new Turns();
  /** A transfer was broken off: answers may be due, a chip may be selected, the I2C bus may not be free. */
  #unclean = false;
  /** Nothing else asks for the configuration. */
  readonly #mark = new Mark(
    (signal) => this.send(commandBytes(COMMAND.INFO, [INFO_CONFIGURATION]), signal),
    (answer) => dataOf(COMMAND.INFO, answer)?.length === CONFIGURATION_BYTES,
  );

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#session = new UsbSession(name, open, ENDPOINT);
  }

  get description(): string {
    return this.#session.description;
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  /** @throws {BusFault} `EPROTO` it is no CH347 */
  async open(): Promise<void> {
    await this.#session.open(async (usb) => {
      this.#answers = new InputReports(usb, ENDPOINT.IN, PACKET_BYTES, AHEAD);
      const limit = AbortSignal.timeout(GREET_MS);
      // Whoever had it before may have left answers due.
      await this.#answers.settle(limit);
      const configuration = await this.#ask(usb, COMMAND.INFO, [INFO_CONFIGURATION], limit);
      if (configuration.length !== CONFIGURATION_BYTES)
        throw new BusFault('EPROTO', `no CH347 found: ${usb.description} has its ids, but answers otherwise`);
    });
    this.#mark.forget();
    this.held = undefined;
    this.i2cOpen = 'written';
    this.#unclean = true;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Does `work`; where that is broken off, the next one begins with what is due. @throws {BusFault} */
  async use(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    await this.#turns.take(() => this.#use(work, signal), signal);
  }

  async #use(work: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { usb } = this.#session;
    if (this.#unclean) await this.#settle(usb, signal);
    this.#unclean = true;
    try {
      await work();
      this.#unclean = false;
    } catch (error) {
      // A refused byte is an answer like any other.
      if (error instanceof BusFault && this.i2cOpen === undefined) this.#unclean = error.nack === undefined;
      throw error;
    }
  }

  /** Sends a command that has no answer. */
  async send(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#session.usb.out(ENDPOINT.OUT, bytes, signal);
  }

  /** Sends a command. @returns the data of its answer. @throws {BusFault} */
  ask(
    command: number,
    data: Uint8Array | readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return this.#ask(this.#session.usb, command, data, signal);
  }

  async #ask(
    usb: UsbConnection,
    command: number,
    data: Uint8Array | readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const [answer] = await this.#exchange(usb, commandBytes(command, data), 1, signal);
    return this.#dataOf(command, answer as Uint8Array);
  }

  /** Reads `into` by a command that is answered in several transfers. @throws {BusFault} */
  async read(
    command: number,
    data: readonly number[],
    into: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#answers?.clear();
    await this.send(commandBytes(command, data), signal);
    for (let got = 0; got < into.length; ) {
      const part = this.#dataOf(command, await this.#take(signal));
      if (part.length === 0 || got + part.length > into.length)
        throw this.#wrong(`${part.length} bytes while ${into.length - got} were due`);
      into.set(part, got);
      got += part.length;
    }
  }

  /** Sends a stream. @returns the answer, of just so many bytes. @throws {BusFault} */
  async stream(bytes: Uint8Array, due: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const [answer = new Uint8Array(0)] = await this.#exchange(
      this.#session.usb,
      bytes,
      due === 0 ? 0 : 1,
      signal,
    );
    if (answer.length !== due) throw this.#wrong(`${answer.length} bytes, not ${due}`);
    return answer;
  }

  async #exchange(
    usb: UsbConnection,
    bytes: Uint8Array,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> {
    this.#answers?.clear();
    await usb.out(ENDPOINT.OUT, bytes, signal);
    return count === 0 ? [] : [await this.#take(signal)];
  }

  async #take(signal: AbortSignal | undefined): Promise<Uint8Array> {
    return (await this.#answers?.take(signal)) ?? new Uint8Array(0);
  }

  #dataOf(command: number, answer: Uint8Array): Uint8Array {
    const data = dataOf(command, answer);
    if (data === undefined)
      throw this.#wrong(
        answer.length < HEAD_BYTES ? `${answer.length} bytes` : 'another command than it was asked',
      );
    return data;
  }

  #wrong(what: string): BusFault {
    return new BusFault('EPROTO', `${this.description} answered ${what}`);
  }

  /** Deselects what an SPI message left selected. */
  async deselect(): Promise<void> {
    if (this.held === undefined || !this.isOpen) return;
    await this.#turns.take(() => {
      this.held = undefined;
      return this.send(selectBytes(undefined));
    });
  }

  /** Takes answers that are still due, deselects, and frees the I2C bus. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    this.held = undefined;
    await this.#answers?.settle(signal, this.#mark);
    await usb.out(ENDPOINT.OUT, selectBytes(undefined), signal);
    // A part lets go of SDA behind a byte that is not acknowledged.
    if (this.i2cOpen === 'reading') await this.stream(i2cStream([LAST_BYTE]), 1, signal);
    if (this.i2cOpen !== undefined) await this.stream(i2cStream([{ kind: 'stop' }]), 0, signal);
    this.i2cOpen = undefined;
  }
}
