import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, it } from 'vitest';
import { expectRequests, expectShortRun, expectUsualRun } from '../../../src/cli/terminal/expected-run.ts';

// V8's own view of a function, in bits (V8 11, runtime.h): it runs optimized code, or is marked for the compiler or with it.
const OPTIMIZED = (1 << 4) | (1 << 8) | (1 << 9) | (1 << 10);
const MOST_CALLS = 200_000;

/** V8 knows the code of a text that it has compiled before. */
let texts = 0;

/** How many calls of a new function it takes until V8 thinks of optimizing it. */
function callsUntilOptimized(): number {
  setFlagsFromString('--allow-natives-syntax');
  const statusOf = new Function('f', 'return %GetOptimizationStatus(f)');
  const work = new Function('a', 'b', `return a * b + (a ^ b) - (a & b) // ${texts++}`);
  let calls = 0;
  while (calls++ < MOST_CALLS && (statusOf(work) & OPTIMIZED) === 0) work(calls, 3);
  return calls;
}

describe('what V8 is told of a run', () => {
  afterEach(expectUsualRun);

  // Later V8s have no such flag, and what is not known must not be said to the user.
  const { v8 } = process.versions;
  const isHeeded = v8.startsWith('11.');

  it('of many requests: it optimizes what they run through after fewer of them, in the V8 of Node 20', () => {
    expectUsualRun();
    const usual = callsUntilOptimized();
    expectRequests();
    expect(callsUntilOptimized() < usual / 3).toBe(isHeeded);
  });

  it('of a short run: it optimizes little, in the V8 of Node 20', () => {
    expectUsualRun();
    const usual = callsUntilOptimized();
    expectShortRun();
    expect(callsUntilOptimized() > usual * 3).toBe(isHeeded);
  });
});
