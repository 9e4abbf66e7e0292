import { constants } from 'node:os';
import { runTreeTool } from './tree-commands.ts';

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', endQuietly);
  const treeToolExit = await runTreeTool(argv[2], argv.slice(3));
  if (treeToolExit !== undefined) return treeToolExit;
  // A Makefile starts dtc for each of its boards: that way loads nothing of the boards' commands.
  const { runProgram } = await import('./program.ts');
  return runProgram(argv);
}

/** Whoever reads our output has seen enough (`| head`): ends as a program does that SIGPIPE ends. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + constants.signals.SIGPIPE);
}
