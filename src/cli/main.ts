import { runPlainTool } from './commands/tools.ts';
import { runTreeTool } from './commands/tree-commands.ts';
import { endWithoutOutput } from './short/end-without-output.ts';

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  endWithoutOutput();
  const [, , name, ...words] = argv;
  // A Makefile starts dtc for each of its boards, a script i2cget for each register: neither loads the other commands.
  const exitCode = (await runTreeTool(name, words)) ?? (await runPlainTool(name, words));
  if (exitCode !== undefined) return exitCode;
  const { runProgram } = await import('./program.ts');
  return runProgram(argv);
}
