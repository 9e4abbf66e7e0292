import { lstatSync, readFileSync, rmSync, type Stats } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { connectUnix, OsError } from '../../../os/index.ts';

/*
 * The file that a listening unix socket has in the file system: who may take it away, and when.
 */

/** @returns removes the socket that is at `path` now, unless another took its place meanwhile. */
export function removerOf(path: string): () => void {
  const made = lstatSync(path);
  return () => {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && isSame(there, made)) rmSync(path, { force: true });
  };
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/**
 * Takes away a socket at `path` that a dead server left. @throws {OsError} EADDRINUSE when a server is there, also
 * one that accepts nobody now or does not listen yet.
 */
export function removeStaleSocket(path: string): void {
  let there: Stats | undefined;
  try {
    there = lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Whoever binds is told what is wrong with the path.
  }
  if (there === undefined) return;
  if (!there.isSocket()) {
    const what = there.isDirectory() ? 'a folder' : 'another file';
    throw OsError.of('bind', 'EADDRINUSE', `${path} is not a socket but ${what}: name another path`);
  }
  try {
    connectUnix(path, 0).close();
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    if (error.code === 'ECONNREFUSED' && !isBound(path)) {
      rmSync(path);
      return;
    }
    if (error.code !== 'ECONNREFUSED' && error.code !== 'ETIMEDOUT') return;
  }
  throw OsError.of('bind', 'EADDRINUSE', `another server is listening at ${path}`);
}

/**
 * Whether a socket of a living process has the name. The kernel lists names as they were given to bind, so a
 * relative one that ends alike counts too.
 */
function isBound(path: string): boolean {
  const name = basename(path);
  let list: string;
  try {
    list = readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return false;
  }
  return list.split('\n').some((line) => {
    const bound = /^(?:\S+ +){6}\S+ (.+)$/.exec(line)?.[1];
    if (bound === undefined || bound.startsWith('@')) return false;
    return bound === path || (!(isAbsolute(bound) && isAbsolute(path)) && basename(bound) === name);
  });
}
