import type { StdioOptions } from 'node:child_process';
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../input/index.ts';
import type { ForwardOptions } from '../watch/forward/forwarder.ts';
import type { WatchOptions } from '../watch/watcher.ts';

/** How a program is started, so that its boards are watched. */
export interface WatchedStart {
  /** What its Node programs load first. */
  readonly modules: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

/**
 * Watches what a program does on its boards, in whichever processes, while it runs.
 * @param watch undefined: it only runs @param signals see `ForwardOptions`
 * @returns its exit code; 1 in the place of 0 where what was seen could not be written
 */
export async function whileWatching(
  watch: WatchOptions | undefined,
  run: (start: WatchedStart) => Promise<number>,
  signals: ForwardOptions['signals'] = ['SIGINT'],
): Promise<number> {
  if (watch === undefined) return run({ modules: [], env: {}, stdio: 'inherit' });
  const { ringBytesFor, Watcher } = await import('../watch/watcher.ts');
  const folder = temporaryFolder('watch');
  const { parts = [], buses = [] } = watch;
  const told: ForwardOptions = { folder, ringBytes: ringBytesFor(watch), parts, buses, signals };
  try {
    const watcher = new Watcher(watch, folder);
    let exitCode: number;
    try {
      exitCode = await run({
        modules: ['#built/src/cli/watch/module-hook.js'],
        env: { DTBUS_WATCH: JSON.stringify(told) },
        stdio: isStandardOutputTaken(watch) ? ['inherit', 2, 2] : 'inherit',
      });
    } finally {
      watcher.end();
    }
    return exitCode === 0 && watcher.isCut ? 1 : exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is watched has standard output for itself where it is wanted there. */
function isStandardOutputTaken({ to, pcap, record }: WatchOptions): boolean {
  return [to, pcap, record?.file].includes('-');
}
