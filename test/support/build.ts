import { spawnSync } from 'node:child_process';
import { forgetResults, writePartTable } from './part-table.ts';

/**
 * Compiles the package: threads, child processes and the command line run the compiled code. A source
 * that does not compile keeps what there was: `npm test` has failed over it before, and otherwise it must not keep
 * unrelated tests from running.
 */
export default function setup(): () => Promise<void> {
  forgetResults();
  const { status, error, stderr } = spawnSync(process.execPath, ['build.mjs'], { encoding: 'utf8' });
  if (status !== 0) console.error(`the package is not compiled anew: ${error?.message ?? stderr}`);
  return writePartTable;
}
