import type { Board } from '../board/index.ts';
import type { GuestSession } from '../guest/index.ts';
import { checkOptions, flag, invalid, type OptionChecks, text } from '../input/index.ts';
import { type Duration, msOf } from './duration.ts';
import { plain } from './failure.ts';
import { areTimersFake } from './timers.ts';
import { WorldUnsupportedError } from './worlds.ts';

const TIMEOUT_MS = 60_000;

/** How the Linux of a test boots. */
export interface TestGuestOptions {
  /** A User-Mode Linux; default: that of DTBUS_GUEST_KERNEL, or `~/.local/share/dtbus/linux`. */
  readonly kernel?: string;
  /** False: Linux's drivers leave the parts to programs, which reach them by /dev/i2c-N and /dev/spidevB.C. */
  readonly drivers?: boolean;
  /** Who the guest is: it has the parts with this `dtbus,owner`. */
  readonly owner?: string;
  /** How long the boot, a command, or a time that passes may take on this machine. Default: 60 s. */
  readonly timeout?: Duration;
}

/** A Linux whose drivers have the parts of a test's board, and whose clock is the board's. */
export interface TestGuest {
  /**
   * Runs shell lines, with the programs of this machine; time goes on as they want it. @returns what they wrote
   * @throws {AssertionError} they ended with another exit code than 0 @throws {BoardError} the guest ended, or they took too long
   */
  run(command: string): Promise<string>;
  /** The same; any exit code will do. */
  tryRun(command: string): Promise<{ readonly exitCode: number; readonly output: string }>;
}

const checks: OptionChecks<TestGuestOptions> = {
  kernel: text,
  drivers: flag,
  owner: text,
  timeout: () => {},
};

/**
 * Boots a guest on a test's board. @throws {WorldUnsupportedError} there is no kernel: the test is skipped
 * @throws {BoardError} the board has a time of its own, or the guest does not boot
 */
export async function bootTestGuest(
  board: Board,
  options: TestGuestOptions,
  onWarning: (sentence: string) => void,
): Promise<GuestSession> {
  checkOptions<TestGuestOptions>('bootGuest', options, checks);
  if (areTimersFake()) throw invalid('time to boot a guest', 'the real timers of the runner', 'fake ones');
  const { findKernel, GuestSession, KERNELS, usualKernel } = await import('../guest/index.ts');
  const kernel = findKernel('uml', options.kernel);
  if (kernel === undefined)
    throw new WorldUnsupportedError(
      `no guest kernel: set ${KERNELS.uml.variable}, or put one at ${usualKernel('uml')}`,
    );
  const { drivers, owner, timeout } = options;
  const timeoutMs = timeout === undefined ? TIMEOUT_MS : msOf(timeout, 'timeout');
  return GuestSession.boot(board, { kernel, drivers, owner, timeoutMs, onWarning });
}

/** What a test has of its guest. */
export function testGuest(session: GuestSession): TestGuest {
  const tryRun = (command: string) => {
    if (typeof command !== 'string') throw invalid('command', 'shell lines, as text', command);
    return session.run(command);
  };
  const run = async (command: string) => {
    const { exitCode, output } = await tryRun(command);
    if (exitCode === 0) return output;
    const message = `\`${command}\` in the guest ended with exit code ${exitCode}: ${output.trim().slice(-2000)}`;
    throw plain({ message, expected: 0, actual: exitCode }, run);
  };
  return { run, tryRun };
}
