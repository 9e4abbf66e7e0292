import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * Reads a file that a device tree names. Only regular files: a pipe or a device may keep its reader for ever, or give
 * it bytes without end.
 * @throws {Error} it cannot be opened, or is no regular file
 */
export function readTreeFile(file: string): Buffer {
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(handle).isFile()) throw new Error('not a regular file');
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}
