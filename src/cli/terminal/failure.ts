import { InvalidValue, UsageError } from './usage-error.ts';
import { warnOfError } from './warn.ts';

/** Exit codes: 0 done, 1 it failed, 2 it was called wrongly. */
const FAILED = 1;
export const USAGE = 2;

/**
 * Says why a command failed.
 * @param usage how it is called: told where a value was wrong
 * @returns the exit code
 */
export function reportFailure(thrown: unknown, usage?: string): number {
  warnOfError(thrown);
  if (thrown instanceof InvalidValue && usage !== undefined) process.stderr.write(usageText(usage));
  return thrown instanceof UsageError ? USAGE : FAILED;
}

/** What is shown to who called a command wrongly. */
export const usageText = (usage: string) => `usage: ${usage}\n(try --help)\n`;
