import { fileURLToPath } from 'node:url';
import { shown } from './shown.ts';

/** A file or folder as a caller names it: a path, or a URL as `new URL('./board.dts', import.meta.url)` makes it. */
export type FilePath = string | URL;

/**
 * The path that `value` is.
 * @param what what it is the path of, for the error
 * @throws {TypeError} it is neither a path nor a URL of a file
 */
export function filePath(what: string, value: unknown): string {
  const url = urlOf(value);
  if (url === undefined && typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  try {
    if (url !== undefined) return fileURLToPath(url);
  } catch {
    // A URL of something else, or of another machine.
  }
  throw new TypeError(`invalid ${what}: expected a path or a file: URL, got ${url ?? shown(value)}`);
}

/** The text of a URL; one of another realm (jsdom, a `vm` context) is no instance of this one's class. */
function urlOf(value: unknown): string | undefined {
  if (typeof value === 'string') return /^file:\/\//i.test(value) ? value : undefined;
  const { href, protocol } = (value ?? {}) as Partial<URL>;
  return typeof href === 'string' && typeof protocol === 'string' ? href : undefined;
}
