import { closeSync, openSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { neverEnds } from './plain-file.ts';

/** Why there is nothing to read at a path. */
export interface FileTrouble {
  /**
   * `broken`: something is there that leads nowhere, a link or a path below a file. `special`: no regular file. `fault`: what
   * the system says of anything else.
   */
  readonly kind: 'absent' | 'broken' | 'denied' | 'fault' | 'folder' | 'special';
  /** What is wrong, with the path: `board.dts is a link to ../old/board.dts, which is not there`. */
  readonly sentence: string;
}

/**
 * Why no file can be read at `path`; undefined where one can. A link is named with what it leads to, as `ls -l` shows it.
 * @throws {Error} for what is no fault of the file: Node's permission model
 */
export function fileTrouble(path: string): FileTrouble | undefined {
  const found = lookAt(path);
  if ('sentence' in found) return found;
  if (found.isDirectory()) return { kind: 'folder', sentence: `${path} is a folder; expected a file` };
  const special = found.isSocket() ? `${path} is a socket; expected a regular file` : neverEnds(path);
  if (special !== undefined) return { kind: 'special', sentence: special };
  return found.isFile() ? openTrouble(path) : undefined;
}

/**
 * The bytes of the file at `path`. @param refuse makes what to throw where it cannot be read, of why; and of what was thrown,
 * where something was
 * @throws what `refuse` made; an error that is no fault of the file: Node's permission model
 */
export function bytesAt(path: string, refuse: (trouble: FileTrouble, thrown?: unknown) => Error): Buffer {
  const trouble = fileTrouble(path);
  if (trouble !== undefined) throw refuse(trouble);
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw refuse(readTrouble(path, thrown), thrown);
  }
}

/** Why `path` could not be read, by what was thrown. @throws {unknown} the same again, where it is no fault of the file */
export function readTrouble(path: string, thrown: unknown): FileTrouble {
  const isLong = (thrown as NodeJS.ErrnoException)?.code === 'ERR_FS_FILE_TOO_LARGE';
  const reason = isLong ? 'it is longer than 2 GiB' : systemReason(thrown);
  if (reason === undefined) throw thrown;
  // It may have been taken away, or become another one, since somebody looked.
  return fileTrouble(path) ?? { kind: 'fault', sentence: `reading ${path} failed: ${reason}` };
}

/** What the system says of its error, without the number, the call and the file: `i/o error`; undefined for other errors. */
export function systemReason(thrown: unknown): string | undefined {
  const { errno } = (thrown ?? {}) as NodeJS.ErrnoException;
  return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}

/** Why there is nothing at all at `path`, neither a file nor a folder or socket; undefined where there is something. */
export function absence(path: string): FileTrouble | undefined {
  const found = lookAt(path);
  return 'sentence' in found ? found : undefined;
}

/** What is wrong with the link at `path`, or with one on the way there; undefined where it is not for a link that nothing is there. */
export function brokenLink(path: string): string | undefined {
  const trouble = orUndefined(() => absence(path));
  return trouble?.kind === 'broken' ? trouble.sentence : undefined;
}

/** That a file could not be written, and why, by what was thrown: `cannot write x.png: it is a folder; name a file`. */
export function writeFault(path: string, thrown: unknown): string {
  return `cannot write ${path}: ${writeReason(path, thrown)}`;
}

/**
 * Why `path` could not be written, by what was thrown: `no space is left there; make room, or name another place`. The file
 * may have been written under another name first: that name, which Node's message has, is not told.
 */
export function writeReason(path: string, thrown: unknown): string {
  const { code = '', message = String(thrown) } = (thrown ?? {}) as NodeJS.ErrnoException;
  const isThere = orUndefined(() => absence(path)) === undefined;
  const place = isThere ? path : dirname(path);
  const reasons: Readonly<Record<string, string | undefined>> = {
    EACCES: `no permission: see ls -ld ${place}`,
    EPERM: `no permission: see ls -ld ${place}`,
    EISDIR: 'it is a folder; name a file',
    ENOENT: brokenLink(path) ?? orUndefined(() => absence(dirname(path))?.sentence),
    ENOTDIR: brokenLink(path),
    EEXIST: brokenLink(path),
    ELOOP: brokenLink(path),
    ENOSPC: 'no space is left there; make room, or name another place',
    EROFS: 'the file system there is read-only; name another place',
  };
  return reasons[code] ?? systemReason(thrown) ?? (code || message);
}

function lookAt(path: string): Stats | FileTrouble {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return denied(path, 'look for', `ls -ld ${dirname(path)}`);
    if (code === 'ELOOP') return { kind: 'broken', sentence: `${path} is a link that leads back to itself` };
    if (code === 'ENOENT' || code === 'ENOTDIR') return atFault(path);
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { kind: 'fault', sentence: `looking for ${path} failed: ${reason}` };
  }
}

function denied(path: string, what: 'read' | 'look for', see: string): FileTrouble {
  return { kind: 'denied', sentence: `no permission to ${what} ${path}: see ${see}` };
}

/** Of a path that leads to nothing: the link in it that does, or the file in it that is no folder, or just that. */
function atFault(path: string): FileTrouble {
  const absent = { kind: 'absent', sentence: `not found: ${path}` } as const;
  const whole = path.replace(/(?<=[^/])\/+$/, '');
  for (let part = whole; ; part = dirname(part)) {
    const reached = orUndefined(() => statSync(part));
    if (reached?.isDirectory() === true) return absent;
    const prefix = part === whole ? '' : `${absent.sentence}: `;
    if (reached !== undefined)
      return { kind: 'broken', sentence: `${prefix}${part} is a file and not a folder` };
    const target = orUndefined(() => readlinkSync(part));
    if (target !== undefined)
      return { kind: 'broken', sentence: `${prefix}${part} is a link to ${target}, which is not there` };
    if (dirname(part) === part) return absent;
  }
}

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** By opening it: what the rights of this user come to is the file system's to say. */
function openTrouble(path: string): FileTrouble | undefined {
  try {
    closeSync(openSync(path, 'r'));
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return denied(path, 'read', `ls -l ${path}`);
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { kind: 'fault', sentence: `opening ${path} failed: ${reason}` };
  }
}
