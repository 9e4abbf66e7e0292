import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { brokenLink } from '../input/index.ts';
import { FileRefused, type ReadFile, type ReadRange } from './text/files.ts';
import type { SourceClock } from './text/source-clock.ts';

/** Bytes of a file that are taken at most: what is longer is no source, and would only fill the memory. */
const MAX_FILE = 1024 * 1024 * 1024;
/** Bytes that are taken from a device without end. */
const MAX_FROM_DEVICE = 16 * 1024 * 1024;

/** Linux's devices that are memory only, so that reading them does nothing (Documentation/admin-guide/devices.txt, major 1). */
const MEMORY_MAJOR = 1;
const MEMORY_DEVICES = { null: 3, zero: 5, random: 8, urandom: 9 } as const;

/** What `parse` needs of the host, to be spread into its options. */
interface HostFiles {
  readonly readFile: ReadFile;
  readonly readRange: ReadRange;
  readonly clock: SourceClock;
  readonly brokenLink: (path: string) => string | undefined;
}

/**
 * The files of this machine for a source that names them. The names are the source's choice, which may be a stranger's:
 * only regular files are opened, so that nothing waits for a FIFO, starts a device, or reads without end.
 */
export function hostFiles(): HostFiles {
  return {
    readFile: (path) => {
      const stats = statOf(path);
      if (stats === undefined) return undefined;
      // As for cpp, a directory of that name is not what is looked for.
      if (stats.isDirectory()) return undefined;
      if (isMemoryDevice(stats, 'null')) return new Uint8Array(0);
      refuseUnlessRegular(stats);
      return withFile(path, (file) => readFileSync(file));
    },
    readRange: (path, { offset, size }) => {
      const stats = statOf(path);
      if (stats === undefined) return undefined;
      if (isMemoryDevice(stats, 'null')) return new Uint8Array(0);
      const endless = isMemoryDevice(stats, 'zero') || isMemoryDevice(stats, 'urandom');
      if (endless)
        return withFile(path, (file) => readAll(file, new Uint8Array(bounded(size, MAX_FROM_DEVICE)), null));
      refuseUnlessRegular(stats);
      const length = Math.max(0, Math.min(size, stats.size - offset));
      return withFile(path, (file) => readAll(file, new Uint8Array(bounded(length, MAX_FILE)), offset));
    },
    clock: {
      now: () => new Date(),
      sourceDateEpoch: process.env['SOURCE_DATE_EPOCH'],
      modified: (path) => statOf(path)?.mtime,
    },
    // A search goes on past a folder: only where nothing else is found is it what is wrong.
    brokenLink: (path) =>
      statOf(path)?.isDirectory() === true ? `${path} is a folder, and not a file` : brokenLink(path),
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isMemoryDevice(stats: Stats, name: keyof typeof MEMORY_DEVICES): boolean {
  // Linux's encoding of a device number (include/linux/kdev_t.h, new_decode_dev), as far as it goes here.
  return stats.isCharacterDevice() && stats.rdev === MEMORY_MAJOR * 256 + MEMORY_DEVICES[name];
}

/** @throws {FileRefused} something else than a regular file of bearable size */
function refuseUnlessRegular(stats: Stats): void {
  if (stats.isFile()) {
    bounded(stats.size, MAX_FILE);
    return;
  }
  throw new FileRefused(`it is ${kindOf(stats)}; expected a regular file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function bounded(size: number, limit: number): number {
  if (size <= limit) return size;
  throw new FileRefused(`it has ${size} bytes; at most ${limit} are read`);
}

/** Opens what was a regular file a moment ago, without waiting where it is a FIFO now. @throws {FileRefused} */
function withFile<T>(path: string, read: (file: number) => T): T {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(file).isFIFO()) throw new FileRefused('it is a FIFO; expected a regular file');
    return read(file);
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused((error as Error).message, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Fills `bytes` from `position`, or from where the file stands, as far as the file goes. */
function readAll(file: number, bytes: Uint8Array, position: number | null): Uint8Array {
  let at = 0;
  while (at < bytes.length) {
    const count = readSync(file, bytes, at, bytes.length - at, position === null ? null : position + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
