import { runPlainTool } from '../commands/tools.ts';
import { endWithoutOutput } from './end-without-output.ts';

export { expectUsualRun } from '../terminal/short-run.ts';

/** Runs `dtbus i2cget …`, which scripts start for each register; see `runPlainTool`. */
export function runShort(name: string | undefined, words: readonly string[]): Promise<number | undefined> {
  endWithoutOutput();
  return runPlainTool(name, words);
}
