import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

/** Where Linux shows its devices; other folders in tests. */
export interface Places {
  readonly dev: string;
  readonly sys: string;
}
export const MACHINE: Places = { dev: '/dev', sys: '/sys' };

/** The names in a folder, sorted; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort(new Intl.Collator('en', { numeric: true }).compare);
  } catch {
    return [];
  }
}

/** What stands in a file of /sys; undefined where it cannot be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The last name of what a symbolic link points to. */
export function linkedName(link: string): string | undefined {
  try {
    return basename(readlinkSync(link));
  } catch {
    return undefined;
  }
}

/** A path without symbolic links; undefined where there is nothing. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
