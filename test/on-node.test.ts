import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pathWithNode } from './support/node-path.ts';

describe('tests on another Node', () => {
  it('meet the Node that runs them as plain node, and as that of npx', () => {
    const version = (command: string, ...argv: string[]) =>
      spawnSync(command, argv, { encoding: 'utf8' }).stdout.trim();
    expect(version('node', '--version')).toBe(process.version);
    expect(version('npx', '-c', 'node --version')).toBe(process.version);
  });

  it('put its folder first only where another node would be found', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const own = dirname(process.execPath);
    expect(pathWithNode('/a:/b', process.execPath)).toBe(`${own}:/a:/b`);
    symlinkSync(process.execPath, join(folder, 'node'));
    expect(pathWithNode(`/a:${folder}:/b`, process.execPath)).toBe(`/a:${folder}:/b`);
    rmSync(join(folder, 'node'));
    symlinkSync('/bin/sh', join(folder, 'node'));
    expect(pathWithNode(`${folder}:${own}`, process.execPath)).toBe(`${own}:${folder}:${own}`);
  });

  it.each([[''], ['latest'], ['5;x']])('refuse "%s" as a version of vitest', (version) => {
    const { status, stderr } = spawnSync('node', ['test/support/versions/on-vitest.mjs', version], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `invalid version "${version}": expected for example 3.2 or 5.1.2\nusage: npm run test:vitest -- VERSION [NODE]\n`,
    });
  });

  it.each([[[]], [['latest']], [['22;x']]])('refuse %j as a version', (argv) => {
    const { status, stderr } = spawnSync('node', ['test/support/versions/on-node.mjs', ...argv], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `invalid version "${argv[0] ?? ''}": expected for example 22 or 26.12.1\nusage: npm run test:node -- VERSION [PATH...]\n`,
    });
  });
});
