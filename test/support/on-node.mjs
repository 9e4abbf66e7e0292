// Runs the tests on another Node. `npm run test:node -- 22`, `npm run test:node -- 26.12.1 test/virtio`.
//
// The binary is npm's package `node-<platform>-<arch>`, kept in node_modules/.cache/node. Its folder comes first on PATH,
// so the `node` and `npx` of the tests are it, too. The exit code is vitest's; 2: called wrongly; 1: no such Node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLATFORM = process.platform === 'win32' ? 'win' : process.platform;
const PACKAGE = `node-${PLATFORM}-${process.arch}`;
const BINARY = process.platform === 'win32' ? 'node.exe' : 'node';

/** The path of Node `version`; an exact version that is there is not asked for again. */
function install(version) {
  const folder = join(ROOT, 'node_modules', '.cache', 'node', version);
  const binary = join(folder, 'node_modules', PACKAGE, 'bin', BINARY);
  if (version.split('.').length === 3 && existsSync(binary)) return binary;
  console.log(`installing ${PACKAGE}@${version} (about 45 MB to fetch) in ${folder}`);
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
  const { status, error } = spawnSync('npm', ['install', ...options, `${PACKAGE}@${version}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0 && existsSync(binary)) return binary;
  console.error(`cannot install ${PACKAGE}@${version}${error ? `: ${error.message}` : ''}`);
  console.error(`use a version of \`npm view ${PACKAGE} versions\``);
  process.exit(1);
}

const [version = '', ...argv] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version)) {
  console.error(`invalid version "${version}": expected for example 22 or 26.12.1`);
  console.error('usage: npm run test:node -- VERSION [PATH...]');
  process.exit(2);
}
const node = install(version);
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
