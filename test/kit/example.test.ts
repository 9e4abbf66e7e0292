import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A project of somebody who has installed the package as npm packs it. */
let project: string;
let compiled: SpawnSyncReturns<string>;

function run(command: string, ...args: string[]): SpawnSyncReturns<string> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...env } = process.env;
  return spawnSync(command, args, {
    cwd: project,
    env: { ...env, NO_COLOR: '1', CI: '1' },
    encoding: 'utf8',
  });
}

const tool = (path: string) => join(project, 'node_modules', path);

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'dtbus-example-'));
  cpSync('test/fixtures/example', project, { recursive: true });
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    encoding: 'utf8',
  });
  mkdirSync(tool('@types'), { recursive: true });
  expect(run('tar', 'xzf', packed.stdout.trim(), '-C', 'node_modules').status).toBe(0);
  renameSync(tool('package'), tool('dtbus'));
  for (const name of ['commander', 'koffi', 'serialport', 'vitest', 'typescript', '@types/node'])
    symlinkSync(resolve('node_modules', name), tool(name));
  compiled = run(process.execPath, tool('typescript/bin/tsc'));
}, 60_000);
afterAll(() => rmSync(project, { recursive: true }));

it('its types hold, and its TypeScript is compiled', () => {
  expect(compiled).toMatchObject({ status: 0, stdout: '' });
});

it('vitest runs its tests, of TypeScript and of JavaScript', () => {
  const { status, stdout } = run(
    process.execPath,
    tool('vitest/vitest.mjs'),
    'run',
    '--dir',
    'vitest',
    '--reporter',
    'verbose',
  );
  expect(stdout).toMatch(/Tests {2}5 passed \| 1 skipped \(6\)/);
  expect(stdout).toContain('unsupported fault absent on &far: only a bus that is simulated as a whole');
  expect(status).toBe(0);
});

it('node:test runs its tests, of JavaScript and of compiled TypeScript', () => {
  const { status, stdout } = run(
    process.execPath,
    ...['--test', '--test-reporter=tap', 'node/lm75.spec.mjs', 'out/node/sweep.spec.js'],
  );
  expect(stdout).toMatch(/# pass 4\n/);
  expect(stdout).toMatch(/# skipped 1\n/);
  expect(stdout).toContain('# SKIP unsupported fault absent on &far');
  expect(status).toBe(0);
});
