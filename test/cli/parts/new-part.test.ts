import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

/** A project of a user's, with the package of this repository. */
function project(name: string, ...packages: readonly string[]): string {
  const path = folder.path(name);
  mkdirSync(join(path, 'node_modules/@types'), { recursive: true });
  symlinkSync(resolve('.'), join(path, 'node_modules/dtbus'));
  for (const each of packages) symlinkSync(resolve('node_modules', each), join(path, 'node_modules', each));
  return path;
}

function node(cwd: string, ...argv: readonly string[]) {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...env } = process.env;
  return spawnSync(process.execPath, argv, {
    cwd,
    env: { ...env, NO_COLOR: '1', CI: '1' },
    encoding: 'utf8',
  });
}

describe('dtbus parts new', () => {
  it('writes a part, its board and its test, which passes', async () => {
    const user = project('js');
    const { status, out } = await dtbusHere('parts', 'new', 'acme,hygro-2', '--folder', join(user, 'parts'));
    expect(status).toBe(0);
    expect(readdirSync(join(user, 'parts')).sort()).toEqual([
      'hygro-2.dts',
      'hygro-2.mjs',
      'hygro-2.test.mjs',
    ]);
    expect(out).toContain('The part is "acme,hygro-2": copy the node &hygro_2 of hygro-2.dts');
    const test = node(user, '--test', '--test-reporter=tap', 'parts/hygro-2.test.mjs');
    expect(test.stdout).toMatch(/# pass 12\n# fail 0\n/);
    expect(test.stdout).toContain('ok 12 - a measurement takes 10 ms');
    expect(test.status).toBe(0);
  });

  it('writes TypeScript whose types hold, for vitest where the project has it', async () => {
    const user = project('ts', 'typescript', '@types/node', 'vitest');
    writeFileSync(join(user, 'package.json'), '{ "devDependencies": { "vitest": "4" } }');
    const { status, out } = await dtbusHere('parts', 'new', 'thermometer', '--typescript', '--folder', user);
    expect(status).toBe(0);
    expect(out).toContain(`npx vitest run ${join(user, 'thermometer.test.mts')}`);
    expect(readFileSync(join(user, 'thermometer.test.mts'), 'utf8')).toContain("from 'vitest'");
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      noUncheckedIndexedAccess: true,
      types: ['node'],
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    expect(node(user, 'node_modules/typescript/bin/tsc')).toMatchObject({ status: 0, stdout: '' });
  });

  it('overwrites nothing', async () => {
    const user = folder.path('taken');
    mkdirSync(user);
    writeFileSync(join(user, 'thermometer.dts'), 'mine');
    const { status, err } = await dtbusHere('parts', 'new', 'thermometer', '--folder', user);
    expect(status).toBe(1);
    expect(err).toBe(
      `dtbus: already there: ${join(user, 'thermometer.dts')}; name another part, or a folder by --folder\n`,
    );
    expect(readdirSync(user)).toEqual(['thermometer.dts']);
    expect(readFileSync(join(user, 'thermometer.dts'), 'utf8')).toBe('mine');
  });

  it.each(['', 'Thermo', '../up', 'a b', 'a,b,c', '-x', 'x'.repeat(40), 'a\nb'])(
    'takes no name like %j',
    async (name) => {
      const { status, err } = await dtbusHere('parts', 'new', '--folder', folder.path('none'), '--', name);
      expect(status).toBe(2);
      expect(err).toMatch(
        /^dtbus: invalid name: expected lower-case letters, digits and -, as thermometer or acme,thermometer, got "/,
      );
    },
  );

  it('writes into no file', async () => {
    const file = folder.write('file', '');
    const { status, err } = await dtbusHere('parts', 'new', 'thermometer', '--folder', file);
    expect(status).toBe(1);
    expect(err).toMatch(/not a folder/);
  });
});
