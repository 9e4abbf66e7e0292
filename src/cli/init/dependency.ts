import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/**
 * How the project in `folder` names dtbus in its `package.json`: by the file or the folder that this one was installed
 * from, else by its version.
 * @param root the folder of this package
 */
export function dependencyOn(root: string, version: string, folder: string): string {
  const source = sourceOf(root);
  if (source === undefined) return `^${version}`;
  // The tarball may be gone; the package that was made of it is not.
  const path = relative(resolve(folder), existsSync(source) ? source : root);
  return `file:${path.split(sep).join('/')}`;
}

/** What the package was installed from: a clone, or a tarball; undefined for a registry. */
function sourceOf(root: string): string | undefined {
  const modules = dirname(root);
  if (basename(modules) !== 'node_modules') return root;
  const resolved = resolvedIn(join(modules, '.package-lock.json'));
  return resolved?.startsWith('file:')
    ? resolve(dirname(modules), resolved.slice('file:'.length))
    : undefined;
}

/** Where npm had dtbus from, by its own note of what it installed. */
function resolvedIn(lock: string): string | undefined {
  try {
    const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
      readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>;
    };
    return packages?.['node_modules/dtbus']?.resolved;
  } catch {
    return undefined;
  }
}
