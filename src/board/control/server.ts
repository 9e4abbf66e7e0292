import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { oneLine } from '../../input/index.ts';
import { RealHardwareError } from '../board-error.ts';
import type { LineHandle } from '../handles/line-handle.ts';
import type { Controllable, ControlledPart } from './controllable.ts';
import { Curves } from './curves.ts';
import { InjectedFaults } from './injected.ts';
import {
  type ControlAnswer,
  type ControlBytes,
  type ControlChip,
  type ControlDescription,
  type ControlPart,
  type ControlRequest,
  fromWire,
  toWire,
} from './protocol.ts';
import { RequestLines } from './request-lines.ts';
import { Watchers } from './watchers.ts';

/** Connections at once: each costs a descriptor, which guests and adapters need too. */
const CONNECTIONS_MAX = 64;
/** How long a watcher may take to read the last of what happened. */
const LAST_MS = 5000;
/** Longest time that a button can be held down. */
const PRESS_MAX_MS = 60_000;

/**
 * Listens at a Unix socket for those who look at a board and touch it. Does not keep the process alive.
 * @returns what ends it and takes the socket away
 */
export function serveControl(board: Controllable, path: string): () => void {
  const sockets = new Set<Socket>();
  const watchers = new Watchers(board);
  const faults = new InjectedFaults(board);
  const curves = new Curves();
  const lines = new RequestLines((request, socket) =>
    answerTo({ board, watchers, faults, curves }, request, socket),
  );
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    lines.take(socket);
  });
  server.maxConnections = CONNECTIONS_MAX;
  listen(server, path);
  const end = () => {
    process.off('exit', end);
    server.close();
    watchers.flush();
    for (const socket of sockets) endSoon(socket);
    rmSync(path, { force: true });
  };
  process.once('exit', end);
  return end;
}

/** Ends a connection when what was written has been read, or was not for too long. */
function endSoon(socket: Socket): void {
  socket.destroySoon();
  setTimeout(() => socket.destroy(), LAST_MS).unref();
}

/**
 * Binds before anybody else may connect: the mask keeps others out until the mode is set. A thread cannot set the mask;
 * there the folder, which only its owner may enter, has to do.
 */
function listen(server: Server, path: string): void {
  rmSync(path, { force: true });
  const mask = isMainThread ? process.umask(0o177) : undefined;
  try {
    server.listen(path);
  } finally {
    if (mask !== undefined) process.umask(mask);
  }
  // A socket that could not be bound costs its board nothing: others then cannot touch it.
  server.on('error', () => server.close());
  // A board may be closed, and its socket gone, before this is told.
  server.once('listening', () => {
    if (existsSync(path)) chmodSync(path, 0o600);
  });
  server.unref();
}

/** What a connection reaches. */
interface Controlled {
  readonly board: Controllable;
  readonly watchers: Watchers;
  readonly faults: InjectedFaults;
  readonly curves: Curves;
}

async function answerTo(to: Controlled, request: unknown, socket: Socket): Promise<ControlAnswer> {
  try {
    const asked = request as ControlRequest | undefined;
    return {
      result: asked?.call === 'watch' ? to.watchers.add(socket, asked) : await carryOut(to, asked),
    };
  } catch (error) {
    const isReal = error instanceof RealHardwareError;
    return { error: error instanceof Error ? error.message : String(error), ...(isReal && { isReal }) };
  }
}

async function carryOut(
  { board, faults, curves }: Controlled,
  request: ControlRequest | undefined,
): Promise<unknown> {
  switch (request?.call) {
    case 'describe':
      return {
        pid: process.pid,
        board: board.name,
        parts: board.parts(),
        lines: board.lines(),
        buses: board.buses(),
        real: board.real(),
      } satisfies ControlDescription;
    case 'get':
      return controllerOf(board, String(request.part)) ?? partOf(board, curves, request);
    case 'bytes':
      return bytesOf(board, request);
    case 'set': {
      spareReal(board, request, [String(request.part)]);
      const part = board.part(String(request.part));
      for (const [name, value] of Object.entries(request.values)) {
        part.set(name, fromWire(value));
        curves.stop(part.path, name);
      }
      return partOf(board, curves, request);
    }
    case 'registers':
      return board.part(String(request.part)).registers();
    case 'follow': {
      spareReal(board, request, [String(request.part)]);
      const part = board.part(String(request.part));
      curves.follow(part, String(request.property), request.points, request.repeat === true);
      return partOf(board, curves, request);
    }
    case 'press':
      spareReal(board, request, [String(request.target)]);
      return press(board, String(request.target), String(request.line), Number(request.ms));
    case 'inject': {
      const { options } = request;
      if (typeof options !== 'object' || options === null)
        throw new Error('invalid options: expected an object');
      spareReal(board, request, [String(request.target)]);
      return faults.add(String(request.kind), String(request.target), options);
    }
    case 'faults':
      return faults.list();
    case 'removeFaults': {
      const which = request.number === undefined ? undefined : Number(request.number);
      spareReal(board, request, faults.onReal(which));
      return faults.remove(which);
    }
    default:
      throw new Error(
        'invalid request: expected describe, get, bytes, set, press, registers, follow, inject, faults, removeFaults or watch',
      );
  }
}

/** @throws {RealHardwareError} what would be touched is on real hardware, and who asks spares that */
function spareReal(
  board: Controllable,
  { simulatedOnly }: { readonly simulatedOnly?: boolean },
  names: readonly string[],
): void {
  if (simulatedOnly !== true) return;
  for (const name of names) {
    const host = board.realHostOf(name);
    if (host !== undefined) throw new RealHardwareError(oneLine(`${name} is on real hardware (${host})`));
  }
}

function partOf(
  board: Controllable,
  curves: Curves,
  { part: name, bytes = true }: { readonly part: string; readonly bytes?: boolean },
): ControlPart {
  const part = board.part(String(name));
  const { path, title } = part;
  const properties = board.parts().find((report) => report.path === path)?.properties ?? [];
  const values = properties
    .filter(({ kind }) => bytes || kind !== 'bytes')
    .map((property) => [property.name, toWire(part.get(property.name))]);
  return { path, title, properties, values: Object.fromEntries(values), follows: curves.of(path) };
}

/** @throws {Error} the property is no bytes @throws {PartError} there is none of this name */
function bytesOf(board: Controllable, asked: Extract<ControlRequest, { call: 'bytes' }>): ControlBytes {
  const property = String(asked.property);
  const value = board.part(String(asked.part)).get(property);
  if (!(value instanceof Uint8Array))
    throw new Error(`invalid property ${property}: expected one that is bytes`);
  const [from, length] = [Number(asked.from), Number(asked.length)];
  if (!(from >= 0 && length >= 0)) throw new Error('invalid place: expected numbers from 0 on');
  const some = value.subarray(from, from + length);
  return { size: value.length, base64: Buffer.from(some).toString('base64') };
}

/** A GPIO controller with its lines; undefined for what is none. */
function controllerOf(board: Controllable, name: string): ControlChip | undefined {
  const path = board.pathOf(name);
  const lines = board.lines().filter((line) => line.path === path);
  return path === undefined || lines.length === 0 ? undefined : { path, title: 'GPIO controller', lines };
}

async function press(board: Controllable, target: string, line: string, ms: number): Promise<null> {
  if (!(ms >= 1 && ms <= PRESS_MAX_MS))
    throw new Error(`invalid time: expected 1 to ${PRESS_MAX_MS} ms, got ${ms}`);
  const release = pull(board, target, line);
  try {
    await new Promise((resolve) => setTimeout(resolve, ms));
  } finally {
    release();
  }
  return null;
}

/** Pulls a GPIO line low, or the pin of an expander. @returns what lets it go */
function pull(board: Controllable, target: string, line: string): () => void {
  const part = inputsOf(board, target);
  if (part === undefined) {
    const handle = board.line(target, /^\d+$/.test(line) ? Number(line) : line);
    refuseOutput(board, handle);
    handle.set(false);
    return () => handle.set(true);
  }
  if (!/^\d+$/.test(line)) throw new Error(`invalid pin of ${target}: expected a number, got ${line}`);
  refuseOutputPin(board, part, Number(line));
  board.drivePin(part.path, Number(line), false);
  return () => board.drivePin(part.path, Number(line), undefined);
}

/** @throws {Error} the line is an output: there is no button at it */
function refuseOutput(board: Controllable, { path, line }: Pick<LineHandle, 'path' | 'line'>): void {
  const report = board.lines().find((each) => each.path === path && each.line === line);
  if (report?.direction !== 'out') return;
  const name = report.name === '' ? line : `"${report.name}"`;
  const drivers = report.drivers.join(', ');
  throw new Error(`invalid line ${name} of ${path}: expected an input, got an output, driven by ${drivers}`);
}

/** @throws {Error} the pin of an expander is an output */
function refuseOutputPin(board: Controllable, part: ControlledPart, pin: number): void {
  const report = board.parts().find(({ path }) => path === part.path);
  // An expander of the user's own may not say which of its pins are outputs.
  if (report?.properties.some(({ name }) => name === 'outputs') !== true) return;
  if (Math.floor(Number(part.get('outputs')) / 2 ** pin) % 2 === 0) return;
  throw new Error(`invalid pin ${pin} of ${part.path}: expected an input, got an output`);
}

/** A part with `inputs`: a GPIO expander; undefined for what is none. */
function inputsOf(board: Controllable, target: string): ControlledPart | undefined {
  let part: ControlledPart;
  try {
    part = board.part(target);
  } catch {
    return undefined;
  }
  const report = board.parts().find(({ path }) => path === part.path);
  return report?.properties.some(({ name }) => name === 'inputs') ? part : undefined;
}
