import { BusFault } from '../../src/bus/index.ts';
import type { ByteLink, Session } from '../link/index.ts';
import {
  type AdapterVersion,
  BITBANG,
  baudDivisor,
  COMMON,
  DEFAULT_BAUD,
  isAtLeast,
  MODE_NAME,
  parseGreeting,
  STATUS,
  WRITE_THEN_READ_HEADER,
  WRITE_THEN_READ_MAX,
  ZEROS_TO_BINARY,
} from './protocol.ts';

/** Unanswered bytes that a v3 surely takes; each 00 may be answered with the five of `BBIO1`. */
const GROUP = 4;
/** Longer than the answers to one group take at 115200 baud (1.8 ms). */
const GROUP_PAUSE_MS = 3;
/** A USB converter may hold an answer back for 16 ms; some hubs for longer. */
const ANSWER_MS = 250;
/** A reset, the greeting included. */
const RESET_MS = 2000;

const PROMPT = 'HiZ>';
const ANSWERED = String.fromCharCode(STATUS.DONE);
/** Enter takes what a menu proposes; after the one for the speed the adapter waits for a space. */
const ENTER = Buffer.from('\n ');

/**
 * The way into binary mode and out of it. Nothing is known of the adapter at the beginning: it may be at its
 * prompt, in a menu, in any binary mode, or still wait for bytes that a program that died owes it. It may
 * also be no Bus Pirate at all.
 */
export class BinaryEntry {
  readonly #session: Session;
  readonly #link: ByteLink;
  #baud = DEFAULT_BAUD;

  constructor(session: Session, link: ByteLink) {
    this.#session = session;
    this.#link = link;
  }

  /**
   * Finds the adapter, at its usual speed or at `baud`, resets it and reads its greeting. It is then at its
   * prompt. @throws {BusFault} `EPROTO` it is none, `ENODEV`
   */
  async identify(baud: number): Promise<AdapterVersion> {
    if (!(await this.#fromAnywhere(baud))) throw this.#noAdapter();
    this.#session.send(Uint8Array.of(BITBANG.RETURN_TO_TERMINAL));
    if (this.#baud !== DEFAULT_BAUD) {
      // A v3 resets all of itself, its speed too.
      await this.#session.expect(ANSWERED, ANSWER_MS);
      await this.#setBaud(DEFAULT_BAUD);
    }
    const greeting = await this.#session.expect(PROMPT, RESET_MS);
    const version = greeting === undefined ? undefined : parseGreeting(greeting);
    if (version === undefined) throw this.#noAdapter();
    return version;
  }

  /**
   * From the prompt to the prompt, at another speed.
   * @returns the speed that the link has now. @throws {BusFault}
   */
  async setBaud(baud: number, version: AdapterVersion): Promise<number> {
    // A v4 is a USB device of its own: the speed of its port means nothing.
    const fixed = this.#link.setBaudRate === undefined || isAtLeast(version.hardware, 4, 0);
    if (baud === DEFAULT_BAUD || fixed) return DEFAULT_BAUD;
    if (!isAtLeast(version.firmware, 5, 5)) {
      throw new BusFault(
        'EOPNOTSUPP',
        `the Bus Pirate on ${this.#link.name} has firmware ${version.firmware}, which supports only ${DEFAULT_BAUD} baud: remove current-speed, or update it to firmware 5.5 or later`,
      );
    }
    // Menu entry 10 is "BRG raw value"; then it waits for a space at the new speed.
    for (const [line, answer] of [
      ['b', ')>'],
      ['10', ')>'],
      [String(baudDivisor(baud)), 'continue'],
    ] as const) {
      this.#session.send(Buffer.from(`${line}\n`));
      if ((await this.#session.expect(answer, ANSWER_MS)) === undefined) throw this.#noSpeed(baud);
    }
    await this.#setBaud(baud);
    this.#session.send(Buffer.from(' '));
    if ((await this.#session.expect(PROMPT, ANSWER_MS)) === undefined) throw this.#noSpeed(baud);
    return baud;
  }

  /** From the prompt, where exactly as many zeros are due as it wants. @throws {BusFault} `EPROTO` */
  async fromTerminal(): Promise<void> {
    this.#session.discard();
    this.#session.send(new Uint8Array(ZEROS_TO_BINARY));
    if ((await this.#session.expect(MODE_NAME.bitbang, ANSWER_MS)) === undefined) throw this.#noAdapter();
  }

  /** From wherever it is, into bitbang mode and in step. @throws {BusFault} `EPROTO`, `ENODEV` */
  async fromAnywhere(): Promise<void> {
    if (!(await this.#fromAnywhere(DEFAULT_BAUD))) throw this.#noAdapter();
    // More zeros than needed were sent, each has its answer. This one has only one.
    for (const [command, name] of [
      [BITBANG.ENTER_I2C, MODE_NAME.i2c],
      [COMMON.EXIT, MODE_NAME.bitbang],
    ] as const) {
      this.#session.send(Uint8Array.of(command));
      if ((await this.#session.expect(name, ANSWER_MS)) === undefined) throw this.#noAdapter();
    }
  }

  /** From any binary mode to the terminal. */
  async leave(): Promise<void> {
    this.#session.discard();
    this.#session.send(Uint8Array.of(BITBANG.RESET));
    await this.#session.expect(MODE_NAME.bitbang, ANSWER_MS);
    this.#session.send(Uint8Array.of(BITBANG.RETURN_TO_TERMINAL));
    await this.#session.expect(ANSWERED, ANSWER_MS);
  }

  async #fromAnywhere(baud: number): Promise<boolean> {
    if (await this.#zeros()) return true;
    if (baud !== DEFAULT_BAUD) {
      // Perhaps a program died after it had changed the speed.
      await this.#setBaud(baud);
      if (await this.#zeros()) return true;
      await this.#setBaud(DEFAULT_BAUD);
    }
    return (await this.#outOfMenu()) || (await this.#outOfPayload());
  }

  async #zeros(): Promise<boolean> {
    this.#session.discard();
    if (await this.#bitbangAfter(new Uint8Array(1), 2 * GROUP_PAUSE_MS)) return true;
    for (let sent = 0; sent < ZEROS_TO_BINARY; sent += GROUP) {
      if (await this.#bitbangAfter(new Uint8Array(GROUP), GROUP_PAUSE_MS)) return true;
    }
    return this.#bitbangAfter(new Uint8Array(0), ANSWER_MS);
  }

  /** Out of a menu by ten times Enter, then a reset; the binary modes refuse these bytes and stay. */
  async #outOfMenu(): Promise<boolean> {
    for (let i = 0; i < 10; i++) {
      this.#session.send(ENTER);
      await this.#session.expect(MODE_NAME.bitbang, GROUP_PAUSE_MS);
    }
    this.#session.send(Buffer.from('#\n'));
    if ((await this.#session.expect(PROMPT, ANSWER_MS)) === undefined) return false;
    return this.#zeros();
  }

  /** Out of a command that waits for its payload: the longest is written full of zeros. */
  async #outOfPayload(): Promise<boolean> {
    for (let sent = 0; sent < WRITE_THEN_READ_HEADER + WRITE_THEN_READ_MAX; sent += GROUP) {
      if (await this.#bitbangAfter(new Uint8Array(GROUP), 1)) return true;
    }
    return this.#bitbangAfter(new Uint8Array(1), ANSWER_MS);
  }

  async #bitbangAfter(bytes: Uint8Array, limitMs: number): Promise<boolean> {
    if (bytes.length > 0) this.#session.send(bytes);
    return (await this.#session.expect(MODE_NAME.bitbang, limitMs)) !== undefined;
  }

  /** To be called with nothing on the way: a change of speed may drop it. */
  async #setBaud(baud: number): Promise<void> {
    await this.#link.setBaudRate?.(baud);
    this.#baud = baud;
  }

  #noAdapter(): BusFault {
    return new BusFault(
      'EPROTO',
      `no Bus Pirate v3 or v4 found on ${this.#link.name}: check the port, or unplug the adapter and plug it in again`,
    );
  }

  #noSpeed(baud: number): BusFault {
    return new BusFault(
      'EPROTO',
      `the Bus Pirate on ${this.#link.name} did not change its speed to ${baud} baud: remove current-speed`,
    );
  }
}
