/** Options of NODE_OPTIONS that load a module before the program. */
const PRELOADS = /(^|\s)(--import|--require|-r|--(experimental-)?loader)(=|\s+)("[^"]*"|\S+)/g;

/**
 * What a thread or a process of ours is started with: nothing that this process was told to load first
 * (`dtbus/register`, say), neither by its command line nor by NODE_OPTIONS. A thread that its opener waits for
 * would wait for the opener there.
 */
export function ownProgram(): { execArgv: string[]; env: NodeJS.ProcessEnv } {
  const { NODE_OPTIONS: options, ...env } = process.env;
  const rest = withoutPreloads(options ?? '');
  return { execArgv: [], env: rest === '' ? env : { ...env, NODE_OPTIONS: rest } };
}

/** What NODE_OPTIONS says besides. */
export function withoutPreloads(options: string): string {
  return options.replace(PRELOADS, '').trim();
}
