import { aborted, BusFault } from '../../src/bus/index.ts';
import type { ByteLink, LinkOpener } from '../link/index.ts';
import { Turns } from '../pins/index.ts';
import {
  capabilitiesOf,
  MESSAGE,
  type Message,
  MessageReader,
  PIN_MODE,
  portOf,
  SYSEX,
  type SysexMessage,
  sysex,
  textOf,
} from './protocol.ts';

/** An Arduino resets when its port is opened; its boot loader takes up to 2 s, StandardFirmata blinks for 2 more. */
const GREET_LIMIT_MS = 8000;
const GREET_MS = 500;
const GREET_TRIES = GREET_LIMIT_MS / GREET_MS;
/** A board that says nothing for so long hangs. */
const QUIET_MS = 2000;
/** Pins that every board has: their numbers tell one question from another. */
const TOKENS = 8;
const PORTS = 16;

/** Who waits for the answers to what was sent. */
interface Waiter {
  /** The answers are complete with the state of this pin. */
  readonly token: number;
  messages: SysexMessage[];
  resolve(messages: readonly SysexMessage[]): void;
  reject(fault: BusFault): void;
}

/**
 * The connection to a board. Most of what Firmata is told has no answer, and no answer has a number. So behind
 * whatever is sent, the state of a pin is asked for, of another one each time: when it comes, all before it was carried out, and answers
 * that belong to something earlier are told by the pin.
 */
export class FirmataConnection {
  readonly #openLink: LinkOpener;
  #name: string;
  #link: ByteLink | undefined;
  #firmware: string | undefined;
  #waiter: Waiter | undefined;
  /** Woken by the version of a board that has booted. */
  #versionCame: (() => void) | undefined;
  #token = 0;
  #lost: BusFault | undefined;
  /** The modes of each pin. */
  #pins: readonly ReadonlySet<number>[] = [];
  /** Levels of the inputs of each port that were told last. */
  readonly #levels = new Uint8Array(PORTS);
  readonly #turns = new Turns();
  #protocol = { major: 0, minor: 0 };
  /** The board has booted, and knows nothing of what it was told before. */
  onReset: () => void = () => {};

  constructor(name: string, openLink: LinkOpener) {
    this.#name = name;
    this.#openLink = openLink;
  }

  get description(): string {
    return `${this.#firmware ?? 'Firmata board'} on ${this.#name}`;
  }

  /** Whether any pin has that mode. */
  can(mode: number): boolean {
    return this.#pins.some((modes) => modes.has(mode));
  }

  /** The pins that have that mode. */
  pinsWith(mode: number): readonly number[] {
    return this.#pins.flatMap((modes, pin) => (modes.has(mode) ? [pin] : []));
  }

  /** The modes that a pin has; undefined while that is not known. */
  modesOf(pin: number): ReadonlySet<number> | undefined {
    return this.#pins.length === 0 ? undefined : (this.#pins[pin] ?? new Set());
  }

  /** Whether the board speaks a version of the protocol, or a later one. */
  speaks(major: number, minor: number): boolean {
    const own = this.#protocol;
    return own.major > major || (own.major === major && own.minor >= minor);
  }

  /** Level of an input that was told last. */
  levelOf(pin: number): boolean {
    const { port, bit } = portOf(pin);
    return ((this.#levels[port] ?? 0) & bit) !== 0;
  }

  /** @throws {BusFault} */
  async open(): Promise<void> {
    await this.close();
    this.#lost = undefined;
    const reader = new MessageReader((message) => this.#take(message));
    const link = await this.#openLink({
      data: (bytes) => reader.read(bytes),
      lost: (reason) => this.#lose(new BusFault('ENODEV', `the adapter on ${this.#name} is gone: ${reason}`)),
    });
    this.#name = link.name;
    this.#link = link;
    try {
      await this.#greet();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    this.#lose(new BusFault('ENODEV', `${this.description} is not open`));
    await link?.close();
  }

  /**
   * Sends `bytes`, after whatever is under way. @returns what the board said until all of it was carried out
   * @throws {BusFault} `ENODEV`, `ETIMEDOUT`
   */
  exchange(bytes: Uint8Array, signal?: AbortSignal): Promise<readonly SysexMessage[]> {
    return this.#turns.take(() => this.#exchange(bytes, signal), signal);
  }

  #exchange(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<readonly SysexMessage[]> {
    const link = this.#link;
    if (link === undefined || this.#lost !== undefined)
      return Promise.reject(this.#lost ?? new BusFault('ENODEV', `${this.description} is not open`));
    if (signal?.aborted) return Promise.reject(aborted(signal));
    this.#token = (this.#token + 1) % TOKENS;
    const token = this.#token;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', onAbort);
        this.#waiter = undefined;
        end();
      };
      const onAbort = (): void => settle(() => reject(aborted(signal)));
      const limit = setTimeout(() => {
        const late = `the Firmata board on ${this.#name} did not answer within ${QUIET_MS} ms`;
        settle(() => reject(new BusFault('ETIMEDOUT', late)));
      }, QUIET_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiter = {
        token,
        messages: [],
        resolve: (messages) => settle(() => resolve(messages)),
        reject: (fault) => settle(() => reject(fault)),
      };
      link.write(Buffer.concat([bytes, sysex(SYSEX.PIN_STATE_QUERY, token)]));
    });
  }

  #take(message: Message): void {
    if (message.kind === 'version') {
      this.#protocol = message;
      this.#levels.fill(0);
      this.#versionCame?.();
      this.onReset();
      return;
    }
    if (message.kind === 'digital') {
      this.#levels[message.port] = message.levels;
      return;
    }
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    if (message.command !== SYSEX.PIN_STATE) waiter.messages.push(message);
    else if (message.data[0] === waiter.token) waiter.resolve(waiter.messages);
    // All up to here was said to somebody who does not wait any more.
    else waiter.messages = [];
  }

  #lose(fault: BusFault): void {
    this.#lost ??= fault;
    this.#waiter?.reject(fault);
  }

  /** @throws {BusFault} `EPROTO` */
  async #greet(): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (this.#lost !== undefined) throw this.#lost;
      if (tries === GREET_TRIES)
        throw new BusFault(
          'EPROTO',
          `no Firmata board found on ${this.#name} within ${GREET_LIMIT_MS / 1000} s: check the port and current-speed, and that StandardFirmata or ConfigurableFirmata is on the board`,
        );
      this.#link?.write(Uint8Array.of(MESSAGE.VERSION));
      if (await this.#version()) break;
    }
    const query = Buffer.concat([sysex(SYSEX.FIRMWARE), sysex(SYSEX.CAPABILITY_QUERY)]);
    const answers = await this.exchange(query);
    const said = new Map(answers.map((answer) => [answer.command, answer.data]));
    const [major = 2, minor = 0, ...name] = said.get(SYSEX.FIRMWARE) ?? [];
    this.#firmware = `${textOf(Uint8Array.from(name)).replace(/\.ino$/, '') || 'Firmata'} ${major}.${minor}`;
    this.#pins = capabilitiesOf(said.get(SYSEX.CAPABILITIES) ?? new Uint8Array(0));
    if (this.#pins.length < TOKENS)
      throw new BusFault(
        'EPROTO',
        `the Firmata board on ${this.#name} does not say what its pins can do: update its firmware`,
      );
    if (!this.can(PIN_MODE.I2C) && !this.can(PIN_MODE.SPI))
      throw new BusFault(
        'EPROTO',
        `the firmware of the Firmata board on ${this.#name} has neither I2C nor SPI: use StandardFirmata or ConfigurableFirmata`,
      );
    this.onReset();
  }

  /** Whether the board told its version in time. */
  #version(): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean): void => {
        clearTimeout(limit);
        this.#versionCame = undefined;
        resolve(came);
      };
      const limit = setTimeout(() => end(false), GREET_MS);
      this.#versionCame = () => end(true);
    });
  }
}
