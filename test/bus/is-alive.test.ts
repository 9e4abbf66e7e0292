import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { isAlive } from '../../src/bus/index.ts';

it('tells a process that is there from one that has ended', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  expect([isAlive(process.pid), isAlive(process.ppid), isAlive(pid)]).toEqual([true, true, false]);
});
