import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BoardArguments } from '../board/board-options.ts';
import type { WatchOptions } from '../watch/watcher.ts';

/**
 * Runs a script in a Node of its own with the board in its environment.
 * @param watch shows every transfer; nothing does when it is left out
 * @returns its exit code
 */
export async function runScript(
  args: BoardArguments,
  script: string,
  argv: readonly string[],
  watch?: WatchOptions,
): Promise<number> {
  const isFile = (file: string) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  if (![script, `${script}.js`].some(isFile))
    throw new Error(`there is no script ${script}: its place is ${resolve(script)}`);
  const imports = [...watchingImports(watch), '--import', moduleUrl('dtbus/register')];
  return runNode([...imports, script, ...argv], watch, {
    DTBUS_BOARD: resolve(args.board),
    DTBUS_OVERLAYS: args.overlay.map((file) => resolve(file)).join(delimiter),
    DTBUS_INCLUDES: args.include.map((folder) => resolve(folder)).join(delimiter),
    ...(args.adopt ? { DTBUS_ADOPT: '1' } : {}),
    ...(args.connect === undefined ? {} : { DTBUS_CONNECT: args.connect }),
  });
}

/** Runs a command of ours, its name first, in a Node of its own, watched. @returns its exit code */
export function runWatchedCommand(words: readonly string[], watch: WatchOptions): Promise<number> {
  const require = createRequire(import.meta.url);
  const dtbus = join(dirname(require.resolve('dtbus/package.json')), 'bin', 'dtbus.js');
  return runNode([...watchingImports(watch), dtbus, ...words], watch, {});
}

function watchingImports(watch: WatchOptions | undefined): string[] {
  return watch === undefined ? [] : ['--import', moduleUrl('#built/src/cli/watch/register.js')];
}

function moduleUrl(name: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(name)).href;
}

async function runNode(
  argv: readonly string[],
  watch: WatchOptions | undefined,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(process.execPath, argv, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      ...(watch === undefined ? {} : { DTBUS_WATCH: JSON.stringify(watch) }),
    },
  });
  // Ctrl-C reaches the whole group: the script decides what to do, and we wait for it. One that does not hear it,
  // because it never waits for anything, ends at the second.
  let interrupts = 0;
  const interrupted = () => {
    interrupts++;
    if (interrupts > 1) child.kill('SIGTERM');
  };
  process.on('SIGINT', interrupted);
  try {
    return await new Promise((resolveExit, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolveExit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
    });
  } finally {
    process.off('SIGINT', interrupted);
  }
}
