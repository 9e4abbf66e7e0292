import { BusFault, type MaybePromise } from '../../bus/index.ts';
import type { Client } from '../clients/client.ts';

/** One piece of work on a host: a whole transaction or message, never a part of one. */
export interface Job {
  readonly client: Client;
  readonly run: (signal: AbortSignal) => MaybePromise<void>;
  /** From its start. */
  readonly deadlineMs: number;
  /** How often it is tried again when it lost arbitration. */
  readonly retries: number;
  readonly resolve: () => void;
  readonly reject: (fault: BusFault) => void;
}

/**
 * Runs a job, again when it lost arbitration, and aborts it at its deadline.
 * @param host what it runs on, for sentences
 * @param lost the host did not heed the abort: it holds on to the wire although it was told to let go
 * @throws {BusFault} what the job throws; `ETIMEDOUT`
 */
export async function attempt(
  job: Job,
  host: string,
  limits: { readonly abortGraceMs: number },
  lost: (fault: BusFault) => void,
): Promise<void> {
  const abort = new AbortController();
  let expire: (() => void) | undefined;
  const expired = new Promise<never>((_, reject) => {
    expire = () => reject(new BusFault('ETIMEDOUT', `${host} did not answer within ${job.deadlineMs} ms`));
  });
  let grace: NodeJS.Timeout | undefined;
  const deadline = setTimeout(() => {
    abort.abort(new BusFault('ETIMEDOUT'));
    grace = setTimeout(() => {
      lost(new BusFault('ENODEV', `${host} does not answer`));
      expire?.();
    }, limits.abortGraceMs);
  }, job.deadlineMs);
  try {
    for (let tries = 0; ; tries++) {
      try {
        await Promise.race([job.run(abort.signal), expired]);
        return;
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        const again = fault.code === 'EAGAIN' && tries < job.retries && !abort.signal.aborted;
        if (!again) throw fault;
      }
    }
  } finally {
    clearTimeout(deadline);
    clearTimeout(grace);
  }
}
