import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BoardArguments } from './board-options.ts';

/** Runs a script in a Node of its own with the board in its environment. @returns its exit code */
export async function runScript(
  args: BoardArguments,
  script: string,
  argv: readonly string[],
): Promise<number> {
  const register = pathToFileURL(createRequire(import.meta.url).resolve('dtbus/register')).href;
  const child = spawn(process.execPath, ['--import', register, script, ...argv], {
    stdio: 'inherit',
    env: {
      ...process.env,
      DTBUS_BOARD: resolve(args.board),
      DTBUS_OVERLAYS: args.overlay.map((file) => resolve(file)).join(':'),
      ...(args.adopt ? { DTBUS_ADOPT: '1' } : {}),
    },
  });
  // Ctrl-C reaches the whole group: the script decides what to do, and we wait for it.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolveExit, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolveExit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}
