import { closeSync } from 'node:fs';
import { BusFault, ERRNO, errnoName } from '../../src/bus/index.ts';
import { ioctl, ioctlAsync, OsError, type PinnedBytes } from '../../src/os/index.ts';

/**
 * An open node of the kernel's. Calls that may take long run in another thread, one at a time; one that nobody waits for
 * any more goes on, and the file is closed when it has ended.
 */
export class OpenNode {
  readonly #fd: number;
  /** The call under way. */
  #call: Promise<unknown> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A call that takes no time. @throws {OsError} */
  ask(request: number, argument: number | Uint8Array): number {
    return ioctl(this.#fd, request, argument);
  }

  /** Waits for the end of a call that was given up. @throws {BusFault} `ETIMEDOUT` */
  async idle(signal: AbortSignal | undefined): Promise<void> {
    if (this.#call !== undefined) await inTime(this.#call, signal);
  }

  /**
   * A call in another thread. After the deadline it goes on.
   * @param memory what the kernel reads and writes
   * @throws {OsError}
   * @throws {BusFault} `ETIMEDOUT`
   */
  run(request: number, memory: PinnedBytes, signal: AbortSignal | undefined): Promise<number> {
    const running = ioctlAsync(this.#fd, request, memory.address);
    // Holds the memory, too, until the kernel no longer writes there.
    const ended = running
      .catch(() => memory)
      .then(() => {
        if (this.#call === ended) this.#call = undefined;
      });
    this.#call = ended;
    return inTime(running, signal);
  }

  close(): void {
    if (this.#call === undefined) closeSync(this.#fd);
    else void this.#call.then(() => closeSync(this.#fd));
  }
}

/** What a call threw, with the fault that `explain` makes of the kernel's errno. */
export function faultOf(thrown: unknown, explain: (error: OsError) => BusFault): unknown {
  return thrown instanceof OsError ? explain(thrown) : thrown;
}

/** What Linux calls the errno of a call; Node does not know all names. */
export function errnoOf({ code, errno }: OsError): string {
  const name = errnoName(errno);
  return ERRNO[name] === errno ? name : code;
}

/** `work`, or `ETIMEDOUT` when the signal comes first. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    onAbort = () => reject(new BusFault('ETIMEDOUT'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}
