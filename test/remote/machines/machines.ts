import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import type { TestFolder } from '../../cli/folder.ts';
import { listening } from '../../lab/processes.ts';

export const DTBUS = resolve('bin/dtbus.js');
/** Of the machine that has the bus. */
export const ADDRESS = '10.77.0.1';

export const ip = (...words: readonly string[]) => spawnSync('ip', words, { encoding: 'utf8' });

/** Machine A has the bus, machine B uses it: network namespaces, which are joined by one cable. @param test tells tests apart */
export function twoMachines(test: string, folder: TestFolder) {
  const [A, B] = [`dtbus-${test}-a-${process.pid}`, `dtbus-${test}-b-${process.pid}`];
  const cable = `${test}${process.pid % 1_000_000}`;
  const children: ChildProcess[] = [];

  const remove = (): void => {
    for (const child of children) child.kill('SIGKILL');
    for (const machine of [A, B]) ip('netns', 'del', machine);
  };
  const steps = [
    ['netns', 'add', A],
    ['netns', 'add', B],
    ['link', 'add', `${cable}a`, 'netns', A, 'type', 'veth', 'peer', 'name', `${cable}b`, 'netns', B],
    ['-n', A, 'addr', 'add', `${ADDRESS}/24`, 'dev', `${cable}a`],
    ['-n', B, 'addr', 'add', '10.77.0.2/24', 'dev', `${cable}b`],
    ...[A, B].flatMap((machine) => [['-n', machine, 'link', 'set', 'lo', 'up']]),
    ['-n', A, 'link', 'set', `${cable}a`, 'up'],
    ['-n', B, 'link', 'set', `${cable}b`, 'up'],
  ];
  let refusal: string | undefined;
  for (const step of steps) {
    const { status, stderr, error } = ip(...step);
    if (status === 0) continue;
    remove();
    refusal = `ip ${step.join(' ')}: ${error?.message ?? stderr.trim()}`;
    console.warn(`two machines are skipped: ${refusal}`);
    break;
  }

  function start(machine: string, file: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    // Each has its own share.
    mkdirSync(folder.path(machine), { recursive: true });
    const own = { XDG_STATE_HOME: folder.path(machine), XDG_RUNTIME_DIR: folder.path(machine) };
    const child = spawn('ip', ['netns', 'exec', machine, file, ...words], {
      env: { ...process.env, ...own, ...env },
    });
    children.push(child);
    const ended = new Promise<number | null>((done) => child.once('close', done));
    return { ...listening(child, 30_000), ended };
  }

  const node = (machine: string, ...words: readonly string[]) => start(machine, process.execPath, words);
  const setCable = (state: 'up' | 'down') =>
    expect(ip('-n', A, 'link', 'set', `${cable}a`, state).status).toBe(0);

  return { A, B, refusal, start, node, setCable, remove };
}

export type TwoMachines = ReturnType<typeof twoMachines>;
