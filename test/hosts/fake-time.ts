import { vi } from 'vitest';

const STEP_MS = 10;

/** Runs `work` in a time that goes as fast as it can: what waits for somebody who says nothing waits no longer. */
export async function inFakeTime<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let ended = false;
    const result = work().finally(() => {
      ended = true;
    });
    result.catch(() => {});
    while (!ended) await vi.advanceTimersByTimeAsync(STEP_MS);
    return await result;
  } finally {
    vi.useRealTimers();
  }
}
