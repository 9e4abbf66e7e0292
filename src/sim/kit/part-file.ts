import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { fileTrouble, readTrouble } from '../../input/index.ts';

/**
 * Reads a file that a device tree names for a part. Only regular files: a pipe or a device may keep its reader for ever, or
 * give it bytes without end.
 * @throws {Error} what is wrong with it, with its path
 */
export function readPartFile(file: string): Buffer {
  const trouble = fileTrouble(file);
  if (trouble !== undefined) throw new Error(trouble.sentence);
  let handle: number | undefined;
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    // It may be another one now.
    if (!fstatSync(handle).isFile()) throw new Error(`${file} is not a regular file`);
    return readFileSync(handle);
  } catch (thrown) {
    throw new Error(readTrouble(file, thrown).sentence, { cause: thrown });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
