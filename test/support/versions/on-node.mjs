// Runs the tests on another Node. `npm run test:node -- 22`, `npm run test:node -- 26.12.1 test/virtio`.
//
// The binary is npm's package `node-<platform>-<arch>`, kept in node_modules/.cache/node. Its folder comes first on PATH,
// so the `node` and `npx` of the tests are it, too. The exit code is vitest's; 2: called wrongly; 1: no such Node.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installed, ROOT } from './installed.mjs';

const PLATFORM = process.platform === 'win32' ? 'win' : process.platform;
const FILE = join('bin', process.platform === 'win32' ? 'node.exe' : 'node');

const [version = '', ...argv] = process.argv.slice(2);
const folder = installed(`node-${PLATFORM}-${process.arch}`, version, {
  cache: 'node',
  file: FILE,
  usage: 'npm run test:node -- VERSION [PATH...]',
  example: '22 or 26.12.1',
  note: ' (about 45 MB to fetch)',
});
const node = join(folder, FILE);
const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
const found = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
console.log(`${node}: ${found}, ${Math.round(statSync(node).size / 1e6)} MB`);
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(node, [vitest, 'run', ...argv], {
  cwd: ROOT,
  env: { ...process.env, PATH },
  stdio: 'inherit',
});
console.log(`Node ${found}: vitest ended with ${status ?? 'a signal'}`);
process.exitCode = status ?? 1;
