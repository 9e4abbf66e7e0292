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
  ANSWER_MARK,
  answerLength,
  type BoardAnswer,
  callLines,
  DRIVER_SOURCE,
  type DriverCall,
  readAnswer,
} from './driver.ts';
import {
  ASK_RAW_PASTE,
  DONE,
  END_MARK,
  ENTER_RAW,
  LEAVE_RAW,
  type Outcome,
  outcomeOf,
  PIECE_BYTES,
  PIECE_PAUSE_MS,
  PROMPT,
  RAW_BANNER,
  RAW_PASTE,
  TAKEN,
  WINDOW_FREE,
} from './protocol.ts';
import { WHO } from './setup.ts';

/** A board that was reset by the opening of its port takes about a second to boot. */
const ENTER_LIMIT_MS = 6000;
const ENTER_MS = 300;
const ENTER_TRIES = ENTER_LIMIT_MS / ENTER_MS;
/** A script of the set-up may take so long. */
const SCRIPT_MS = 3000;
const QUIET_MS = 1000;
const SETTLE_MS = 250;
/** No line goes ahead of the answer to the one before: a UART has no flow control. */
const WINDOW = 0;

const NOTHING = new Uint8Array(0);
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** The connection to a board: its raw REPL, with the driver in it. */
export class MicropythonConnection implements AdapterProtocol {
  /** One at a time is with the board. */
  readonly turns = new Turns();
  readonly #session: RecoveringSession;
  /** The lines of source that make the buses. */
  readonly #setUp: () => readonly string[];
  #board: string | undefined;

  constructor(name: string, openLink: LinkOpener, setUp: () => readonly string[]) {
    this.#session = new RecoveringSession(name, openLink, this);
    this.#setUp = setUp;
  }

  get description(): string {
    return `${this.#board ?? 'MicroPython board'} on ${this.#session.name}`;
  }

  /** @throws {BusFault} */
  open(): Promise<void> {
    return this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#session.ready(signal);
  }

  async greet(session: Session, { name }: ByteLink): Promise<void> {
    await enterRaw(session, name);
    checkOutcome(await upload(session, name), name);
    const { printed } = checkOutcome(await execute(session, WHO, name), name);
    const [version = '', machine = ''] = printed.replace(/[^\x20-\x7e]/g, '?').split('|');
    this.#board = `MicroPython ${version}${machine === '' ? '' : ` (${machine})`}`;
    for (const line of this.#setUp()) checkOutcome(await execute(session, line, name), name);
  }

  async resynchronise(session: Session, link: ByteLink): Promise<void> {
    if (!(await session.settled(SETTLE_MS))) return this.greet(session, link);
    const idle = callSteps('x', NOTHING, 0, () => undefined);
    await session.run(idle, { window: WINDOW, quietMs: QUIET_MS });
  }

  async leave(session: Session): Promise<void> {
    const idle = callSteps('x', NOTHING, 0, () => undefined);
    await session.run(idle, { window: WINDOW, quietMs: SETTLE_MS });
    session.send(latin1(LEAVE_RAW));
  }

  /** Runs a line of source that prints nothing. @throws {BusFault} */
  async line(source: string, signal?: AbortSignal): Promise<void> {
    const step = {
      send: latin1(source + END_MARK),
      reply: TAKEN.length + DONE.length,
      prefix: latin1(TAKEN + DONE),
    };
    await this.#session.run([step], { window: WINDOW, quietMs: QUIET_MS, signal });
  }

  /**
   * Calls a function of the driver. @param busyMs how long the bus is at work
   * @returns errno of the board (0: none), and what was asked for. @throws {BusFault}
   */
  async call(
    call: DriverCall,
    program: Uint8Array,
    answerBytes: number,
    busyMs: number,
    signal?: AbortSignal,
  ): Promise<BoardAnswer> {
    let answer: BoardAnswer = { errno: 0, data: NOTHING };
    const steps = callSteps(call, program, answerBytes, (read) => {
      answer = read;
    });
    await this.#session.run(steps, { window: WINDOW, quietMs: QUIET_MS + Math.ceil(busyMs), signal });
    return answer;
  }
}

function callSteps(
  call: DriverCall,
  program: Uint8Array,
  answerBytes: number,
  take: (answer: BoardAnswer) => void,
): Step[] {
  const lines = callLines(call, program, answerBytes);
  return lines.map((line, i) => {
    const length = answerLength(i === lines.length - 1 ? answerBytes : 0);
    return {
      send: latin1(line + END_MARK),
      reply: TAKEN.length + length + DONE.length,
      prefix: latin1(TAKEN + ANSWER_MARK),
      done: (reply) => {
        if (i === lines.length - 1) take(readAnswer(reply.subarray(TAKEN.length, TAKEN.length + length)));
        return undefined;
      },
    };
  });
}

/** Ends whatever runs, and waits for the raw REPL. @throws {BusFault} `EPROTO` */
async function enterRaw(session: Session, port: string): Promise<void> {
  session.discard();
  for (let tries = 0; tries < ENTER_TRIES; tries++) {
    session.send(latin1(ENTER_RAW));
    if ((await session.expect(RAW_BANNER, ENTER_MS)) === undefined) continue;
    // Banners of earlier tries may be behind it: this answer is like nothing else.
    const token = `dtbus ${tries}`;
    session.send(latin1(`print(end='${token}')${END_MARK}`));
    if ((await session.expect(`${TAKEN}${token}${DONE}`, ENTER_MS)) !== undefined) return;
  }
  throw new BusFault(
    'EPROTO',
    `no MicroPython REPL found on ${port} within ${ENTER_LIMIT_MS / 1000} s: check the port and current-speed, and reset the board`,
  );
}

/** Runs one line. @throws {BusFault} */
async function execute(session: Session, source: string, port: string): Promise<Outcome> {
  session.send(latin1(source + END_MARK));
  return outcome(session, port);
}

async function outcome(session: Session, port: string): Promise<Outcome> {
  const taken = await session.expect(TAKEN, SCRIPT_MS);
  const answer = taken === undefined ? undefined : await session.expect(END_MARK + PROMPT, SCRIPT_MS);
  if (answer === undefined)
    throw new BusFault('ETIMEDOUT', `the MicroPython board on ${port} did not answer within ${SCRIPT_MS} ms`);
  return outcomeOf(answer);
}

/** Sends the driver: by raw-paste where the board has it, else in pieces. @throws {BusFault} */
async function upload(session: Session, port: string): Promise<Outcome> {
  const source = latin1(DRIVER_SOURCE);
  const window = await askRawPaste(session, port);
  if (window !== undefined) return paste(session, source, window, port);
  for (let at = 0; at < source.length; at += PIECE_BYTES) {
    session.send(source.slice(at, at + PIECE_BYTES));
    await new Promise((resolve) => setTimeout(resolve, PIECE_PAUSE_MS));
  }
  session.send(latin1(END_MARK));
  return outcome(session, port);
}

/** @returns the window of raw-paste mode in bytes; undefined where the board has no such mode */
async function askRawPaste(session: Session, port: string): Promise<number | undefined> {
  let window = 0;
  const ask: Step = {
    send: latin1(ASK_RAW_PASTE),
    reply: 4,
    prefix: Uint8Array.of(RAW_PASTE.ANSWER.charCodeAt(0), RAW_PASTE.SUPPORTED),
    done: ([, , low = 0, high = 0]) => {
      window = low + high * 256;
      return undefined;
    },
  };
  try {
    await session.run([ask], { window: WINDOW, quietMs: QUIET_MS });
  } catch (error) {
    if (session.lost) throw error;
  }
  if (window > 0) return window;
  // Boards from before 1.14 take the question for the beginning of a script.
  await enterRaw(session, port);
  return undefined;
}

/** Sends no more than the board has room for. @throws {BusFault} */
async function paste(session: Session, source: Uint8Array, window: number, port: string): Promise<Outcome> {
  let room = window;
  for (let at = 0; at < source.length; ) {
    if (room === 0) {
      if ((await session.expect(WINDOW_FREE, SCRIPT_MS)) === undefined)
        throw new BusFault(
          'ETIMEDOUT',
          `the MicroPython board on ${port} stopped taking the driver: reset it`,
        );
      room = window;
    }
    const part = source.slice(at, at + room);
    session.send(part);
    at += part.length;
    room -= part.length;
  }
  session.send(latin1(END_MARK));
  const end = await session.expect(END_MARK, SCRIPT_MS);
  const answer = end === undefined ? undefined : await session.expect(END_MARK + PROMPT, SCRIPT_MS);
  if (answer === undefined)
    throw new BusFault('ETIMEDOUT', `the MicroPython board on ${port} did not take the driver: reset it`);
  return outcomeOf(answer);
}

/** @throws {BusFault} what the script raised */
function checkOutcome(result: Outcome, port: string): Outcome {
  const { raised } = result;
  if (raised === undefined) return result;
  const said = raised.replace(/[^\x20-\x7e]/g, '?');
  if (/^OSError:.* SDA is held low/.test(said) || /^OSError:.*'SDA is held low'/.test(said))
    throw new BusFault(
      'EBUSY',
      `SDA is held low on the bus of the MicroPython board on ${port}: power its parts off and on`,
    );
  throw new BusFault(
    'EINVAL',
    `the MicroPython board on ${port} raised ${said}: check the pins and the number of each bus`,
  );
}
