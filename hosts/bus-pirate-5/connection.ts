import { aborted, BusFault } from '../../src/bus/index.ts';
import type { ByteLink, LinkOpener } from '../link/index.ts';
import { Turns } from '../pins/index.ts';
import { FrameReader, frameOf } from './cobs.ts';
import {
  ANSWER_MAX,
  type AnyOf,
  type ContentsName,
  decodeResponse,
  encodeRequest,
  MODE,
  QUERY,
  type RequestOf,
  type ResponseOf,
} from './protocol.ts';
import type { Settings } from './settings.ts';

const TRIES = 4;
/** Longer than the adapter waits for the rest of a frame that another program left. */
const GREETING_MS = 700;
const QUIET_MS = 1000;

/** Who waits for an answer. */
interface Waiter {
  take(answer: AnyOf<'response'>): void;
  reject(fault: BusFault): void;
}

/** Pins as GPIO lines: bit n is IOn. */
interface PinState {
  directions: number;
  levels: number;
}

/**
 * The connection to a Bus Pirate 5 or 6. One request at a time is on its way. Answers come in order: behind one that nobody waits for any more the mode
 * is asked for, and when that comes nothing is due.
 */
export class BusPirate5Connection {
  readonly settings: Settings;
  readonly #openLink: LinkOpener;
  readonly #turns = new Turns();
  #name: string;
  #link: ByteLink | undefined;
  #lost: BusFault | undefined;
  #waiter: Waiter | undefined;
  #board: string | undefined;
  /** An answer may still come. */
  #isDue = false;
  /** The mode that it is in, with its settings. */
  #mode: string | undefined;
  readonly pins: PinState = { directions: 0, levels: 0 };
  /** The I2C bus may be in the middle of anything. */
  unclean = true;

  constructor(name: string, settings: Settings, openLink: LinkOpener) {
    this.#name = name;
    this.settings = settings;
    this.#openLink = openLink;
  }

  get description(): string {
    return `${this.#board ?? 'Bus Pirate 5 or 6'} on ${this.#name}`;
  }

  /** @throws {BusFault} */
  async open(): Promise<void> {
    await this.close();
    this.#lost = undefined;
    this.forget();
    Object.assign(this.pins, { directions: 0, levels: 0 });
    const reader = new FrameReader(ANSWER_MAX, (data) => this.#take(data));
    const link = await this.#openLink({
      data: (bytes) => reader.read(bytes),
      lost: (reason) => this.#lose(`the adapter on ${this.#name} is gone: ${reason}`),
    });
    this.#name = link.name;
    this.#link = link;
    try {
      await this.#greet();
      await this.#setUp();
    } catch (error) {
      await this.#end(link);
      throw error;
    }
  }

  /** Leaves all pins let go. Never fails. */
  async close(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    if (this.#lost === undefined) {
      const off = this.settings.power === undefined ? {} : { psu_disable: true };
      const pullUps = this.settings.pullUps ? { pullup_disable: true } : {};
      await this.use(() =>
        this.configure({ mode: MODE.HIGH_Z, mode_configuration: {}, ...off, ...pullUps }),
      ).catch(() => {
        // The adapter went away meanwhile: nothing is left to leave.
      });
    }
    await this.#end(link);
  }

  /** Buses and lines take turns. @throws {BusFault} */
  use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#turns.take(async () => {
      if (this.#isDue) await this.#resynchronise(signal);
      return work();
    }, signal);
  }

  /**
   * Makes the adapter change to a mode, where it is not in it with these settings. @returns whether it changed: then the bus begins anew
   * @throws {BusFault}
   */
  async setMode(
    mode: string,
    settings: NonNullable<RequestOf<'configuration'>['mode_configuration']>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const key = `${mode} ${JSON.stringify(settings)}`;
    if (this.#mode === key) return false;
    this.#mode = undefined;
    const { directions, levels } = this.pins;
    const asked = { mode, mode_configuration: settings };
    // A change lets all pins go. Levels before directions: so no line jumps.
    await this.configure(
      directions === 0 ? asked : { ...asked, io_value_mask: 0xff, io_value: levels },
      signal,
    );
    if (directions !== 0)
      await this.configure({ io_direction_mask: directions, io_direction: directions }, signal);
    this.#mode = key;
    return true;
  }

  /** @throws {BusFault} `EIO` it refuses */
  async configure(request: RequestOf<'configuration'>, signal?: AbortSignal): Promise<void> {
    const { error } = await this.#ask('configuration', request, signal);
    if (error !== undefined)
      throw new BusFault('EIO', `${this.description} refused a setting: ${shown(error)}`);
  }

  /** The levels of all pins; bit n is IOn. @throws {BusFault} */
  async levels(signal?: AbortSignal): Promise<number> {
    const { io_value } = await this.#ask(
      'status',
      { query: Uint8Array.of(QUERY.IO) },
      signal,
      QUIET_MS,
      (status) => status.mode_current === undefined,
    );
    return io_value ?? 0;
  }

  /** @returns what the adapter answers; `error` where it refuses. @throws {BusFault} */
  async data(
    request: RequestOf<'data'>,
    signal?: AbortSignal,
    extraMs = 0,
  ): Promise<{ readonly error?: string | undefined; readonly read: Uint8Array }> {
    const { start_alt: both, data_write: written, bytes_read: reads = 0 } = request;
    const expected = reads + (both === true ? (written?.length ?? 0) : 0);
    const { error, data_read: read = new Uint8Array(0) } = await this.#ask(
      'data',
      request,
      signal,
      QUIET_MS + Math.ceil(extraMs),
      (answer) => answer.is_async !== true,
    );
    if (error === undefined && read.length !== expected)
      throw new BusFault(
        'EPROTO',
        `${this.description} sent an invalid answer: expected ${expected} bytes, got ${read.length}`,
      );
    return { error, read };
  }

  /** One request and its answer, the first one of its kind that `isIt`. @throws {BusFault} */
  #ask<Name extends ContentsName>(
    name: Name,
    request: RequestOf<Name>,
    signal?: AbortSignal,
    quietMs = QUIET_MS,
    isIt: (answer: ResponseOf<Name>) => boolean = () => true,
  ): Promise<ResponseOf<Name>> {
    const link = this.#link;
    if (link === undefined || this.#lost !== undefined)
      return Promise.reject(this.#lost ?? new BusFault('ENODEV', `${this.description} is not open`));
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const frame = frameOf(encodeRequest(name, request));
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', onAbort);
        this.#waiter = undefined;
        end();
      };
      const fail = (fault: BusFault): void => {
        this.forget();
        this.#isDue = true;
        settle(() => reject(fault));
      };
      const onAbort = (): void => fail(aborted(signal));
      const limit = setTimeout(() => {
        fail(new BusFault('ETIMEDOUT', `${this.description} did not answer within ${quietMs} ms`));
      }, quietMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiter = {
        take: (answer) => {
          const fields = answer.fields as ResponseOf<Name>;
          // One of another kind was due to somebody who does not wait any more.
          if (answer.name === name && isIt(fields)) settle(() => resolve(fields));
        },
        reject: fail,
      };
      link.write(frame);
    });
  }

  #take(data: Uint8Array | undefined): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    const rubbish = (why: string): void =>
      waiter.reject(new BusFault('EPROTO', `${this.description} sent an invalid answer: ${why}`));
    if (data === undefined) {
      rubbish('the frame is malformed');
      return;
    }
    try {
      const { error, contents } = decodeResponse(data);
      if (error !== undefined)
        waiter.reject(
          new BusFault('EPROTO', `${this.description} did not understand a request: ${shown(error)}`),
        );
      else if (contents === undefined) rubbish('its kind is unknown');
      else waiter.take(contents);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      rubbish('the FlatBuffer is malformed');
    }
  }

  #lose(why: string): void {
    this.#lost ??= new BusFault('ENODEV', why);
    this.#waiter?.reject(this.#lost);
  }

  async #end(link: ByteLink): Promise<void> {
    this.#link = undefined;
    this.#waiter?.reject(new BusFault('ENODEV', `${this.description} is not open`));
    await link.close();
  }

  /** What it was told is not known any more: it is told anew. */
  forget(): void {
    this.#mode = undefined;
    this.unclean = true;
  }

  /** @throws {BusFault} `EPROTO` */
  async #greet(): Promise<void> {
    const status = await this.#statusOf(
      Uint8Array.of(QUERY.VERSION, QUERY.MODE),
      new BusFault(
        'EPROTO',
        `no Bus Pirate 5 or 6 found on ${this.#name}: use its second port, after "binmode" and "BPIO2 flatbuffer interface" in the terminal on the first`,
      ),
    );
    const { version_hardware_major: model = 5, modes_available: modes = [] } = status;
    this.#board = `Bus Pirate ${model}`;
    const missing = [MODE.I2C, MODE.SPI, MODE.HIGH_Z].find((mode) => !modes.includes(mode));
    if (missing !== undefined)
      throw new BusFault('EPROTO', `${this.description} has no mode ${missing}: update its firmware`);
  }

  async #setUp(): Promise<void> {
    const { power, powerUpMs, pullUps } = this.settings;
    if (power !== undefined) await this.configure({ psu_enable: true, psu_set_mv: Math.round(power / 1000) });
    if (pullUps) await this.configure({ pullup_enable: true });
    if (power !== undefined) await new Promise((resolve) => setTimeout(resolve, powerUpMs));
  }

  /** Waits until nothing is due. An adapter that does not come back is lost. @throws {BusFault} */
  async #resynchronise(signal?: AbortSignal): Promise<void> {
    const why = `${this.description} does not answer any more: unplug it and plug it in again`;
    try {
      await this.#statusOf(Uint8Array.of(QUERY.MODE), new BusFault('ENODEV', why), signal);
    } catch (error) {
      if (!signal?.aborted) this.#lose(why);
      throw error;
    }
  }

  /** Asks for a status with the mode until it comes: all that was due has come by then. @throws {BusFault} `otherwise` */
  async #statusOf(
    query: Uint8Array,
    otherwise: BusFault,
    signal?: AbortSignal,
  ): Promise<ResponseOf<'status'>> {
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        const status = await this.#ask(
          'status',
          { query },
          signal,
          GREETING_MS,
          (answer) => answer.mode_current !== undefined,
        );
        this.#isDue = false;
        return status;
      } catch (error) {
        const { code } = BusFault.from(error);
        if (signal?.aborted || code === 'ENODEV') throw error;
        if (code === 'EPROTO' && /version/.test(BusFault.from(error).message)) throw error;
      }
    }
    throw otherwise;
  }
}

const SHOWN_MAX = 80;

/** What an adapter says, for a terminal. */
function shown(text: string): string {
  return text.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '?');
}
