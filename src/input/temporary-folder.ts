import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReason } from './file-trouble.ts';

/** Makes a new folder for temporary files. @param use what for: a part of its name @throws {Error} it cannot be made */
export function temporaryFolder(use: string): string {
  const place = tmpdir();
  const path = join(place, `dtbus-${use}-`);
  try {
    return mkdtempSync(path);
  } catch (thrown) {
    const reason = writeReason(path, thrown);
    throw new Error(`cannot make a temporary folder in ${place} (TMPDIR): ${reason}`, { cause: thrown });
  }
}
