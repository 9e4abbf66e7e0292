import type { CallerMemory, IoctlCall } from './ioctl.ts';

/**
 * Saves a round of an ioctl whose structure points to where the result goes. What the structure says is known
 * only when the kernel has fetched it, and then the place of the result must be asked for in another round. But
 * a program calls from the same few places, and there the result lies at the same distance from the structure
 * each time: so that place is asked for together with the structure, and nothing is written if it was another.
 * (The kernel looks at memory that is to be written only when it is written: fs/fuse/ioctl.c, fuse_do_ioctl.)
 */
export class OutputGuess {
  /** No result is so long: a call that has room for this much was guessed for. */
  readonly #length: number;
  /** From the structure to the result, as it was the last time. */
  #distance: bigint | undefined;
  /** The last guess, which is of one thread's call. */
  #pid = 0;
  #arg = 0n;
  #base = 0n;

  /** @param longest result in bytes */
  constructor(longest: number) {
    this.#length = longest + 1;
  }

  /** In the first round: announces the place that is likely. */
  announce(call: IoctlCall, memory: CallerMemory): void {
    if (this.#distance === undefined || call.pid === 0) return;
    const base = call.arg + this.#distance;
    if (base <= 0n) return;
    this.#pid = call.pid;
    this.#arg = call.arg;
    this.#base = base;
    memory.willWrite(base, this.#length);
  }

  /** In a later round: whether the place of this call's result is the one that was announced. */
  isRight(call: IoctlCall, base: bigint): boolean {
    this.#distance = base - call.arg;
    const guessed = call.outSize === this.#length && call.pid === this.#pid && call.arg === this.#arg;
    return guessed && base === this.#base;
  }
}
