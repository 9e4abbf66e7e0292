import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  spawn,
} from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll, expect, vi } from 'vitest';
import type { TestFolder } from '../cli/folder.ts';

/** What processes of a test file have beside this process's environment: shares and fences of their own. */
export const ownPlaces = (folder: TestFolder) => ({
  XDG_STATE_HOME: folder.path('state'),
  XDG_RUNTIME_DIR: folder.path(''),
});

/** Hears what a process says, on either output. @param limitMs how long `heard` waits for it */
export function listening<
  Child extends ChildProcessWithoutNullStreams | ChildProcessByStdio<null, Readable, Readable>,
>(child: Child, limitMs: number) {
  let said = '';
  const hear = (text: string) => {
    said += text;
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const heard = async (what: RegExp) => {
    await vi.waitFor(() => expect(said).toMatch(what), limitMs);
    return what.exec(said) as RegExpExecArray;
  };
  return { child, heard, said: () => said };
}

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
    return { ...listening(child, 20_000), ended: once(child, 'exit') };
  }

  /** A process of dtbus; `dtbus(…)` ends when it has ended. */
  const dtbus = (...words: readonly string[]) => start(process.execPath, 'bin/dtbus.js', ...words);

  return { start, dtbus };
}
