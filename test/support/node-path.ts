import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** `path` (of PATH's form) such that a plain `node` is `execPath`: its folder comes first, if another is found now. */
export function pathWithNode(path: string, execPath: string): string {
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
    .find((file) => existsSync(file));
  if (found !== undefined && realpathSync(found) === realpathSync(execPath)) return path;
  return `${dirname(execPath)}${delimiter}${path}`;
}
