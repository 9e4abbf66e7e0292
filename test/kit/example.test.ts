import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A project of somebody who has installed the package as npm packs it. */
let project: string;
let compiled: SpawnSyncReturns<string>;

function run(command: string, ...args: string[]): SpawnSyncReturns<string> {
  return runIn({}, command, ...args);
}

function runIn(more: NodeJS.ProcessEnv, command: string, ...args: string[]): SpawnSyncReturns<string> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...env } = process.env;
  return spawnSync(command, args, {
    cwd: project,
    env: { ...env, NO_COLOR: '1', CI: '1', ...more },
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
});
afterAll(() => rmSync(project, { recursive: true }));

it('its types hold, and its TypeScript is compiled', () => {
  expect(compiled).toMatchObject({ status: 0, stdout: '' });
});

it('vitest runs its tests, of TypeScript and of JavaScript', () => {
  const vitest = [tool('vitest/vitest.mjs'), 'run', '--reporter', 'verbose', '--testTimeout', '120000'];
  const { status, stdout } = run(process.execPath, ...vitest);
  expect(stdout).toMatch(/Tests {2}8 passed \| 2 skipped \(10\)/);
  for (const world of ['sim', 'emulated'])
    expect(stdout).toMatch(new RegExp(`✓ .*${world}.* vitest/worlds.spec.ts > measures once`));
  expect(stdout).toMatch(/hardware.* vitest\/worlds\.spec\.ts > measures once/);
  expect(stdout).toContain('no hardware for bench-hardware.dts');
  expect(stdout).toContain('unsupported fault absent on &far: a real adapter carries what is on its wires');
  expect(status).toBe(0);
});

it('its recording is what the package makes of the trace of the kernel', () => {
  const made = run(
    process.execPath,
    tool('dtbus/bin/dtbus.js'),
    'convert',
    'field.txt',
    'made.bus',
    '-b',
    'board.dts',
  );
  expect(made.status, made.stderr).toBe(0);
  expect(readFileSync(join(project, 'made.bus'), 'utf8')).toBe(
    readFileSync(join(project, 'field.bus'), 'utf8'),
  );
});

it('node:test runs its tests, of JavaScript and of compiled TypeScript', () => {
  const { status, stdout } = run(
    process.execPath,
    ...['--test', '--test-reporter=tap', 'node/lm75.spec.mjs', 'out/node/sweep.spec.js'],
  );
  expect(stdout).toMatch(/# pass 5\n/);
  expect(stdout).toMatch(/# skipped 1\n/);
  expect(stdout).toContain('# SKIP unsupported fault absent on &far');
  expect(status).toBe(0);
});

it.each([
  ['sim', {}, 0, '# pass 1', 'ok 1 - reads'],
  ['emulated', {}, 0, '# pass 1', 'ok 1 - reads'],
  ['hardware', {}, 0, '# skipped 1', '# SKIP no hardware for bench-hardware.dts'],
  ['hardware', { DTBUS_UNSUPPORTED: 'fail' }, 1, '# fail 1', 'DTBUS_UNSUPPORTED=fail makes this a failure'],
])('node:test runs a suite in the world that DTBUS_ON says: %s %j', (world, env, code, count, sentence) => {
  const { status, stdout } = runIn(
    { DTBUS_ON: world, ...env },
    process.execPath,
    ...['--test', '--test-reporter=tap', 'node/worlds.spec.mjs'],
  );
  expect(stdout).toContain(count);
  expect(stdout).toContain(sentence);
  expect(status).toBe(code);
});
