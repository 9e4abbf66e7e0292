import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
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

  it('of dtbus watch ends the command, and lets it take its sockets away', async () => {
    const board = folder.write('board.dts', boardText('', ''));
    const sockets = folder.path('sockets');
    const child = spawn(process.execPath, ['bin/dtbus.js', 'watch', board, 'serve', '--socket-dir', sockets]);
    for await (const bytes of child.stdout) if (String(bytes).includes('ready')) break;
    const [pid = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').split(' ');
    started = Number(pid);
    child.kill('SIGKILL');
    while (isAlive(started)) await sleep(10);
    await vi.waitFor(() => expect(existsSync(`${sockets}/board.dtb`)).toBe(false), { timeout: 10_000 });
  });
});
