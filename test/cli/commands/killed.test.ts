import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { boardText, testFolder } from '../folder.ts';

/** What was started does not outlive who started it, also where that one can do nothing any more (kill -9). */
const folder = testFolder();
let started: number | undefined;
afterEach(() => {
  if (started !== undefined && isAlive(started)) process.kill(started, 'SIGKILL');
});

/** A process that nobody has waited for yet has ended all the same. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

/** The first number that it prints: the process id of what it has started. */
async function numberFrom(child: ChildProcess): Promise<number> {
  let text = '';
  for await (const bytes of child.stdout ?? []) {
    text += bytes;
    const [, number] = /pid (\d+)\n/.exec(text) ?? [];
    if (number !== undefined) return Number(number);
  }
  throw new Error(`no process id: ${text}`);
}

type Three = [string, string, string];

const PRINT = 'require("node:fs").writeSync(1, "pid " + process.pid + String.fromCharCode(10));';
const SCRIPTS = {
  'waits for events': `${PRINT} setInterval(() => {}, 1000);`,
  'never comes back to its events': `${PRINT} for (;;) {}`,
};

describe.skipIf(process.platform !== 'linux')('kill -9', () => {
  describe.each(['run', 'watch'])('of dtbus %s ends a script that', (command) => {
    it.each(Object.entries(SCRIPTS))('%s', async (_name, text) => {
      const board = folder.write('board.dts', boardText('', ''));
      const child = spawn(process.execPath, ['bin/dtbus.js', command, board, folder.write('x.cjs', text)]);
      started = await numberFrom(child);
      expect(isAlive(started)).toBe(true);
      child.kill('SIGKILL');
      await once(child, 'exit');
      while (isAlive(started)) await sleep(10);
    });
  });

  // Linux tells a child once for each thread of the parent that it is passed on to, with pauses on a busy machine.
  it('lets a script that listens for SIGTERM tidy up, however often it is told', async () => {
    const [told, goOn, tidied] = ['told', 'go-on', 'tidied'].map((name) => folder.path(name)) as Three;
    const script = folder.write(
      'x.cjs',
      `const { existsSync, writeFileSync } = require('node:fs');
       process.once('SIGTERM', () => {
         writeFileSync(${JSON.stringify(told)}, '');
         setInterval(() => {
           if (!existsSync(${JSON.stringify(goOn)})) return;
           writeFileSync(${JSON.stringify(tidied)}, '');
           process.exit();
         }, 10);
       });
       ${PRINT} setInterval(() => {}, 1000);`,
    );
    const board = folder.write('board.dts', boardText('', ''));
    const child = spawn(process.execPath, ['bin/dtbus.js', 'run', board, script]);
    started = await numberFrom(child);
    child.kill('SIGKILL');
    while (!existsSync(told)) await sleep(10);
    for (let times = 0; times < 3; times++) process.kill(started, 'SIGPWR');
    writeFileSync(goOn, '');
    while (isAlive(started)) await sleep(10);
    expect(existsSync(tidied)).toBe(true);
  });

  it('of dtbus watch ends the command, and lets it take its sockets away', async () => {
    const board = folder.write('board.dts', boardText('', ''));
    const sockets = folder.path('sockets');
    const child = spawn(process.execPath, ['bin/dtbus.js', 'watch', board, 'serve', '--socket-dir', sockets]);
    for await (const bytes of child.stdout) if (String(bytes).includes('ready')) break;
    const [pid = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').split(' ');
    started = Number(pid);
    child.kill('SIGKILL');
    while (isAlive(started)) await sleep(10);
    await vi.waitFor(() => expect(existsSync(`${sockets}/board.dtb`)).toBe(false), { timeout: 60_000 });
  });
});
