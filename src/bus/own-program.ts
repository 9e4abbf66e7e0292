import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** Options of NODE_OPTIONS that load a module before the program. */
const PRELOADS = /(^|\s)(--import|--require|-r|--(experimental-)?loader)(=|\s+)("[^"]*"|\S+)/g;

/**
 * What a thread or a process of ours is started with: nothing that this process was told to load first
 * (`dtbus/register`, say), neither by its command line nor by NODE_OPTIONS. A thread that its opener waits for
 * would wait for the opener there.
 */
export function ownProgram(): { argv: string[]; execArgv: string[]; env: NodeJS.ProcessEnv } {
  const { NODE_OPTIONS: options, ...env } = process.env;
  const rest = withoutPreloads(options ?? '');
  return {
    argv: mainArguments(),
    execArgv: [],
    env: rest === '' ? env : { ...env, NODE_OPTIONS: rest },
  };
}

/** What the process runs, for people, also where a thread of ours asks: `read.mjs`, `dtbus i2cget`, `node`. */
export function programName(): string {
  const [file, word = ''] = mainArguments();
  if (file === undefined) return 'node';
  const name = basename(file);
  if (name !== 'dtbus.js' && name !== 'dtbus') return name;
  return /^\w[\w-]*$/.test(word) ? `dtbus ${word}` : 'dtbus';
}

/** The file that the process runs, and the words behind it. In a thread of ours its own file is in front of them. */
function mainArguments(): string[] {
  return process.argv.slice(isMainThread ? 1 : 2);
}

/** What NODE_OPTIONS says besides. */
export function withoutPreloads(options: string): string {
  return options.replace(PRELOADS, '').trim();
}
