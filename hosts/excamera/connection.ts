import { BusFault } from '../../src/bus/index.ts';
import {
  type AdapterProtocol,
  type ByteLink,
  type LinkOpener,
  RecoveringSession,
  type Session,
  type Step,
} from '../link/index.ts';
import { COMMON, COUNT_MAX, INFO_BYTES, readInfo } from './protocol.ts';

/** Bytes that come back only where the adapter is in step. */
const ECHOED = [0x55, 0x00, 0xff, 0xaa] as const;
const TRIES = 3;
const ECHO_MS = 300;
const SETTLE_MS = 250;
const QUIET_MS = 1000;
/** Bytes that go ahead of their answers, where a step lets any: more than one command has are lost. */
const WINDOW = COUNT_MAX;

/** What the controller of an adapter has to tell of it. */
export interface DriverKind {
  /** As the adapter says it: `i2cdriver`. */
  readonly name: string;
  /** For people: `an I2CDriver`. */
  readonly title: string;
  /** Steps that end whatever the bus is in the middle of. */
  readonly free: () => readonly Step[];
}

/** The connection to an I2CDriver or an SPIDriver: finding it, and bringing it back when it is out of step. */
export class DriverConnection implements AdapterProtocol {
  readonly #session: RecoveringSession;
  readonly #kind: DriverKind;
  #info: ReturnType<typeof readInfo>;
  /** What the controller believes of the adapter's settings is void. */
  onReset: () => void = () => {};

  constructor(name: string, kind: DriverKind, openLink: LinkOpener) {
    this.#kind = kind;
    this.#session = new RecoveringSession(name, openLink, this);
  }

  get description(): string {
    const serial = this.#info?.serial;
    return `${this.#kind.title.replace(/^an? /, '')}${serial === undefined ? '' : ` ${serial}`} on ${this.#session.name}`;
  }

  /** Known once it was open. */
  get version(): number | undefined {
    return this.#info?.version;
  }

  open(): Promise<void> {
    return this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Waits until it is in step, and runs steps. @returns the first fault that a step found. @throws {BusFault} */
  async run(steps: readonly Step[], signal?: AbortSignal, quietMs = 0): Promise<BusFault | undefined> {
    await this.#session.ready(signal);
    return this.#session.run(steps, { window: WINDOW, quietMs: QUIET_MS + Math.ceil(quietMs), signal });
  }

  async greet(session: Session, { name }: ByteLink): Promise<void> {
    await this.#synchronise(session, name);
    let text = '';
    const info: Step = {
      send: Uint8Array.of(COMMON.INFO),
      reply: INFO_BYTES,
      done: (reply) => {
        text = Buffer.from(reply).toString('latin1');
        return undefined;
      },
    };
    await session.run([info], { window: WINDOW, quietMs: QUIET_MS });
    this.#info = readInfo(text);
    if (this.#info?.name !== this.#kind.name)
      throw new BusFault(
        'EPROTO',
        `no ${this.#kind.name} found on ${name}: it says ${JSON.stringify(this.#info?.name ?? text)}`,
      );
    this.onReset();
    await this.#free(session);
  }

  async resynchronise(session: Session, { name }: ByteLink): Promise<void> {
    this.onReset();
    if (!(await session.settled(SETTLE_MS))) await this.#synchronise(session, name);
    await this.#free(session);
  }

  async leave(session: Session): Promise<void> {
    await this.#free(session);
  }

  /** A bus that is held is told by the transfer that meets it. */
  async #free(session: Session): Promise<void> {
    await session.run(this.#kind.free(), { window: WINDOW, quietMs: QUIET_MS });
  }

  /** Ends a command that waits for more, and a mode that another program left. @throws {BusFault} `EPROTO` */
  async #synchronise(session: Session, port: string): Promise<void> {
    const wanted = Buffer.from(ECHOED).toString('latin1');
    for (let tries = 0; tries < TRIES; tries++) {
      session.discard();
      session.send(new Uint8Array(1 + COUNT_MAX).fill(COMMON.NOTHING));
      session.send(Uint8Array.from(ECHOED.flatMap((byte) => [COMMON.ECHO, byte])));
      if ((await session.expect(wanted, ECHO_MS)) !== undefined) return;
    }
    throw new BusFault('EPROTO', `no ${this.#kind.name} found on ${port}: check the port`);
  }
}

/** A command, and the answer that `done` takes. */
export function step(
  send: readonly number[],
  reply: number,
  done: (reply: Uint8Array) => BusFault | undefined,
): Step {
  return { send: Uint8Array.from(send), reply, wait: true, done };
}

/** What comes back when a command without an answer was carried out. */
const DONE = 0x5a;

/** A command without an answer of its own, and an echo behind it. */
export function command(bytes: readonly number[]): Step {
  const send = Uint8Array.of(...bytes, COMMON.ECHO, DONE);
  return { send, reply: 1, prefix: Uint8Array.of(DONE), wait: true };
}
