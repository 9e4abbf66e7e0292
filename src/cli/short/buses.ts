import type { KeptFacts } from '../../board/index.ts';
import { haveOneTask } from '../../bus/index.ts';
import { runPlainFlash } from '../commands/plain-flash.ts';
import { runPlainTool } from '../commands/tools.ts';
import { writeDirectly } from '../terminal/output.ts';
import { endWithoutOutput } from './end-without-output.ts';

export { expectUsualRun } from '../terminal/expected-run.ts';

/** Runs `dtbus i2cget …`, which scripts start for each register, or `dtbus flash …`; see `runPlainTool` and `runPlainFlash`. */
export async function runShort(
  name: string | undefined,
  words: readonly string[],
  facts?: KeptFacts,
): Promise<number | undefined> {
  haveOneTask();
  endWithoutOutput();
  writeDirectly();
  return (await runPlainTool(name, words, facts)) ?? (await runPlainFlash(name, words, facts));
}
