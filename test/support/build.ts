import { spawnSync } from 'node:child_process';

/**
 * Compiles the package: threads, child processes and the command line run the compiled code. Type errors
 * are reported by `npm run types`; here they must not keep unrelated tests from running.
 */
export default function setup(): void {
  const { status, error, stderr } = spawnSync('npx', ['rolldown', '-c'], { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr);
}
