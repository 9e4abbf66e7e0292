import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { devNull } from 'node:os';

/** Whether a process of this machine is there, anybody's; one that has ended is until its parent asks for its end. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Lets this process end in order where its terminal is gone. At its end Node sets the terminals back that it was started
 * with, and aborts (SIGABRT) where that fails; another file in the place of one it leaves alone.
 */
export function leaveGoneTerminals(): void {
  process.once('exit', leave);
}

function leave(): void {
  for (const fd of [0, 1, 2]) {
    try {
      const stats = fstatSync(fd);
      if (!stats.isCharacterDevice() || stats.rdev === statSync(devNull).rdev) continue;
      // Asked for only here: Node's module of terminals loads that of sockets, which takes 3 ms.
      if (process.getBuiltinModule('node:tty').isatty(fd)) continue;
      closeSync(fd);
      openSync(devNull, 'r+');
    } catch {
      // It is not open.
    }
  }
}

let hasOne = false;

/** This process carries out one task: while it waits for a device, nothing else is to be done. */
export function haveOneTask(): void {
  hasOne = true;
}

export function hasOneTask(): boolean {
  return hasOne;
}

/** From so many bytes on it is worth the calls. */
const MANY_BYTES = 1 << 16;

/** Zeros that are about to be written over; see `makeRoom`. */
export function roomFor(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  makeRoom(bytes, 0, length);
  return bytes;
}

/**
 * To be called for bytes that are about to be written over: they may be zeros behind it. Where they are many, a process of one task
 * has the kernel put their pages there in one call: each by itself, when it is first written to, takes five times as long in a guest.
 */
export function makeRoom(bytes: Uint8Array, at: number, length: number): void {
  if (hasOne && length >= MANY_BYTES && process.platform === 'linux') touch(bytes.subarray(at, at + length));
}

function touch(bytes: Uint8Array): void {
  try {
    const zeros = openSync('/dev/zero', 'r');
    try {
      readSync(zeros, bytes);
    } finally {
      closeSync(zeros);
    }
  } catch {
    // It is not there, or must not be read: the pages come one by one.
  }
}
