// Changes the code of a room in small ways, one at a time, and tells which changes no test notices.
//
//   node test/mutation/run.mjs ROOM [--folder FOLDER] [--concurrency N] [--tests PATTERN]... [FILE...]
//
// ROOM is one of rooms.mjs; FILEs (patterns of them) instead of all that it names; `--tests`: only these notice, where a few files
// do not need all tests of a room. Stryker and a copy of the project come into
// FOLDER, by default a temporary one that is removed at the end; a FOLDER that is there is used again. The report of the last
// of the two runs, that of the room's slow tests, is FOLDER/reports. Mutants of code that runs once at import (tables) are left out: each would need a new process.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOMS } from './rooms.mjs';
import { leftOver, merged, summary } from './summary.mjs';

/** The last Stryker that runs on Node 20. */
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1'];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function run(command, argv, cwd) {
  const { status, error } = spawnSync(command, argv, { cwd, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

/** The files that git knows or would take, copied into `folder`, and Stryker installed beside the project's own packages. */
function prepare(folder) {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const old of ['src', 'test', 'hosts']) rmSync(join(folder, old), { recursive: true, force: true });
  for (const file of listed.stdout
    .split('\n')
    .filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    if (/^package(-lock)?\.json$/.test(file) && existsSync(join(folder, 'node_modules'))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  if (existsSync(join(folder, 'node_modules', '@stryker-mutator'))) return;
  console.log('installing the packages of the project and Stryker (about 100 MB)');
  const options = ['--save-dev', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
  const status = run('npm', ['install', ...options, ...STRYKER], folder);
  if (status !== 0) throw new Error(`cannot install Stryker: npm ended with ${status}`);
}

/** Stryker's configuration, and vitest's: only these tests, without the build and the part table around them. */
function configure(folder, { tests, early = false }, mutate, concurrency) {
  // A place may name a part of a file: FILE:LINE:COLUMN-LINE:COLUMN.
  const files = early ? [...new Set(mutate.map((place) => `/${place.replace(/:\d.*/, '')}`))] : [];
  const before = `import.meta.glob(${JSON.stringify(files)}, { eager: true });\n`;
  writeFileSync(join(folder, 'mutation.before.mjs'), before);
  const setupFiles = ['./mutation.before.mjs'];
  const test = { include: tests, setupFiles, testTimeout: 60_000, isolate: false };
  const vitest = `export default { test: ${JSON.stringify(test)} };\n`;
  writeFileSync(join(folder, 'mutation.vitest.config.mjs'), vitest);
  const stryker = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'mutation.vitest.config.mjs', related: false },
    mutate,
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency,
    timeoutMS: 4_000,
    ignorePatterns: ['dist', 'docs', 'findings', 'coverage', 'reports'],
    reporters: ['progress-append-only', 'json', 'html'],
    allowEmpty: true,
    // Stryker would rewrite tsconfig.json by a function that TypeScript 7 has no more; the tests need no rewriting.
    tsconfigFile: 'none',
  };
  writeFileSync(join(folder, 'stryker.config.json'), JSON.stringify(stryker, undefined, 2));
}

/** Stryker's report of a run. @throws {Error} when there was none, as where a test fails without any change. */
function mutate(folder, room, places, concurrency) {
  configure(folder, room, places, concurrency);
  const stryker = ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run'];
  const status = run(process.execPath, stryker, folder);
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
  return JSON.parse(readFileSync(join(folder, 'reports', 'mutation', 'mutation.json'), 'utf8'));
}

const { values, positionals } = parseArgs({
  options: {
    folder: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true },
  },
  allowPositionals: true,
});
const [name = '', ...files] = positionals;
const concurrency = Number(values.concurrency);
if (!Object.hasOwn(ROOMS, name) || !Number.isInteger(concurrency) || concurrency < 1) {
  console.error(
    'usage: node test/mutation/run.mjs ROOM [--folder FOLDER] [--concurrency N] [--tests PATTERN]... [FILE...]',
  );
  console.error(`ROOM is one of ${Object.keys(ROOMS).join(', ')}; N is at least 1`);
  process.exit(2);
}
const kept = values.folder === undefined ? undefined : resolve(values.folder);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'dtbus-mutation-'));
try {
  mkdirSync(folder, { recursive: true });
  prepare(folder);
  const room =
    values.tests === undefined ? ROOMS[name] : { ...ROOMS[name], tests: values.tests, slow: undefined };
  let report = mutate(folder, room, files.length > 0 ? files : room.mutate, concurrency);
  const left = leftOver(report);
  if (room.slow !== undefined && left.length > 0) {
    console.log(`the slow tests, for ${left.length} mutants that the others did not notice`);
    report = merged(report, mutate(folder, { ...room, tests: room.slow }, left, concurrency));
  }
  console.log(summary(report));
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true });
}
