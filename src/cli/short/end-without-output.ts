import { constants } from 'node:os';

/** Ends the process as SIGPIPE ends a program when whoever reads our output has seen enough (`| head`). */
export function endWithoutOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
    process.stderr.write(`dtbus: cannot write to standard output: ${error.message}\n`);
    process.exit(1);
  });
}
