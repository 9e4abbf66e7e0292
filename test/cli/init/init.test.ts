import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependencyOn } from '../../../src/cli/init/dependency.ts';
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

  it('names the clone that it runs from', async () => {
    const project = folder.path('from clone');
    await dtbusHere('init', project);
    const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    expect(dependencies.dtbus).toMatch(/^file:\.\.\//);
    expect(resolve(project, dependencies.dtbus.slice('file:'.length))).toBe(process.cwd());
  });

  describe('installed by npm', () => {
    const root = () => join(folder.path('user'), 'node_modules/dtbus');
    const installed = (resolved: string) => {
      mkdirSync(root(), { recursive: true });
      const lock = { packages: { 'node_modules/dtbus': { version: '0.1.0', resolved } } };
      writeFileSync(join(root(), '../.package-lock.json'), JSON.stringify(lock));
    };
    const project = () => folder.path('user/boards/mine');

    it('from a tarball names the tarball', () => {
      folder.write('dtbus-0.1.0.tgz', '');
      installed('file:../dtbus-0.1.0.tgz');
      expect(dependencyOn(root(), '0.1.0', project())).toBe('file:../../../dtbus-0.1.0.tgz');
    });

    it('from a tarball that is gone names its folder', () => {
      installed('file:../gone.tgz');
      expect(dependencyOn(root(), '0.1.0', project())).toBe('file:../../node_modules/dtbus');
    });

    it('from a registry names its version', () => {
      installed('https://registry.example/dtbus/-/dtbus-0.1.0.tgz');
      expect(dependencyOn(root(), '0.1.0', project())).toBe('^0.1.0');
      rmSync(join(root(), '../.package-lock.json'));
      expect(dependencyOn(root(), '0.1.0', project())).toBe('^0.1.0');
    });
  });

  it('overwrites nothing', async () => {
    folder.write('board.dts', 'mine');
    const { status, err } = await dtbusHere('init', folder.path(''));
    expect(err).toMatch(/^dtbus: already there: .*board\.dts; name an empty folder: dtbus init FOLDER\n$/);
    expect(status).toBe(1);
    expect(folder.read('board.dts').toString()).toBe('mine');
  });
});
