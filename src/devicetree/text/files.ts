/**
 * Reads a file. Undefined where there is none; it is asked for every place where a file may be.
 * @throws {FileRefused} there is something, but it must not be read
 */
export type ReadFile = (path: string) => Uint8Array | undefined;

/** A stretch of a file. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/** Reads the stretch of a file, or as much of it as there is; like `ReadFile` otherwise. */
export type ReadRange = (path: string, range: FileRange) => Uint8Array | undefined;

/** Why a file that is there is not read; the message follows "cannot read NAME: ". */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

/** A reader that asks `read` once for each path: for many sources that include the same headers. */
export function cachedReader(read: ReadFile): ReadFile {
  const known = new Map<string, Uint8Array | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, read(path));
    return known.get(path);
  };
}

/** `a/b` of `a/b/c.dts`; empty where the path has no directory. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash);
}

/** `name` seen from `directory`; an absolute one as it is. */
export function joinPath(directory: string, name: string): string {
  if (directory === '' || name.startsWith('/')) return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** A path without `.` and `..` steps, so that two ways to a file compare equal. */
export function plainPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '.' || (step === '' && steps.length > 0)) continue;
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..' && steps.at(-1) !== '') steps.pop();
    else steps.push(step);
  }
  return steps.join('/');
}
