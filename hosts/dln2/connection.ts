import { aborted, BusFault } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { UsbSession } from '../usb/index.ts';
import {
  ANSWER_HEAD_BYTES,
  COMMAND,
  HANDLE,
  HARDWARE,
  HEAD_BYTES,
  MESSAGE_BYTES_MAX,
  type Message,
  messageBytes,
  RESULT,
  readMessage,
  readU16,
  readU32,
} from './protocol.ts';

/** The chip answers at once, and gives an I2C transfer 150 ms. */
const QUIET_MS = 2000;
const ECHOES = 0x10000;
const NOTHING = new Uint8Array(0);

/** What the adapter answers: a result, and data where that is none of the faults. */
export interface Answer {
  readonly result: number;
  readonly data: Uint8Array;
}

interface Waiter {
  readonly command: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** The messages with an adapter: answers are known by the number that they repeat, so those that are late are dropped. */
export class Dln2Connection {
  readonly #session: UsbSession;
  readonly #waiters = new Map<number, Waiter>();
  #endpoints = { IN: 0, OUT: 0 };
  #echo = 0;
  /** The device that is listened to, and what ended that: answers would not be heard. */
  #heard: UsbConnection | undefined;
  #deafBy: unknown;
  /** Told of what comes unasked. */
  onEvent: (message: Message) => void = () => {};

  constructor(name: string, open: UsbOpener) {
    this.#session = new UsbSession(name, open);
  }

  get description(): string {
    return this.#session.description;
  }

  /** @param greet sets the adapter up. @throws {BusFault} */
  async open(greet: () => Promise<void>): Promise<void> {
    await this.#session.open(async (usb) => {
      const [IN, OUT] = [0x80, 0].map((direction) =>
        usb.endpoints.find((each) => (each & 0x80) === direction),
      );
      if (IN === undefined || OUT === undefined)
        throw new BusFault(
          'EPROTO',
          `no DLN-2 found: ${usb.description} has its ids, but no endpoints both ways`,
        );
      this.#endpoints = { IN, OUT };
      void this.#receive(usb);
      const { data } = await this.#ask(usb, HANDLE.CONTROL, COMMAND.VERSION, NOTHING, undefined);
      if (readU32(data) !== HARDWARE)
        throw new BusFault('EPROTO', `no DLN-2 found: ${usb.description} has its ids, but is other hardware`);
    });
    try {
      await greet();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Sends a command. @throws {BusFault} `ENODEV`, `ETIMEDOUT`, `EPROTO` */
  async ask(
    handle: number,
    command: number,
    data: Uint8Array | readonly number[] = NOTHING,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return this.#ask(this.#session.usb, handle, command, Uint8Array.from(data), signal);
  }

  /** Sends a command that may not fail. @throws {BusFault} `EIO` what it failed by */
  async must(
    handle: number,
    command: number,
    data: Uint8Array | readonly number[] = NOTHING,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const answer = await this.ask(handle, command, data, signal);
    if (answer.result < RESULT.FAULT) return answer.data;
    throw this.refused(answer.result);
  }

  /** The fault that a result means where nothing better is known. */
  refused(result: number): BusFault {
    const which = `result 0x${result.toString(16)}`;
    if (result === RESULT.PIN_IN_USE)
      return new BusFault('EBUSY', `${this.description}: the pin is in use by another function (${which})`);
    if (result === RESULT.NOT_SUPPORTED)
      return new BusFault('EOPNOTSUPP', `${this.description} does not know the command (${which})`);
    return new BusFault('EIO', `${this.description} refused the command with ${which}`);
  }

  #ask(
    usb: UsbConnection,
    handle: number,
    command: number,
    data: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const deafBy = this.#deafBy;
    if (deafBy instanceof BusFault && deafBy.code === 'ENODEV') return Promise.reject(deafBy);
    if (deafBy !== undefined) void this.#receive(usb);
    this.#echo = (this.#echo + 1) % ECHOES;
    const echo = this.#echo;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', onAbort);
        this.#waiters.delete(echo);
        end();
      };
      const fail = (error: unknown): void => settle(() => reject(error));
      const onAbort = (): void => fail(aborted(signal));
      const limit = setTimeout(() => {
        fail(new BusFault('ETIMEDOUT', `${this.description} did not answer within ${QUIET_MS} ms`));
      }, QUIET_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.set(echo, { command, resolve: (answer) => settle(() => resolve(answer)), reject: fail });
      usb.out(this.#endpoints.OUT, messageBytes({ command, echo, handle, data }), signal).catch(fail);
    });
  }

  /** Takes what comes, as long as the device is open. */
  async #receive(usb: UsbConnection): Promise<void> {
    this.#heard = usb;
    this.#deafBy = undefined;
    try {
      for (;;) this.#take(await usb.in(this.#endpoints.IN, MESSAGE_BYTES_MAX));
    } catch (error) {
      if (this.#heard === usb) this.#deafBy = error;
      for (const waiter of [...this.#waiters.values()]) waiter.reject(error);
    }
  }

  #take(bytes: Uint8Array): void {
    const message = readMessage(bytes);
    if (message === undefined) return;
    if (message.handle === HANDLE.EVENT) {
      this.onEvent(message);
      return;
    }
    const waiter = this.#waiters.get(message.echo);
    if (waiter === undefined || bytes.length < ANSWER_HEAD_BYTES) return;
    if (waiter.command !== message.command)
      waiter.reject(new BusFault('EPROTO', `${this.description} answered another command than it was asked`));
    else
      waiter.resolve({
        result: readU16(message.data),
        data: Uint8Array.from(message.data.subarray(ANSWER_HEAD_BYTES - HEAD_BYTES)),
      });
  }
}
