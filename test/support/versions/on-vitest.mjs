// Runs the example project, all matchers and their types, and `-u`, from the packed package on another vitest:
// `npm run test:vitest -- 3.2`; `npm run test:vitest -- 5 22`, on Node 22.
//
// vitest is kept in node_modules/.cache/vitest. The exit code is that of the tests; 2: called wrongly; 1: no such version.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, ROOT } from './installed.mjs';

const TEST = join('test', 'kit', 'example.test.ts');

const [version = '', node] = process.argv.slice(2);
const folder = installed('vitest', version, {
  cache: 'vitest',
  file: 'vitest.mjs',
  usage: 'npm run test:vitest -- VERSION [NODE]',
  example: '3.2 or 5.1.2',
});
const { version: found, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
console.log(`${folder}: vitest ${found}, for node ${engines.node}`);
const [script, ...argv] =
  node === undefined
    ? [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', TEST]
    : [join(ROOT, 'test', 'support', 'versions', 'on-node.mjs'), node, TEST];
const { status } = spawnSync(process.execPath, [script, ...argv], {
  cwd: ROOT,
  env: { ...process.env, DTBUS_TEST_VITEST: folder },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
