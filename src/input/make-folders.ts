import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` never ends where nobody can make
 * one in a folder that is there and the file system says ENOENT to it.
 * @param mode of those that are made @returns those that were made, the outermost first
 * @throws {Error} Node's own, with `code`, and `path`: the folder that could not be made
 */
export function makeFolders(folder: string, mode = 0o777): readonly string[] {
  try {
    mkdirSync(folder, { mode });
    return [folder];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder || existsSync(above)) {
      if (!isFolder(folder)) throw error;
      return [];
    }
    return [...makeFolders(above, mode), ...makeFolders(folder, mode)];
  }
}
