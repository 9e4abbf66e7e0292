import { runTreeTool } from '../commands/tree-commands.ts';
import { writeDirectly } from '../terminal/output.ts';
import { endWithoutOutput } from './end-without-output.ts';

export { expectUsualRun } from '../terminal/expected-run.ts';

/** Runs `dtbus dtc …`, which a Makefile starts for each of its boards; see `runTreeTool`. */
export function runShort(name: string | undefined, words: readonly string[]): Promise<number | undefined> {
  endWithoutOutput();
  writeDirectly();
  return runTreeTool(name, words);
}
