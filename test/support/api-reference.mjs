/**
 * Makes the API reference from the types of the package: `npm run api-reference -- [FOLDER]`, by default
 * node_modules/.cache/dtbus/api-reference. typedoc takes no TypeScript 7 yet, so it is installed apart, with one that
 * it takes, once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/dtbus');
const DEPENDENCIES = { typedoc: '0.28.20', typescript: '6.0.3' };

const tools = join(CACHE, `typedoc-${Object.values(DEPENDENCIES).join('-')}`);
const out = resolve(process.argv[2] ?? join(CACHE, 'api-reference'));

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) console.error(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(tools, 'node_modules/typedoc'))) {
  console.log('installing typedoc (46 MB, once)');
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies: DEPENDENCIES }));
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], tools);
}

/** The doors of the package that have types, by the name that people import. */
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const doors = Object.values(exports).flatMap((door) =>
  door.types === undefined ? [] : [join(ROOT, door.types)],
);
const missing = doors.filter((door) => !existsSync(door));
if (missing.length > 0) {
  console.error(`not found: ${missing.join(', ')}; run npm run build`);
  process.exit(1);
}
const settings = {
  entryPoints: doors,
  out,
  name: 'dtbus',
  readme: join(ROOT, 'README.md'),
  tsconfig: join(tools, 'tsconfig.json'),
  // What is not exported is no part of the reference, though a signature may name it.
  validation: { notExported: false, invalidLink: true },
  skipErrorChecking: true,
  hideGenerator: true,
};
const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
};
writeFileSync(join(tools, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: doors }));
writeFileSync(join(tools, 'typedoc.json'), JSON.stringify(settings));
run(
  process.execPath,
  [join(tools, 'node_modules/typedoc/bin/typedoc'), '--options', join(tools, 'typedoc.json')],
  ROOT,
);
console.log(`open ${join(out, 'index.html')}`);
