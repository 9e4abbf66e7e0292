import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BoardArguments } from '../board/named-board.ts';
import { packageFile } from '../terminal/package-file.ts';
import { invalidChoice } from '../terminal/usage-error.ts';
import type { WatchOptions } from '../watch/watcher.ts';
import type { ProgramWords } from './program-words.ts';
import { type ProgramOptions, type ProgramOutput, runProgram } from './run-program.ts';
import { checkCommand, checkLanguage, checkScript, isLoadedByRequire } from './script-file.ts';
import { type WatchedStart, whileWatching } from './watching.ts';

/** How a script is run. */
export interface RunOptions {
  /** Shows every transfer; nothing does when it is left out. */
  readonly watch?: WatchOptions | undefined;
  /** The machine that packages find when they look for one. */
  readonly pretend?: string | undefined;
  /** Is given what the program writes, in the place of this process's outputs; its standard input is empty then. */
  readonly output?: ProgramOutput | undefined;
}

/**
 * Runs a script in a Node of its own with the board in its environment.
 * @returns its exit code
 */
export async function runScript(
  args: BoardArguments,
  script: string,
  argv: readonly string[],
  { watch, pretend, output }: RunOptions = {},
): Promise<number> {
  if (pretend !== undefined) await checkMachine(pretend);
  checkScript(script);
  checkLanguage(script);
  return whileWatching(watch, ({ modules, env, stdio }) => {
    const first = [ENDING_WITH_US, ...modules, 'dtbus/register'];
    return runNode([...(isLoadedByRequire(script) ? required(first) : imported(first)), script, ...argv], {
      ...{ stdio, output },
      env: { ...boardEnvironment(args), ...pretending(pretend), ...env },
    });
  });
}

const pretending = (pretend: string | undefined): Record<string, string> =>
  pretend === undefined ? {} : { DTBUS_PRETEND: pretend };

/** What tells a program of its board. */
function boardEnvironment(args: BoardArguments): Record<string, string> {
  return {
    DTBUS_BOARD: resolve(args.board),
    DTBUS_CONTROL: '1',
    DTBUS_OVERLAYS: args.overlay.map((file) => resolve(file)).join(delimiter),
    DTBUS_INCLUDES: args.include.map((folder) => resolve(folder)).join(delimiter),
    DTBUS_TRUST: args.trust.map((path) => resolve(path)).join(delimiter),
    ...(args.adopt ? { DTBUS_ADOPT: '1' } : {}),
    ...(args.strict ? { DTBUS_STRICT: '1' } : {}),
    // Empty where the board was named: what stands in the environment of this process is not heeded.
    DTBUS_CONNECT: args.connect ?? '',
  };
}

/**
 * Runs a command with the board in its environment: every Node program that it starts finds the packages on the board.
 * @returns its exit code @throws {UsageError} there is no such command
 */
export async function runCommand(
  args: BoardArguments,
  [program = '', ...argv]: readonly string[],
  { watch, pretend, output }: RunOptions = {},
): Promise<number> {
  if (pretend !== undefined) await checkMachine(pretend);
  checkCommand(program);
  const run = ({ modules, env, stdio }: WatchedStart) => {
    const options = [process.env['NODE_OPTIONS'] ?? '', ...imported([...modules, 'dtbus/register'])];
    return runProgram(program, argv, {
      ...{ stdio, output },
      env: {
        ...boardEnvironment(args),
        ...pretending(pretend),
        DTBUS_CONTROL: 'children',
        NODE_OPTIONS: options.join(' ').trim(),
        ...env,
      },
    });
  };
  // Test runners end their processes by SIGTERM. A script is ended by it in whatever loop it may be: see `ENDING_WITH_US`.
  return whileWatching(watch, run, ['SIGINT', 'SIGTERM', 'SIGHUP']);
}

/** Runs a script, or a command where the words are one. @returns its exit code */
export function runWords(
  args: BoardArguments,
  { words, isCommand }: ProgramWords,
  options: RunOptions,
): Promise<number> {
  const [script = '', ...argv] = words;
  return isCommand ? runCommand(args, words, options) : runScript(args, script, argv, options);
}

async function checkMachine(name: string): Promise<void> {
  const { MACHINE_NAMES } = await import('../../dev/index.ts');
  if (!MACHINE_NAMES.includes(name)) throw invalidChoice('--pretend', MACHINE_NAMES, name);
}

/** Runs a command of ours, its name first, in a Node of its own, watched. @returns its exit code */
export function runWatchedCommand(
  words: readonly string[],
  watch: WatchOptions | undefined,
): Promise<number> {
  return whileWatching(watch, ({ modules, env, stdio }) =>
    runNode([...imported([ENDING_WITH_US, ...modules]), packageFile('bin/dtbus.js'), ...words], {
      stdio,
      env,
    }),
  );
}

/** The first module of a child: it ends with this process. */
const ENDING_WITH_US = '#built/src/board/entries/end-with-parent.js';

const { resolve: resolveModule } = createRequire(import.meta.url);
const imported = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['--import', pathToFileURL(resolveModule(name)).href]);
const required = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['--require', resolveModule(name)]);

/** Runs Node. @returns its exit code */
function runNode(argv: readonly string[], options: ProgramOptions): Promise<number> {
  return runProgram(process.execPath, argv, {
    ...options,
    env: { ...options.env, DTBUS_PARENT: String(process.pid) },
  });
}
