import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  absence,
  makeFolders,
  oneLine,
  presentFolder,
  writeFault,
  writeNewFiles,
} from '../../input/index.ts';
import { packageFile } from '../terminal/package-file.ts';
import { dependencyOn } from './dependency.ts';
import { projectFiles } from './files.ts';

/**
 * `dtbus init [FOLDER]`. @returns the exit code
 * @throws {Error} where a file is there already: nothing is written then
 */
export function init(folder: string): number {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  const dependency = dependencyOn(packageFile('.'), version, folder);
  const files = projectFiles(basename(resolve(folder)), dependency);
  const taken = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0)
    throw new Error(
      `already there: ${taken.map((name) => join(folder, name)).join(', ')}; name an empty folder: dtbus init FOLDER`,
    );
  makeFolder(folder);
  for (const file of writeNewFiles(folder, files)) process.stdout.write(`${oneLine(file)}\n`);
  const enter = resolve(folder) === presentFolder() ? '' : `cd ${folder} && `;
  process.stdout.write(`Next: ${oneLine(enter)}npm install && npm start && npm test\n`);
  return 0;
}

/** @throws {Error} it cannot be made, or is something else */
function makeFolder(folder: string): void {
  const trouble = absence(folder);
  if (trouble?.kind === 'broken') throw new Error(`${trouble.sentence}; name an empty folder`);
  if (trouble === undefined && !statSync(folder).isDirectory())
    throw new Error(`not a folder: ${folder}; name an empty folder, or one that does not exist`);
  try {
    makeFolders(folder);
  } catch (thrown) {
    throw new Error(writeFault(folder, thrown), { cause: thrown });
  }
}
