import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import type { Duplex } from 'node:stream';
import { O_CLOEXEC } from './abi.ts';
import { type CFunction, cFunction, checked } from './libc.ts';
import { MasterStream } from './master-stream.ts';
import { OsError } from './os-error.ts';

const TCSANOW = 0;
/** More than any Linux `struct termios` (60 bytes on x86-64): only `cfmakeraw` looks inside. */
const TERMIOS_ROOM = 128;
const PATH_ROOM = 64;

export interface PtyOptions {
  /**
   * Path of a symbolic link to the slave, so that clients keep one name over an unplug and replug. One that leads to a
   * device of another is refused.
   */
  readonly link?: string;
}

/**
 * A pseudo-terminal: what a client opens as a serial port, seen from the adapter's side of the cable.
 *
 * While it is open the slave is kept open here too. A client that comes and goes is therefore not seen as
 * an end of file on the master, just as a USB adapter does not see who has its tty open.
 */
export interface Pty {
  /** The slave: `/dev/pts/N`. */
  readonly path: string;
  /** The name to tell users: the link where there is one, else `path`. */
  readonly name: string;
  /**
   * The master's end: what the client writes is read here and the other way. Writing never blocks; where the
   * client does not read, `write` gives false after 16 KiB and `drain` comes when there is room again.
   */
  readonly stream: Duplex;
  /** Raw mode on the line: no echo, no line editing, 8 bits. It is set on opening; a client may undo it. */
  setRaw(): void;
  /**
   * Unplugs: the link goes away and the client sees a hang-up (`read` ends, `write` gives EIO). May be
   * called more than once.
   */
  close(): void;
  [Symbol.dispose](): void;
}

function makeRaw(fd: number): void {
  const termios = new Uint8Array(TERMIOS_ROOM);
  const get = cFunction('int tcgetattr(int fd, void *termios)');
  const raw = cFunction('void cfmakeraw(void *termios)');
  const set = cFunction('int tcsetattr(int fd, int actions, const void *termios)');
  checked('tcgetattr', get(fd, termios));
  raw(termios);
  checked('tcsetattr', set(fd, TCSANOW, termios));
}

function slavePath(master: number, ptsname: CFunction): string {
  const name = Buffer.alloc(PATH_ROOM);
  // ptsname_r returns the errno itself: glibc and musl agree.
  const error = ptsname(master, name, name.length);
  if (error !== 0) checked('ptsname_r', -1);
  return name.toString('latin1', 0, name.indexOf(0));
}

/** The slaves of this process that are open: a replug may point a link from one at the next. */
const ours = new Set<string>();

/**
 * Only a link is ever replaced, and only one that leads nowhere, as after a crash, or to a terminal of this process.
 * @throws {OsError} `EEXIST` something else has the name, or another's device is reached by it
 */
function checkLink(target: string, link: string): void {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSymbolicLink())
    throw OsError.of('symlink', 'EEXIST', `${link} already exists and is not a link; name another path`);
  const now = readlinkSync(link);
  // The number of a terminal that is gone is given to the next one.
  if (now === target || ours.has(now) || !existsSync(link)) return;
  const remedy = 'name another path, or remove the link if nothing uses it';
  throw OsError.of('symlink', 'EEXIST', `${link} already leads to ${now}; ${remedy}`);
}

/** Points `link` at `target` in one step, so that nobody ever sees it missing. @throws {OsError} see `checkLink` */
function replaceLink(target: string, link: string): void {
  checkLink(target, link);
  const temporary = `${link}.${process.pid}`;
  rmSync(temporary, { force: true });
  try {
    symlinkSync(target, temporary);
    renameSync(temporary, link);
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    throw OsError.of('symlink', code as Parameters<typeof OsError.of>[1], `cannot make the link ${link}`);
  }
}

/** Takes `link` away, unless it leads to another terminal by now, or is no link any more. */
function removeLink(target: string, link: string): void {
  try {
    if (readlinkSync(link) === target) rmSync(link, { force: true });
  } catch {
    // It is gone already.
  }
}

/** Opens a pseudo-terminal in raw mode. @throws {OsError} when the system gives none. */
export function openPty(options: PtyOptions = {}): Pty {
  const flags = constants.O_RDWR | constants.O_NOCTTY | O_CLOEXEC;
  const master = checked('posix_openpt', cFunction('int posix_openpt(int flags)')(flags));
  let slave = -1;
  let path: string;
  let stream: Duplex;
  try {
    checked('grantpt', cFunction('int grantpt(int fd)')(master));
    checked('unlockpt', cFunction('int unlockpt(int fd)')(master));
    path = slavePath(master, cFunction('int ptsname_r(int fd, void *name, size_t size)'));
    slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    makeRaw(slave);
    if (options.link !== undefined) replaceLink(path, options.link);
    stream = new MasterStream(master);
    ours.add(path);
  } catch (error) {
    if (slave >= 0) closeSync(slave);
    closeSync(master);
    throw error;
  }
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    ours.delete(path);
    if (options.link !== undefined) removeLink(path, options.link);
    stream.destroy();
    closeSync(slave);
  };
  return {
    path,
    name: options.link ?? path,
    stream,
    setRaw: () => makeRaw(slave),
    close,
    [Symbol.dispose]: close,
  };
}
