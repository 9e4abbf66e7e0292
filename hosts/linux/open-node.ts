import { closeSync } from 'node:fs';
import { BusFault, ERRNO, errnoName } from '../../src/bus/index.ts';
import { ioctl, ioctlAsync, OsError, type PinnedBytes } from '../../src/os/index.ts';

/** ms; a call that took less is quick: to go to another thread and back would cost as much again. */
const QUICK_MS = 2;

/**
 * An open node of the kernel's. Calls that may take long run in another thread, one at a time; one that nobody waits for
 * any more goes on, and the file is closed when it has ended. A short call is made at once as long as the call before it
 * was quick: a bus that hangs holds this thread up once, for as long as its driver waits, and never when it was just opened.
 */
export class OpenNode {
  readonly #fd: number;
  /** The call under way. */
  #call: Promise<unknown> | undefined;
  /** The last call was quick. */
  #isQuick = false;

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
   * @param isShort a bus that works does it in a moment
   * @throws {OsError}
   * @throws {BusFault} `ETIMEDOUT`
   */
  async run(
    request: number,
    memory: PinnedBytes,
    signal: AbortSignal | undefined,
    isShort = false,
  ): Promise<number> {
    const from = performance.now();
    const ended = (): void => {
      this.#isQuick = performance.now() - from < QUICK_MS;
    };
    if (!isShort || !this.#isQuick || this.#call !== undefined)
      return this.#inThread(request, memory, signal, ended);
    try {
      return ioctl(this.#fd, request, memory.bytes);
    } finally {
      ended();
    }
  }

  #inThread(
    request: number,
    memory: PinnedBytes,
    signal: AbortSignal | undefined,
    done: () => void,
  ): Promise<number> {
    const running = ioctlAsync(this.#fd, request, memory.address);
    // Holds the memory, too, until the kernel no longer writes there.
    const ended = running
      .catch(() => memory)
      .then(() => {
        done();
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
