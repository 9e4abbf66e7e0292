import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from '../../bus/index.ts';
import { makeFolders, writeReason } from '../../input/index.ts';
import { BoardError } from '../board-error.ts';

/** Longest path of a socket: 108 bytes with their NUL on Linux (unix(7)), 104 on macOS. A longer one is cut off, and nobody finds it. */
export const SOCKET_PATH_MAX = process.platform === 'linux' ? 107 : 103;

/** The socket in a folder of `dtbus serve`. */
export const CONTROL_SOCKET = 'control.sock';

/**
 * The folder of this user's control sockets: below XDG_RUNTIME_DIR where that is there (it is not in a container that
 * took over the variable alone), else in the folder for temporary files.
 * @throws {BoardError} when it belongs to somebody else, others may enter it, or its name is too long
 */
export function controlFolder(): string {
  const [folder, uid] = [folderName(), userId()];
  // Names in it have 16 digits, a process id of at most seven, and `-` and `.sock`.
  const length = Buffer.byteLength(folder) + '/0123456789abcdef-4194304.sock'.length;
  if (length > SOCKET_PATH_MAX)
    throw new BoardError(
      `too long a folder for control sockets: ${folder}; a socket's path takes ${SOCKET_PATH_MAX} bytes: set XDG_RUNTIME_DIR to a shorter one`,
    );
  try {
    makeFolders(folder, 0o700);
  } catch (thrown) {
    const reason = writeReason(folder, thrown);
    throw new BoardError(`cannot make ${folder} for control sockets (XDG_RUNTIME_DIR): ${reason}`, {
      cause: thrown,
    });
  }
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0)
    throw new BoardError(
      `unsafe folder for control sockets: ${folder} must be a folder of yours with mode 0700; remove it, or set XDG_RUNTIME_DIR`,
    );
  return folder;
}

function folderName(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime && existsSync(runtime) ? join(runtime, 'dtbus') : join(tmpdir(), `dtbus-${userId()}`);
}

/** -1 where users have no number. */
function userId(): number {
  return process.getuid?.() ?? -1;
}

/** What the sockets of the processes that run this board begin with. */
function prefixOf(file: string): string {
  let path = resolve(file);
  try {
    path = realpathSync(path);
  } catch {
    // A board that does not exist runs nowhere: its name finds nothing.
  }
  return `${shortHash(path)}-`;
}

/** FNV-1a of 64 bits: tells the boards of one user apart, without node:crypto, which takes 6 ms to load. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** Where a process, this one or another, listens for the board. @throws {BoardError} as `controlFolder` */
export function controlSocketOf(file: string, pid = process.pid): string {
  return join(controlFolder(), `${prefixOf(file)}${pid}.sock`);
}

/** Takes away what a process that was killed left behind. */
export function forgetControl(file: string, pid: number): void {
  for (const path of controlSocketsOf(file)) if (path.endsWith(`-${pid}.sock`)) rmSync(path, { force: true });
}

/** Sockets of the processes that run this board, perhaps of some that are gone. @throws {BoardError} */
export function controlSocketsOf(file: string): string[] {
  return socketsIn(controlFolder(), file);
}

function socketsIn(folder: string, file: string): string[] {
  const sockets = readdirSync(folder).filter((name) => name.endsWith('.sock'));
  if (sockets.length === 0) return [];
  const prefix = prefixOf(file);
  return sockets.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
}

/** The process that a control socket belongs to. */
export function processOf(socket: string): number {
  return Number(/-(\d+)\.sock$/.exec(socket)?.[1]);
}

/**
 * The processes that run this board, for who only wants to mention them: nothing is made, and nothing refused.
 * It takes a tenth of a millisecond.
 */
export function processesOf(file: string): number[] {
  try {
    return socketsIn(folderName(), file)
      .map(processOf)
      .filter((pid) => isAlive(pid));
  } catch {
    return [];
  }
}
