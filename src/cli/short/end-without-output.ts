import { constants } from 'node:os';
import { leaveGoneTerminals } from '../../bus/index.ts';
import { systemReason } from '../../input/index.ts';
import { whenMade } from '../terminal/output.ts';

/**
 * Ends the process as SIGPIPE ends a program when whoever reads our output has seen enough (`| head`), and in order when
 * its terminal is gone.
 */
export function endWithoutOutput(): void {
  whenMade('stdout', (stdout) => {
    const isTerminal = stdout.isTTY;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
      // The terminal is gone. SIGHUP says so, too, and ends what has nothing more to do.
      if (isTerminal && error.code === 'EIO') return;
      const reason = systemReason(error) ?? error.message;
      process.stderr.write(`dtbus: cannot write to standard output: ${reason}\n`);
      process.exit(1);
    });
  });
  // There is nowhere to say them.
  whenMade('stderr', (stderr) => stderr.on('error', () => {}));
  leaveGoneTerminals();
}
