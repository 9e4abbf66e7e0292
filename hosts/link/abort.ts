import { BusFault } from '../../src/bus/index.ts';

/** The fault of what was given up by `signal`. */
export function aborted(signal: AbortSignal | undefined): BusFault {
  const reason: unknown = signal?.reason;
  return reason instanceof BusFault ? reason : new BusFault('ETIMEDOUT');
}

/** Waits for `work`, though no longer than until `signal`. @throws {BusFault} */
export async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let onAbort: (() => void) | undefined;
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(aborted(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, abort]);
  } finally {
    signal.removeEventListener('abort', onAbort as () => void);
  }
}
