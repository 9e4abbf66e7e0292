import { existsSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { absence, statsAt } from '../../input/index.ts';
import { BoardError, RealHardwareError } from '../board-error.ts';
import { boardNotFound } from '../open/board-not-found.ts';
import { notServed } from '../serve/published-tree.ts';
import type { PastRequest } from './past/past-watch.ts';
import { CONTROL_SOCKET, controlSocketsOf, processOf } from './place.ts';
import {
  type BoardControl,
  type ControlAnswer,
  type ControlEvent,
  type ControlRequest,
  LINE_MAX,
  type WireEvent,
} from './protocol.ts';
import { tellRecords } from './told-records.ts';

/** How long a program may take to look at its socket; one that computes without a pause does not. */
const ANSWER_MS = 10_000;

/** What the place of a board begins with that dtbus share shares. */
const REMOTE = 'remote:';

/** What a line of an event begins with; answers have `result` or `error`. */
const EVENT = '{"event"';

/**
 * Finds the process that runs a board. `connect`: the folder of `dtbus serve`, a control socket, or the place of a shared
 * board (`remote:ssh://bench3`), which can be watched. `remedy`: for whom
 * it runs nowhere. `past`: of a shared board what was kept is told first.
 * @throws {BoardError} where none does, or several do
 */
export async function findControl(
  file: string,
  connect: string | undefined,
  remedy = 'start it with dtbus up, run or serve, or use --connect FOLDER',
  past?: PastRequest,
): Promise<BoardControl> {
  if (connect?.startsWith(REMOTE)) return (await import('./remote-control.ts')).connectRemote(connect, past);
  if (connect !== undefined) return connectTo(socketAt(connect));
  const alive = new Map<number, Socket>();
  for (const path of controlSocketsOf(file)) {
    const socket = await opened(path);
    if (socket !== undefined) alive.set(processOf(path), socket);
    // Left by a process that was killed.
    else rmSync(path, { force: true });
  }
  const [first, second] = alive.values();
  if (first !== undefined && second === undefined) return controlOver(first);
  for (const socket of alive.values()) socket.destroy();
  if (first === undefined)
    throw new BoardError(existsSync(file) ? `not running: ${file}; ${remedy}` : boardNotFound(file));
  const processes = [...alive.keys()].join(', ');
  throw new BoardError(`running ${alive.size} times: ${file}, in processes ${processes}; end all but one`);
}

function socketAt(place: string): string {
  const stats = statsAt(place);
  const isFolder = stats?.isDirectory() === true;
  if (stats !== undefined && !isFolder && !stats.isSocket()) throw new BoardError(notServed(place));
  // The board of one bus's socket is the one that is served beside it.
  const beside = join(isFolder ? place : dirname(place), CONTROL_SOCKET);
  const socket = isFolder || existsSync(beside) ? beside : place;
  const trouble = absence(socket);
  if (trouble !== undefined) throw new BoardError(`${trouble.sentence}; start dtbus serve --socket-dir`);
  return socket;
}

async function connectTo(path: string): Promise<BoardControl> {
  const socket = await opened(path);
  if (socket === undefined)
    throw new BoardError(
      `no answer at ${path}: the process that served it has ended; start dtbus serve --socket-dir again`,
    );
  return controlOver(socket);
}

function opened(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** @returns false where it is no event */
function tellEvent(line: string, told: (event: ControlEvent) => void): boolean {
  const event = parsed(line) as WireEvent | undefined;
  if (!isEvent(event)) return false;
  if (event.event !== 'happened') told(event);
  else
    try {
      tellRecords(event.board, new Uint8Array(Buffer.from(event.records, 'base64')), told);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      return false;
    }
  return true;
}

/** Undefined for what is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** As far as who is told of it reads it without a look. */
function isEvent(event: WireEvent | undefined): event is WireEvent {
  switch (event?.event) {
    case 'board':
      return Array.isArray(event.buses);
    case 'happened':
      return typeof event.records === 'string';
    case 'lost':
      return typeof event.count === 'number';
    default:
      return false;
  }
}

/** @throws {BoardError} it is none: another program has the socket */
function answerOf(line: string): ControlAnswer {
  const answer = parsed(line) as { error?: unknown; result?: unknown } | null | undefined;
  if (typeof answer?.error === 'string' || (answer?.error === undefined && answer?.result !== undefined))
    return answer as ControlAnswer;
  throw new BoardError(
    'invalid answer at the control socket: expected one of dtbus; another program or version serves it',
  );
}

function controlOver(socket: Socket): BoardControl {
  let rest = '';
  let onEvent = (_event: ControlEvent) => {};
  const waiting: ((line: string | undefined) => void)[] = [];
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith(EVENT)) waiting.shift()?.(line);
      else if (!tellEvent(line, onEvent)) socket.destroy();
    }
    // Who speaks another language is not waited for.
    if (rest.length > LINE_MAX) socket.destroy();
  });
  const ended = () => {
    for (const tell of waiting.splice(0)) tell(undefined);
  };
  socket.on('close', ended);
  socket.on('error', ended);
  const ask = async <Result>(request: ControlRequest, ms = 0) => {
    const line = await new Promise<string | undefined>((resolve, reject) => {
      const limit = ANSWER_MS + ms;
      const late = () =>
        reject(new BoardError(`no answer within ${limit} ms: the program does not return to its event loop`));
      const timer = setTimeout(late, limit);
      waiting.push((text) => {
        clearTimeout(timer);
        resolve(text);
      });
      socket.write(`${JSON.stringify(request)}\n`);
    });
    if (line === undefined) throw new BoardError('the process that runs the board has ended');
    const answer = answerOf(line);
    if ('error' in answer) throw new (answer.isReal === true ? RealHardwareError : Error)(answer.error);
    return answer.result as Result;
  };
  return {
    ask,
    watch: async (only, told) => {
      onEvent = told;
      const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      await ask({ call: 'watch', ...only });
      return { over, pause: () => void socket.pause(), resume: () => void socket.resume() };
    },
    close: () => socket.destroy(),
  };
}
