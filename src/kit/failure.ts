import { AssertionError } from 'node:assert';
import type { Traffic } from './traffic.ts';

/** Events that a failure shows. */
const SHOWN = 12;

/** What was expected of the traffic, and what there was instead: a runner prints the message. */
export interface Failure {
  /** `not sent: &temp: read TEMP` */
  readonly sentence: string;
  /** A line for each transfer that was expected. */
  readonly expected: readonly string[];
  readonly traffic: Traffic;
}

/** The error of an expectation that does not hold. @param caller what its stack begins with */
export function failure({ sentence, expected, traffic }: Failure, caller: (...args: never[]) => unknown) {
  const wanted = expected.length === 0 ? [] : ['expected:', ...expected.map((line) => `  ${line}`)];
  const message = [sentence, ...wanted, ...actualLines(traffic)].join('\n');
  const { text } = traffic;
  return plain({ message, expected: expected.join('\n'), actual: text }, caller);
}

/** The error of anything else that a test expects. */
export function plain(
  { message, expected, actual }: { message: string; expected: unknown; actual: unknown },
  caller: (...args: never[]) => unknown,
): AssertionError {
  const error = new AssertionError({
    message,
    expected,
    actual,
    operator: caller.name,
    stackStartFn: caller,
  });
  // The message shows both; a runner's comparison of the two texts line by line would say less.
  return Object.assign(error, { showDiff: false, diff: undefined });
}

/** The end of the traffic, under a heading. */
export function actualLines(traffic: Traffic): string[] {
  const { length } = traffic.events;
  if (length === 0) return [`actual: no transfer on ${traffic.words}`];
  const which = length > SHOWN ? `the last ${SHOWN} of ${length}` : `all ${length}`;
  return [`actual, ${which} on ${traffic.words}:`, ...traffic.lastLines(SHOWN)];
}
