import { BusFault } from '../../src/bus/index.ts';
import {
  type AdapterProtocol,
  type ByteLink,
  type LinkOpener,
  RecoveringSession,
  type Session,
  type Step,
} from '../link/index.ts';
import { Turns } from '../pins/index.ts';
import {
  ACK,
  ADAPTER,
  ALL_INPUTS,
  COMMAND,
  FRAME_MAX,
  MODE,
  MODULE_ID,
  SERIAL_DIGITS,
  SPI_MODES,
} from './protocol.ts';

const WHO = 'a USB-ISS';
const TRIES = 4;
const GREETING_MS = 300;
const SETTLE_MS = 250;
const QUIET_MS = 1000;

/** The connection to a USB-ISS: finding it, its mode, and bringing it back when it is out of step. */
export class UsbIssConnection implements AdapterProtocol {
  readonly #session: RecoveringSession;
  readonly #turns = new Turns();
  #serial: string | undefined;
  #mode: number | undefined;
  /** Of the mode of SPI that it is in. */
  #divisor: number | undefined;
  /** The types that its pins have, as far as lines asked for any. */
  types = ALL_INPUTS;
  /** The bus may be in the middle of anything. */
  unclean = true;
  /** Counts how often it was found: what was left to do before is forgotten. */
  epoch = 0;

  constructor(name: string, openLink: LinkOpener) {
    this.#session = new RecoveringSession(name, openLink, this);
  }

  get description(): string {
    return `USB-ISS${this.#serial === undefined ? '' : ` ${this.#serial}`} on ${this.#session.name}`;
  }

  open(): Promise<void> {
    this.types = ALL_INPUTS;
    return this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Lines and transfers take turns. @throws {BusFault} */
  use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#turns.take(async () => {
      await this.#session.ready(signal);
      return work();
    }, signal);
  }

  /** @returns the first fault that a step found. @throws {BusFault} */
  async run(steps: readonly Step[], signal?: AbortSignal, quietMs = 0): Promise<BusFault | undefined> {
    const options = { window: FRAME_MAX, quietMs: QUIET_MS + Math.ceil(quietMs), signal };
    try {
      return await this.#session.run(steps, options);
    } catch (error) {
      this.unclean = true;
      this.#mode = undefined;
      throw error;
    }
  }

  /** Sends frames that must not be refused. @throws {BusFault} */
  async must(steps: readonly Step[], signal?: AbortSignal, quietMs = 0): Promise<void> {
    const fault = await this.run(steps, signal, quietMs);
    if (fault !== undefined) throw fault;
  }

  /** Sets its mode, where it has another one. @throws {BusFault} */
  async setMode(mode: number, signal?: AbortSignal): Promise<void> {
    if (this.#mode === mode) return;
    this.#mode = undefined;
    await this.must([modeFrame(mode, this.types)], signal);
    this.#mode = mode;
    this.#divisor = undefined;
  }

  /** Sets a mode of SPI, which takes all pins. @throws {BusFault} `EBUSY` some are driven as lines */
  async setSpi(mode: number, divisor: number, signal?: AbortSignal): Promise<void> {
    if (this.#mode === mode && this.#divisor === divisor) return;
    if (this.types !== ALL_INPUTS)
      throw new BusFault('EBUSY', `pins of ${this.description} are driven as lines: its SPI needs all four`);
    this.#mode = undefined;
    await this.must([modeFrame(mode, divisor)], signal);
    this.#mode = mode;
    this.#divisor = divisor;
  }

  /** Whether its pins are those of SPI at present. */
  get isSpi(): boolean {
    return this.#mode !== undefined && SPI_MODES.includes(this.#mode);
  }

  /** Sets the types of its pins. @throws {BusFault} */
  async setTypes(types: number, signal?: AbortSignal): Promise<void> {
    await this.must([modeFrame(MODE.PIN_TYPES, types)], signal);
    this.types = types;
  }

  async greet(session: Session, { name }: ByteLink): Promise<void> {
    await this.#synchronise(session, name);
  }

  async resynchronise(session: Session, { name }: ByteLink): Promise<void> {
    await session.settled(SETTLE_MS);
    await this.#synchronise(session, name);
    const types = modeFrame(MODE.PINS, this.types);
    await session.run([types], { window: FRAME_MAX, quietMs: QUIET_MS });
  }

  /** All its pins let go. */
  async leave(session: Session): Promise<void> {
    await session.run([modeFrame(MODE.PINS, ALL_INPUTS)], { window: FRAME_MAX, quietMs: QUIET_MS });
  }

  /** Finds the beginning of its answers. What is left of a frame is dropped by the adapter. @throws {BusFault} `EPROTO` */
  async #synchronise(session: Session, port: string): Promise<void> {
    this.#mode = undefined;
    this.unclean = true;
    this.epoch++;
    for (let tries = 0; tries < TRIES; tries++) {
      session.discard();
      if (await this.#answers(session)) return;
      await session.settled(SETTLE_MS);
    }
    throw new BusFault('EPROTO', `no USB-ISS found on ${port}: check the port`);
  }

  async #answers(session: Session): Promise<boolean> {
    let serial = '';
    const steps: Step[] = [
      {
        ...frame([COMMAND.ADAPTER, ADAPTER.SERIAL], SERIAL_DIGITS, (reply) => {
          serial = Buffer.from(reply).toString('latin1');
          return undefined;
        }),
      },
      {
        ...frame([COMMAND.ADAPTER, ADAPTER.VERSION], 3, () => undefined),
        prefix: Uint8Array.of(MODULE_ID),
      },
    ];
    try {
      await session.run(steps, { window: FRAME_MAX, quietMs: GREETING_MS });
    } catch (error) {
      if (BusFault.from(error).code === 'ENODEV') throw error;
      return false;
    }
    if (!/^\d{8}$/.test(serial)) return false;
    this.#serial = serial;
    return true;
  }
}

/** A frame, and the answer that `done` takes. */
export function frame(
  bytes: readonly number[],
  reply: number,
  done: (reply: Uint8Array) => BusFault | undefined,
): Step {
  return { send: Uint8Array.from(bytes), reply, wait: true, done };
}

/** @param setting the types of the pins, or the divisor of SPI */
function modeFrame(mode: number, setting: number): Step {
  return frame([COMMAND.ADAPTER, ADAPTER.MODE, mode, setting], 2, ([result, reason = 0]) =>
    result === ACK ? undefined : invalidAnswer(`mode 0x${mode.toString(16)} refused`, reason),
  );
}

/** The fault of an answer that cannot be. */
export function invalidAnswer(what: string, byte: number): BusFault {
  return new BusFault('EPROTO', `${WHO} sent an invalid answer: ${what}, 0x${byte.toString(16)}`);
}
