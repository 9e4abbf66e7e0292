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
import { ALL_INPUTS, BRG, BUFFER, COMMAND, GAP_MS, REGISTER, TIMEOUT_ON } from './protocol.ts';

const TRIES = 3;
const GREETING_MS = 300;
const SETTLE_MS = 250;
const QUIET_MS = 1500;

/** The connection to an SC18IM700: finding it, and bringing it back when it is out of step. */
export class Sc18im700Connection implements AdapterProtocol {
  readonly #session: RecoveringSession;
  readonly #turns = new Turns();
  /** What its pins are, two bits a pin, and what outputs drive. */
  types = ALL_INPUTS;
  levels = 0xff;
  /** What the controller believes of its clock is void. */
  onReset: () => void = () => {};

  constructor(name: string, openLink: LinkOpener) {
    this.#session = new RecoveringSession(name, openLink, this);
  }

  get description(): string {
    return `SC18IM700 on ${this.#session.name}`;
  }

  open(): Promise<void> {
    this.types = ALL_INPUTS;
    this.levels = 0xff;
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
  run(steps: readonly Step[], signal?: AbortSignal, quietMs = 0): Promise<BusFault | undefined> {
    return this.#session.run(steps, { window: BUFFER, quietMs: QUIET_MS + Math.ceil(quietMs), signal });
  }

  /** Sets the types and levels of its pins. @throws {BusFault} */
  async setPins(types: number, levels: number, signal?: AbortSignal): Promise<void> {
    const fault = await this.run(pinSteps(types, levels), signal);
    if (fault !== undefined) throw fault;
    this.types = types;
    this.levels = levels;
  }

  async greet(session: Session, { name }: ByteLink): Promise<void> {
    await this.#synchronise(session, name);
  }

  async resynchronise(session: Session, { name }: ByteLink): Promise<void> {
    await session.settled(SETTLE_MS);
    await this.#synchronise(session, name);
  }

  /** All its pins let go. */
  async leave(session: Session): Promise<void> {
    await session.run(pinSteps(ALL_INPUTS, 0xff), { window: BUFFER, quietMs: QUIET_MS });
  }

  /** A command that waits for more is ended by a pause. @throws {BusFault} `EPROTO` */
  async #synchronise(session: Session, port: string): Promise<void> {
    this.onReset();
    const options = { window: BUFFER, quietMs: GREETING_MS };
    const setUp = [
      ...pinSteps(this.types, this.levels),
      barrier([COMMAND.WRITE_REGISTERS, REGISTER.TIMEOUT, TIMEOUT_ON, COMMAND.STOP]),
    ];
    for (let tries = 0; tries < TRIES; tries++) {
      session.discard();
      try {
        await session.run([barrier([])], options);
        await session.run(setUp, options);
        return;
      } catch (error) {
        if (BusFault.from(error).code === 'ENODEV') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, GAP_MS + SETTLE_MS));
    }
    throw new BusFault(
      'EPROTO',
      `no SC18IM700 found on ${port}: check the port, and reset the chip; it speaks at 9600 baud then`,
    );
  }
}

/** A command without an answer, and a question behind it that tells when it was carried out. */
export function barrier(command: readonly number[]): Step {
  const send = [...command, COMMAND.READ_REGISTERS, REGISTER.BRG0, REGISTER.BRG1, COMMAND.STOP];
  return { send: Uint8Array.from(send), reply: BRG.length, prefix: Uint8Array.from(BRG), wait: true };
}

function pinSteps(types: number, levels: number): Step[] {
  const [low, high] = [types & 0xff, types >> 8];
  const registers = [REGISTER.PORT_LOW, low, REGISTER.PORT_HIGH, high];
  return [
    barrier([COMMAND.WRITE_PINS, levels, COMMAND.STOP]),
    barrier([COMMAND.WRITE_REGISTERS, ...registers, COMMAND.STOP]),
  ];
}
