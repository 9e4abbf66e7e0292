/** Reads a file. Undefined where there is none; it is asked for every place where a file may be. */
export type ReadFile = (path: string) => Uint8Array | undefined;

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
