import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { Clock } from './clock.ts';

/** Non-volatile memory of a part. */
export interface Contents {
  /** The memory itself; the part reads and writes it in place. */
  readonly bytes: Uint8Array;
  /** To be called after `bytes` changed. */
  changed(): void;
  /** Writes what is unsaved to the file now. */
  flush(): void;
}

/** How long after a change the file is written: a burst of page writes makes one file write. */
const SAVE_DELAY_NS = 500e6;

/** Memory that is gone with the part. */
export function volatileContents(size: number, fill: number): Contents {
  return { bytes: new Uint8Array(size).fill(fill), changed() {}, flush() {} };
}

/**
 * Memory kept in `file`: read now, written back a moment after changes and on `flush`. A write goes to a
 * file beside it that then takes its place, so that a crash leaves the old contents or the new. A file that
 * does not exist begins empty and is made at the first change; a shorter one is filled up.
 *
 * @throws {NodeError} when the file cannot be read or is longer than the part.
 */
export function fileContents(
  node: DeviceNode,
  file: string,
  size: number,
  fill: number,
  clock: Clock,
  warn: (sentence: string) => void,
): Contents {
  const bytes = new Uint8Array(size).fill(fill);
  if (existsSync(file)) bytes.set(readContents(node, file, size));
  let unsaved = false;
  let saving = false;

  function save(): void {
    saving = false;
    if (!unsaved) return;
    unsaved = false;
    try {
      replaceFile(file, bytes);
    } catch (error) {
      unsaved = true;
      warn(`cannot write its contents to ${file}: ${(error as Error).message}`);
    }
  }

  return {
    bytes,
    changed(): void {
      unsaved = true;
      if (saving) return;
      saving = true;
      clock.after(SAVE_DELAY_NS, save);
    },
    flush: save,
  };
}

/** The contents that `node` asks for by `dtbus,contents`, a file name relative to `directory`. */
export function contentsOf(
  node: DeviceNode,
  directory: string,
  size: number,
  fill: number,
  clock: Clock,
  warn: (sentence: string) => void,
): Contents {
  const name = node.string('dtbus,contents');
  if (name === undefined) return volatileContents(size, fill);
  return fileContents(node, resolve(directory, name), size, fill, clock, warn);
}

function readContents(node: DeviceNode, file: string, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new NodeError(node, 'dtbus,contents', `cannot read ${file}: ${(error as Error).message}`);
  }
  if (bytes.length <= size) return bytes;
  throw new NodeError(
    node,
    'dtbus,contents',
    `${file} holds ${bytes.length} bytes, the part only ${size}: name another file, or correct the part's size`,
  );
}

function replaceFile(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}.new`;
  const handle = openSync(beside, 'w', 0o644);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}
