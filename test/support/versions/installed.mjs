import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VERSION = /^\d+(\.\d+){0,2}$/;

/**
 * npm's package in that version, kept in node_modules/.cache and installed where it is not there; the process ends with 2
 * for what is no version, with 1 where there is none. @param file of it, that must be there @param note what it costs
 * @returns its folder
 */
export function installed(name, version, { cache, file, usage, example, note = '' }) {
  if (!VERSION.test(version)) {
    console.error(`invalid version "${version}": expected for example ${example}`);
    console.error(`usage: ${usage}`);
    process.exit(2);
  }
  const folder = join(ROOT, 'node_modules', '.cache', cache, version);
  const found = join(folder, 'node_modules', name);
  // An exact version that is there is not asked for again.
  if (version.split('.').length === 3 && existsSync(join(found, file))) return found;
  console.log(`installing ${name}@${version}${note} in ${folder}`);
  mkdirSync(folder, { recursive: true });
  const options = [
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  const { status, error } = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0 && existsSync(join(found, file))) return found;
  console.error(`cannot install ${name}@${version}${error ? `: ${error.message}` : ''}`);
  console.error(`use a version of \`npm view ${name} versions\``);
  process.exit(1);
}
