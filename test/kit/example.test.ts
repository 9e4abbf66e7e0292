import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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

/** `npm run test:vitest` names another vitest. */
const VITEST = process.env['DTBUS_TEST_VITEST'] ?? 'node_modules/vitest';
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
  symlinkSync(resolve(VITEST), tool('vitest'));
  for (const name of ['commander', 'koffi', 'serialport', 'typescript', '@types/node'])
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

it('DTBUS_UNSUPPORTED=fail makes a failure of what vitest skipped, and of nothing else', () => {
  const vitest = [tool('vitest/vitest.mjs'), 'run', '--reporter', 'verbose', '--testTimeout', '120000'];
  const { status, stdout, stderr } = runIn({ DTBUS_UNSUPPORTED: 'fail' }, process.execPath, ...vitest);
  expect(stdout).toMatch(/Tests {2}2 failed \| 8 passed \(10\)/);
  for (const reason of [
    'no hardware for bench-hardware.dts',
    'unsupported fault absent on &far: a real adapter carries what is on its wires',
  ])
    expect(stderr).toMatch(new RegExp(`Error: ${reason}.*; DTBUS_UNSUPPORTED=fail makes this a failure`));
  expect(status).toBe(1);
});

describe('the matchers of the package', () => {
  const vitest = (...more: string[]) =>
    run(process.execPath, tool('vitest/vitest.mjs'), 'run', '--root', 'matchers', ...more);

  beforeAll(() => {
    mkdirSync(join(project, 'matchers'));
    const write = (name: string, text: string) => writeFileSync(join(project, 'matchers', name), text);
    write('bench.ts', readFileSync('test/kit/bench.ts', 'utf8'));
    const tests = readFileSync('test/kit/vitest.test.ts', 'utf8');
    write('all.spec.ts', tests.replace('../../src/kit/vitest.ts', 'dtbus/vitest'));
    write('seen.spec.ts', readFileSync('test/fixtures/update/seen.spec.ts', 'utf8'));
    write('vitest.config.js', 'export default { test: { testTimeout: 120_000 } };\n');
    const compilerOptions = { noEmit: true, allowImportingTsExtensions: true };
    write(
      'tsconfig.json',
      JSON.stringify({ extends: '../tsconfig.json', compilerOptions, include: ['*.ts'] }),
    );
  });

  it('have types', () => {
    const { status, stdout } = run(process.execPath, tool('typescript/bin/tsc'), '-p', 'matchers');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('hold where they should, and fail with their sentences', () => {
    const { status, stdout } = vitest('all.spec.ts');
    const { version } = JSON.parse(readFileSync(tool('vitest/package.json'), 'utf8'));
    expect(stdout).toContain(` v${version} `);
    expect(stdout).toMatch(/Tests {2}\d+ passed \(\d+\)/);
    expect(status).toBe(0);
  });

  it('write files with -u, and no other time', () => {
    const run = (...more: string[]) => vitest('seen.spec.ts', ...more);
    const before = run();
    expect(before.status).toBe(1);
    expect(before.stderr).toMatch(/not found: \S*seen\.bus/);
    expect(before.stderr).toMatch(/not found: \S*seen\.png/);
    expect([run('-u').status, run().status]).toEqual([0, 0]);
    expect(readFileSync(join(project, 'matchers/seen.bus'), 'utf8')).toMatch(/i2c-0 +48 w 01 08 /);
    // What happens otherwise is not what the files have, until they take it.
    const source = join(project, 'matchers/seen.spec.ts');
    writeFileSync(
      source,
      readFileSync(source, 'utf8').replace('(1, 8)', '(1, 16)').replace('1, 8)', '1, 16)'),
    );
    const other = run();
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(/seen\.bus:\d+: expected i2c-0 48 w 01 08; got i2c-0 48 w 01 10/);
    expect(other.stderr).toMatch(/seen\.png: 2 dots differ/);
    expect([run('-u').status, run().status]).toEqual([0, 0]);
  });
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
