import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { BoardError } from '../board-error.ts';

/** The socket in a folder of `dtbus serve`. */
export const CONTROL_SOCKET = 'control.sock';

/**
 * The folder of this user's control sockets: below XDG_RUNTIME_DIR, or in the folder for temporary files.
 * @throws {BoardError} when it belongs to somebody else or others may enter it
 */
export function controlFolder(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const { uid } = userInfo();
  const folder = runtime ? join(runtime, 'dtbus') : join(tmpdir(), `dtbus-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0)
    throw new BoardError(
      `unsafe folder for control sockets: ${folder} must be a folder of yours with mode 0700; remove it, or set XDG_RUNTIME_DIR`,
    );
  return folder;
}

/** What the sockets of the processes that run this board begin with. */
function prefixOf(file: string): string {
  let path = resolve(file);
  try {
    path = realpathSync(path);
  } catch {
    // A board that does not exist runs nowhere: its name finds nothing.
  }
  return `${createHash('sha256').update(path).digest('hex').slice(0, 16)}-`;
}

/** Where this process listens for the board. @throws {BoardError} as `controlFolder` */
export function controlSocketOf(file: string): string {
  return join(controlFolder(), `${prefixOf(file)}${process.pid}.sock`);
}

/** Takes away what a process that was killed left behind. */
export function forgetControl(file: string, pid: number): void {
  for (const path of controlSocketsOf(file)) if (path.endsWith(`-${pid}.sock`)) rmSync(path, { force: true });
}

/** Sockets of the processes that run this board, perhaps of some that are gone. @throws {BoardError} */
export function controlSocketsOf(file: string): string[] {
  const folder = controlFolder();
  const prefix = prefixOf(file);
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.sock'))
    .map((name) => join(folder, name));
}
