import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileTrouble } from '../../input/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { packageFile } from '../terminal/package-file.ts';
import { invalidChoice, UsageError } from '../terminal/usage-error.ts';
import type { WatchOptions } from '../watch/watcher.ts';
import { type ProgramOutput, runProgram } from './run-program.ts';

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
  const first = [ENDING_WITH_US, ...watchingModule(watch), 'dtbus/register'];
  return runNode(
    [...(isLoadedByRequire(script) ? required(first) : imported(first)), script, ...argv],
    watch,
    { ...boardEnvironment(args), ...(pretend === undefined ? {} : { DTBUS_PRETEND: pretend }) },
    output,
  );
}

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
 * @returns its exit code @throws {Error} there is no such command
 */
export function runCommand(
  args: BoardArguments,
  [program = '', ...argv]: readonly string[],
  output?: ProgramOutput,
): Promise<number> {
  const options = [process.env['NODE_OPTIONS'] ?? '', ...imported(['dtbus/register'])];
  const env = {
    ...boardEnvironment(args),
    DTBUS_CONTROL: 'children',
    NODE_OPTIONS: options.join(' ').trim(),
  };
  return runProgram(program, argv, { stdio: 'inherit', env, output });
}

/** @throws {UsageError} a word that is no file which Node can run */
function checkScript(script: string): void {
  const trouble = fileTrouble(script);
  if (trouble === undefined) {
    checkBeginning(script);
    return;
  }
  if (fileTrouble(`${script}.js`) === undefined) return;
  if (script.startsWith('-'))
    throw new UsageError(`unknown option '${script}': options of run stand before the board`);
  if (/^(node|npx|npm)$/.test(script))
    throw new UsageError(
      `run takes a script, not a command, got ${script}; use DTBUS_BOARD=BOARD NODE_OPTIONS='--import dtbus/register' ${script} ...`,
    );
  if (/^(sh|bash|python[\d.]*)$/.test(script))
    throw new UsageError(`run takes a script of Node, got ${script}; ${OTHERWISE}`);
  if (trouble.kind === 'absent') throw new UsageError(`script not found: ${resolve(script)}`);
  if (trouble.kind !== 'folder') throw new UsageError(`no script: ${trouble.sentence}`);
  if (!isPackage(script))
    throw new UsageError(`${script} is a folder without package.json or index.js; name the script in it`);
}

/** @throws {UsageError} the file is a program, or a script of something else than Node */
function checkBeginning(script: string): void {
  if ([...SCRIPTS, ...TYPESCRIPT].some((ending) => script.endsWith(ending))) return;
  const first = Buffer.alloc(256);
  const fd = openSync(script, 'r');
  const length = readSync(fd, first);
  closeSync(fd);
  const [line = ''] = first.toString('latin1', 0, length).split('\n');
  const isProgram = line.startsWith('\x7fELF');
  if (isProgram || (line.startsWith('#!') && !/\b(node|tsx)\b/.test(line)))
    throw new UsageError(
      `run takes a script of Node, got ${script}, ${isProgram ? 'a program' : 'a script of another program'}; ${OTHERWISE}`,
    );
}

/** Whether Node runs a folder: by `main` of its package.json, or its index.js. */
function isPackage(folder: string): boolean {
  try {
    createRequire(import.meta.url).resolve(resolve(folder));
    return true;
  } catch {
    return false;
  }
}

/** Where programs that are no scripts of Node's meet a board. */
const OTHERWISE =
  'run other programs on real nodes (sudo dtbus up BOARD --dev) or in a guest (dtbus guest BOARD --no-drivers -- COMMAND)';

/** @throws {UsageError} a program in a language that this Node does not run */
function checkLanguage(script: string): void {
  const [, ending] = /[^/\\](\.[^./\\]+)$/.exec(script) ?? [];
  if (ending === undefined || SCRIPTS.includes(ending) || existsSync(`${script}.js`)) return;
  // A loader of the user's may know more.
  if (/(--import|--require|-r|loader)\b/.test(process.env['NODE_OPTIONS'] ?? '')) return;
  if (!TYPESCRIPT.includes(ending))
    throw new UsageError(`run takes scripts of Node (${SCRIPTS.join(', ')}), got ${script}; ${OTHERWISE}`);
  if (!('typescript' in process.features && process.features.typescript))
    throw new UsageError(
      `Node ${process.version} does not run TypeScript (${script}): use Node 22.18 or newer, or install tsx and set NODE_OPTIONS='--import tsx'`,
    );
}

const SCRIPTS = ['.js', '.mjs', '.cjs'];
const TYPESCRIPT = ['.ts', '.mts', '.cts'];

async function checkMachine(name: string): Promise<void> {
  const { MACHINE_NAMES } = await import('../../dev/index.ts');
  if (!MACHINE_NAMES.includes(name)) throw invalidChoice('--pretend', MACHINE_NAMES, name);
}

/** Runs a command of ours, its name first, in a Node of its own, watched. @returns its exit code */
export function runWatchedCommand(
  words: readonly string[],
  watch: WatchOptions | undefined,
): Promise<number> {
  return runNode(
    [...imported([ENDING_WITH_US, ...watchingModule(watch)]), packageFile('bin/dtbus.js'), ...words],
    watch,
    {},
  );
}

/** The first module of a child: it ends with this process. */
const ENDING_WITH_US = '#built/src/board/entries/end-with-parent.js';

function watchingModule(watch: WatchOptions | undefined): string[] {
  return watch === undefined ? [] : ['#built/src/cli/watch/module-hook.js'];
}

/**
 * Node 22 and 23 end TypeScript of CommonJS that requires an ES module with ERR_VM_MODULE_LINK_FAILURE as soon as any
 * `--import` stands in front of it; with `--require` they do not, and neither with later ones.
 */
function isLoadedByRequire(script: string): boolean {
  return (
    TYPESCRIPT.some((ending) => script.endsWith(ending)) && Number.parseInt(process.versions.node, 10) < 24
  );
}

const { resolve: resolveModule } = createRequire(import.meta.url);
const imported = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['--import', pathToFileURL(resolveModule(name)).href]);
const required = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['--require', resolveModule(name)]);

/** Runs Node, watched where `watch` says so. @returns its exit code */
function runNode(
  argv: readonly string[],
  watch: WatchOptions | undefined,
  env: Readonly<Record<string, string>>,
  output?: ProgramOutput,
): Promise<number> {
  return runProgram(process.execPath, argv, {
    output,
    // What is watched has standard output for itself where it is wanted there: see `SHARED_OUTPUT`.
    stdio: isStandardOutputTaken(watch) ? ['inherit', 2, 2, 1] : 'inherit',
    env: {
      ...env,
      DTBUS_PARENT: String(process.pid),
      ...(watch === undefined ? {} : { DTBUS_WATCH: JSON.stringify(watch) }),
    },
  });
}

function isStandardOutputTaken(watch: WatchOptions | undefined): boolean {
  return [watch?.to, watch?.pcap, watch?.record?.file].includes('-');
}
