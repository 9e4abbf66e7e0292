import { BusFault } from '../../src/bus/index.ts';
import {
  type AdapterProtocol,
  type ByteLink,
  type LinkOpener,
  RecoveringSession,
  type Session,
  type Step,
} from '../link/index.ts';
import {
  ANSWER,
  BUS,
  COMMAND,
  type Command,
  CS_MODE,
  FLOW_CONTROL,
  fromLittleEndian,
  INTERFACE_VERSION,
  isInMap,
  LENGTH_MAX,
  littleEndian,
  RESULT_BYTES,
} from './protocol.ts';

/** What a programmer says of itself. */
export interface Programmer {
  readonly name: string;
  readonly commands: Uint8Array;
  /** Most bytes to send ahead of their answers. */
  readonly window: number;
  /** Most bytes of one SPI operation. */
  readonly maxWrite: number;
  readonly maxRead: number;
}

const ACK = Uint8Array.of(ANSWER.ACK);
const SYNCHRONISED = String.fromCharCode(ANSWER.NAK, ANSWER.ACK);
/** Nothing else is answered like this, so whatever came before it is over. */
const IN_STEP = String.fromCharCode(ANSWER.ACK, INTERFACE_VERSION, 0);

/** flashrom's: as many as the longest command has parameters, to end one that was left unfinished. */
const NOPS = 8;
/**
 * How long a programmer may take to answer: an Arduino resets when its port is opened, and most boot loaders take 2 s, old
 * ones 4.
 */
const SYNC_LIMIT_MS = 6000;
const SYNC_MS = 300;
const SYNC_TRIES = SYNC_LIMIT_MS / SYNC_MS;
const QUIET_MS = 1000;
const SETTLE_MS = 250;
const WINDOW_MAX = 2048;
/** What an answer has to leave room for where the programmer does not say how large its buffer is. */
const SMALLEST_BUFFER = 16;

/** A command without data and its answer. */
export function command(
  code: Command,
  parameters: Uint8Array = new Uint8Array(0),
  done?: Step['done'],
): Step {
  return {
    send: Uint8Array.of(code, ...parameters),
    reply: 1 + (RESULT_BYTES[code] ?? 0),
    prefix: ACK,
    refusal: ANSWER.NAK,
    ...(done && { done }),
  };
}

/** The connection to a programmer: finding it, and bringing it back when it is out of step. */
export class SerprogConnection implements AdapterProtocol {
  readonly #session: RecoveringSession;
  #programmer: Programmer | undefined;
  /** What the controller believes of the programmer's settings is void. */
  onReset: () => void = () => {};

  constructor(name: string, openLink: LinkOpener) {
    this.#session = new RecoveringSession(name, openLink, this);
  }

  get description(): string {
    const name = this.#programmer?.name;
    return `${name ? `${name} (serprog)` : 'serprog programmer'} on ${this.#session.name}`;
  }

  /** Finds the programmer and asks what it can. @throws {BusFault} */
  open(): Promise<void> {
    return this.#session.open();
  }

  /** Lets go of the pins, so that others may drive them, and of the port. Never fails. */
  close(): Promise<void> {
    return this.#session.close();
  }

  async greet(session: Session, { name }: ByteLink): Promise<void> {
    await synchronise(session, name);
    this.#programmer = await whoIs(session, name);
    this.onReset();
  }

  async leave(session: Session): Promise<void> {
    const release = [COMMAND.SET_CS_MODE, COMMAND.SET_PINS].filter((code) => this.knows(code));
    const steps = release.map((code) => command(code, Uint8Array.of(CS_MODE.AUTO)));
    await session.run(steps, { window: WINDOW_MAX, quietMs: SETTLE_MS });
  }

  /** Known once it was open. */
  get programmer(): Programmer | undefined {
    return this.#programmer;
  }

  knows(code: Command): boolean {
    return this.#programmer !== undefined && isInMap(this.#programmer.commands, code);
  }

  /** The programmer, in step. @throws {BusFault} `ENODEV`, `ETIMEDOUT` */
  async ready(signal?: AbortSignal): Promise<Programmer> {
    await this.#session.ready(signal);
    return this.#programmer as Programmer;
  }

  /** Runs steps. @returns the first fault that a step found. @throws {BusFault} */
  run(steps: readonly Step[], signal?: AbortSignal, quietMs = 0): Promise<BusFault | undefined> {
    const window = this.#programmer?.window ?? SMALLEST_BUFFER;
    return this.#session.run(steps, { window, quietMs: QUIET_MS + Math.ceil(quietMs), signal });
  }

  async resynchronise(session: Session, { name }: ByteLink): Promise<void> {
    this.onReset();
    if (!(await session.settled(SETTLE_MS))) await synchronise(session, name);
    // A message that was broken off may have left its chip selected.
    const modes = [COMMAND.SET_CS_MODE, COMMAND.SET_SPI_MODE].filter((code) => this.knows(code));
    await session.run(
      modes.map((code) => command(code, Uint8Array.of(0))),
      { window: WINDOW_MAX, quietMs: SETTLE_MS },
    );
  }
}

/** @throws {BusFault} `EPROTO` */
async function synchronise(session: Session, port: string): Promise<void> {
  session.discard();
  session.send(new Uint8Array(NOPS).fill(COMMAND.NOP));
  for (let tries = 0; tries < SYNC_TRIES; tries++) {
    session.send(Uint8Array.of(COMMAND.SYNC_NOP));
    if ((await session.expect(SYNCHRONISED, SYNC_MS)) === undefined) continue;
    session.send(Uint8Array.of(COMMAND.QUERY_INTERFACE));
    if ((await session.expect(IN_STEP, SYNC_MS)) !== undefined) return;
  }
  throw new BusFault(
    'EPROTO',
    `no serprog programmer (interface ${INTERFACE_VERSION}) found on ${port} within ${SYNC_LIMIT_MS / 1000} s: check the port and current-speed`,
  );
}

/** Asks what the programmer can do. @throws {BusFault} `EPROTO` it has no SPI */
async function whoIs(session: Session, port: string): Promise<Programmer> {
  const query = async (code: Command, parameters?: Uint8Array): Promise<Uint8Array | undefined> => {
    let result: Uint8Array | undefined;
    const step = command(code, parameters, (reply) => {
      if (reply[0] === ANSWER.ACK) result = reply.slice(1);
      return undefined;
    });
    await session.run([step], { window: WINDOW_MAX, quietMs: QUIET_MS });
    return result;
  };
  const commands = (await query(COMMAND.QUERY_COMMANDS)) ?? new Uint8Array(32);
  const ifKnown = (code: Command, parameters?: Uint8Array) =>
    isInMap(commands, code) ? query(code, parameters) : Promise.resolve(undefined);
  const buses = (await ifKnown(COMMAND.QUERY_BUSES))?.[0] ?? 0;
  if ((buses & BUS.SPI) === 0 || !isInMap(commands, COMMAND.SPI_OPERATION)) {
    throw new BusFault('EPROTO', `the serprog programmer on ${port} has no SPI bus: use another one`);
  }
  await ifKnown(COMMAND.SET_BUS, Uint8Array.of(BUS.SPI));
  await ifKnown(COMMAND.SET_PINS, Uint8Array.of(1));
  const name = Buffer.from((await ifKnown(COMMAND.QUERY_NAME)) ?? []).toString('latin1');
  const number = (result: Uint8Array | undefined) => (result === undefined ? 0 : fromLittleEndian(result));
  const buffer = number(await ifKnown(COMMAND.QUERY_SERIAL_BUFFER)) || SMALLEST_BUFFER;
  // In the three bytes of a length 2^24 - 1 is the most.
  const limit = (result: Uint8Array | undefined) => number(result) || LENGTH_MAX - 1;
  return {
    name: name.replace(/\0.*$/s, '').replace(/[^\x20-\x7e]/g, '?'),
    commands,
    window: buffer === FLOW_CONTROL ? WINDOW_MAX : Math.min(buffer, WINDOW_MAX),
    maxWrite: limit(await ifKnown(COMMAND.QUERY_MAX_WRITE)),
    maxRead: limit(await ifKnown(COMMAND.QUERY_MAX_READ)),
  };
}

/** The step that asks for a clock; `told` gets the clock that the programmer chose. */
export function setFrequency(hz: number, told: (hz: number) => BusFault | undefined): Step {
  return command(COMMAND.SET_FREQUENCY, littleEndian(hz, 4), (reply) =>
    reply[0] === ANSWER.ACK ? told(fromLittleEndian(reply.subarray(1))) : undefined,
  );
}
