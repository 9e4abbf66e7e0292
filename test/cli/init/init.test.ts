import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

describe('dtbus init', () => {
  it('makes a project whose script runs and whose test passes', async () => {
    const project = folder.path('My Board');
    const { status, out } = await dtbusHere('init', project);
    expect(status).toBe(0);
    expect(out).toContain('npm install && npm start && npm test');
    mkdirSync(`${project}/node_modules`);
    symlinkSync(resolve('.'), `${project}/node_modules/dtbus`);
    const npm = (...argv: string[]) => spawnSync('npm', argv, { cwd: project, encoding: 'utf8' });
    expect(npm('start', '--silent').stdout).toBe('21.5 °C\n');
    const test = npm('test', '--silent');
    expect(test.stdout).toMatch(/pass 1\b/);
    expect(test.status).toBe(0);
  });

  it('overwrites nothing', async () => {
    folder.write('board.dts', 'mine');
    const { status, err } = await dtbusHere('init', folder.path(''));
    expect(err).toMatch(/^dtbus: already there: .*board\.dts; name an empty folder\n$/);
    expect(status).toBe(1);
    expect(folder.read('board.dts').toString()).toBe('mine');
  });
});
