import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFault } from './file-trouble.ts';

/**
 * Writes files that are not there yet into a folder, all or none: half of a project would keep the next try from making it.
 * @param files text by name
 * @returns their paths @throws {Error} one cannot be written
 */
export function writeNewFiles(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  const written: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    try {
      writeFileSync(file, text, { flag: 'wx' });
      written.push(file);
    } catch (thrown) {
      // A full disk leaves the beginning of a file, or an empty one; what somebody else has made meanwhile is his.
      const isOurs = (thrown as NodeJS.ErrnoException).code !== 'EEXIST';
      for (const each of isOurs ? [...written, file] : written) removeQuietly(each);
      throw new Error(writeFault(file, thrown), { cause: thrown });
    }
  }
  return written;
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It could not be made either.
  }
}
