import type { DeviceProblem } from '../thread/protocol.ts';

/**
 * Tells of adapters that could not be opened: when the board opens of those whose ports say so at once, and later of the
 * others, and of those whose reason has changed.
 */
export class LostAdapters {
  readonly #told = new Map<string, string>();
  #tell: ((problem: DeviceProblem) => void) | undefined;

  /** The board is open. `tell` is called for `unavailable` now, and for what comes later. */
  start(unavailable: readonly DeviceProblem[], tell: (problem: DeviceProblem) => void): void {
    this.#tell = tell;
    for (const problem of unavailable) {
      this.#told.set(problem.path, problem.sentence);
      tell(problem);
    }
  }

  /** An attempt to open it has failed. The first one finds what was told when the board opened. */
  readonly notOpened = (problem: DeviceProblem): void => {
    const told = this.#told.get(problem.path);
    this.#told.delete(problem.path);
    if (told !== problem.sentence) this.#tell?.(problem);
  };
}
