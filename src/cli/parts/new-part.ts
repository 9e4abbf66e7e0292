import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolders, oneLine, shown, writeFault, writeNewFiles } from '../../input/index.ts';
import { InvalidValue } from '../terminal/usage-error.ts';
import { labelOf, type Naming, skeleton } from './skeleton.ts';

export interface NewPartOptions {
  readonly folder: string;
  readonly typescript: boolean;
}

/** Whose part it is where nobody says it, as in examples. */
const VENDOR = 'acme';
/** `thermometer`, or `acme,thermometer`: names of files, and of nodes and compatibles of a device tree. */
const NAME = /^(?:([a-z0-9][a-z0-9-]*),)?([a-z0-9][a-z0-9-]{0,30})$/;

/**
 * `dtbus parts new NAME`. @returns the exit code
 * @throws {InvalidValue} what is no name. @throws {Error} where a file is there already: nothing is written then
 */
export function newPart(given: string, { folder, typescript }: NewPartOptions): number {
  const [, vendor = VENDOR, name] = NAME.exec(given) ?? [];
  if (name === undefined)
    throw new InvalidValue(
      'name',
      `lower-case letters, digits and -, as thermometer or ${VENDOR},thermometer`,
      shown(given),
    );
  const naming: Naming = { compatible: `${vendor},${name}`, name, typescript, runner: runnerIn(folder) };
  const files = skeleton(naming);
  const taken = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0)
    throw new Error(
      `already there: ${taken.map((file) => join(folder, file)).join(', ')}; name another part, or a folder by --folder`,
    );
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new Error(`not a folder: ${folder}; name a folder by --folder`);
  try {
    makeFolders(folder);
  } catch (thrown) {
    throw new Error(writeFault(folder, thrown), { cause: thrown });
  }
  for (const file of writeNewFiles(folder, files)) process.stdout.write(`${oneLine(file)}\n`);
  process.stdout.write(nextSteps(naming, folder));
  return 0;
}

/** vitest where the project around the folder has it. */
function runnerIn(folder: string): Naming['runner'] {
  try {
    const text = readFileSync(join(projectOf(resolve(folder)), 'package.json'), 'utf8');
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object | undefined>;
    return 'vitest' in { ...dependencies, ...devDependencies } ? 'vitest' : 'node:test';
  } catch {
    return 'node:test';
  }
}

/** The nearest folder above with a package.json. */
function projectOf(folder: string): string {
  const above = resolve(folder, '..');
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : projectOf(above);
}

function nextSteps({ compatible, name, typescript, runner }: Naming, folder: string): string {
  const file = `${name}.test.${typescript ? 'mts' : 'mjs'}`;
  const path = oneLine(join(folder, file));
  const run = runner === 'vitest' ? `npx vitest run ${path}` : `node --test ${path}`;
  return [
    `Next: ${run}`,
    `The part is "${compatible}": copy the node &${labelOf({ name })} of ${name}.dts into a board of yours.`,
    ...(typescript ? ['TypeScript needs Node 22.18 or newer, or tsx: NODE_OPTIONS="--import tsx"'] : []),
    '',
  ].join('\n');
}
