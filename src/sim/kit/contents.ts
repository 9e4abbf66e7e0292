import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DeviceNode, NodeError } from '../../bus/index.ts';
import { brokenLink, replaceFile, writeReason } from '../../input/index.ts';
import type { Contents } from '../../parts/index.ts';
import type { Clock } from './clock.ts';
import { FileLock } from './file-lock.ts';
import { readPartFile } from './part-file.ts';

/** Where the contents of a part live, and who says so. */
interface ContentsFile {
  readonly node: DeviceNode;
  readonly path: string;
}

const CONTENTS = 'dtbus,contents';

/** Contents that lie in a file, which nobody else writes meanwhile. */
interface FileContents extends Contents {
  /** Lets others write it: the part has ended. */
  release(): void;
}

/** How long after a change the file is written: a burst of page writes makes one file write. */
const SAVE_DELAY_NS = 500e6;

/** Memory that is gone with the part. It is made when it is first looked at: who only identifies a flash of 256 MiB needs none. */
export function volatileContents(size: number, fill: number): Contents {
  return new VolatileContents(size, fill);
}

/** An object with accessors of its own would take half a KiB. */
export class VolatileContents implements Contents {
  readonly #size: number;
  readonly #fill: number;
  #made: Uint8Array | undefined;

  constructor(size: number, fill: number) {
    this.#size = size;
    this.#fill = fill;
  }

  get bytes(): Uint8Array {
    this.#made ??= new Uint8Array(this.#size).fill(this.#fill);
    return this.#made;
  }

  changed(): void {}

  flush(): void {}

  load(given: Uint8Array): void {
    setFirst(this.bytes, 'contents', given);
  }
}

/**
 * Puts `given` at the beginning of a property's bytes.
 * @throws {RangeError} for more than there is room for: they would be lost
 */
export function setFirst(bytes: Uint8Array, name: string, given: Uint8Array): void {
  if (given.length > bytes.length)
    throw new RangeError(`invalid ${name}: expected at most ${bytes.length} bytes, got ${given.length}`);
  bytes.set(given);
}

/**
 * Memory kept in a file: read now, written back a moment after changes and on `flush`, always as a whole. A file that
 * does not exist begins empty and is made at the first change; a shorter one is filled up. One that another program
 * has changed meanwhile is not overwritten, nor is one that another board has open.
 *
 * @throws {NodeError} when the file cannot be read or is longer than the part.
 */
export function fileContents(
  { node, path }: ContentsFile,
  size: number,
  fill: number,
  clock: Clock,
  warn: (sentence: string) => void,
): FileContents {
  refuseBrokenLink(node, path);
  const lock = new FileLock(realPathOf(path));
  // One that only looks need not have it.
  lock.take();
  const bytes = new Uint8Array(size).fill(fill);
  let seen = stampOf(path);
  try {
    const kept = seen === undefined ? undefined : readContents(node, path, size);
    bytes.set(kept ?? []);
    if (kept !== undefined && kept.length < size)
      warn(
        `${CONTENTS}: ${path} holds ${kept.length} bytes, the part ${size}: the rest reads 0x${fill.toString(16).padStart(2, '0')}`,
      );
  } catch (error) {
    lock.release();
    throw error;
  }
  let unsaved = false;
  let saving = false;

  function save(): void {
    saving = false;
    if (!unsaved) return;
    try {
      const holder = lock.take();
      if (holder !== undefined) throw new Error(`${holder} has it open; end that first`);
      if (stampOf(path) !== seen) throw new Error('another program has changed the file since it was read');
      replaceFile(realPathOf(path), bytes);
      seen = stampOf(path);
      unsaved = false;
    } catch (error) {
      throw new NodeError(
        node,
        CONTENTS,
        `cannot write its contents to ${path}: ${writeReason(path, error)}`,
      );
    }
  }

  function changed(): void {
    unsaved = true;
    if (saving) return;
    saving = true;
    clock.after(SAVE_DELAY_NS, () => {
      try {
        save();
      } catch (error) {
        warn((error as NodeError).sentence);
      }
    });
  }

  function load(given: Uint8Array): void {
    setFirst(bytes, 'contents', given);
    changed();
  }

  return { bytes, changed, flush: save, load, release: () => lock.release() };
}

/** The file that `node` asks for by `dtbus,contents`, relative to `directory`; undefined where it asks for none. */
export function contentsFileOf(node: DeviceNode, directory: string): ContentsFile | undefined {
  const name = node.string(CONTENTS);
  return name === undefined ? undefined : { node, path: resolve(directory, name) };
}

/** Tells one state of a file from another; undefined where it does not exist. */
function stampOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

/** The file itself where `path` is a link to it, or to where it is to be made: the link stays. */
function realPathOf(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realPathOf(resolve(dirname(path), readlinkSync(path))) : path;
}

/** @throws {NodeError} a link to where no file can be made */
function refuseBrokenLink(node: DeviceNode, path: string): void {
  const fault = brokenLink(path);
  if (fault === undefined) return;
  try {
    if (statSync(dirname(realPathOf(path))).isDirectory()) return;
  } catch {
    // Links that lead back to themselves, or into a folder that is not there.
  }
  throw new NodeError(node, CONTENTS, `${fault}; make it, or name another file`);
}

function readContents(node: DeviceNode, file: string, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readPartFile(file);
  } catch (error) {
    throw new NodeError(node, CONTENTS, `cannot be read: ${(error as Error).message}`);
  }
  if (bytes.length <= size) return bytes;
  throw new NodeError(
    node,
    CONTENTS,
    `${file} holds ${bytes.length} bytes, the part only ${size}: name another file, or correct the part's size`,
  );
}
