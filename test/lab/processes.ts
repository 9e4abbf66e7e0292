import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, vi } from 'vitest';

/** Processes of one test file; all are ended with it. @param env what they have beside this process's environment */
export function testProcesses(env: () => NodeJS.ProcessEnv) {
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function start(file: string, ...argv: readonly string[]) {
    const child = spawn(file, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env() },
    });
    children.push(child);
    let said = '';
    const hear = (text: string) => {
      said += text;
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const heard = async (what: RegExp) => {
      await vi.waitFor(() => expect(said).toMatch(what), 20_000);
      return what.exec(said) as RegExpExecArray;
    };
    return { child, heard, said: () => said, ended: once(child, 'exit') };
  }

  /** A process of dtbus; `dtbus(…)` ends when it has ended. */
  const dtbus = (...words: readonly string[]) => start(process.execPath, 'bin/dtbus.js', ...words);

  return { start, dtbus };
}
