import { constants } from 'node:os';
import { runPlainTool } from './commands/tools.ts';
import { runTreeTool } from './commands/tree-commands.ts';

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', endWithoutOutput);
  const [, , name, ...words] = argv;
  // A Makefile starts dtc for each of its boards, a script i2cget for each register: neither loads the other commands.
  const exitCode = (await runTreeTool(name, words)) ?? (await runPlainTool(name, words));
  if (exitCode !== undefined) return exitCode;
  const { runProgram } = await import('./program.ts');
  return runProgram(argv);
}

/** Ends as a program does that SIGPIPE ends when whoever reads our output has seen enough (`| head`). */
function endWithoutOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
  process.stderr.write(`dtbus: cannot write to standard output: ${error.message}\n`);
  process.exit(1);
}
