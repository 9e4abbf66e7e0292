/** What is under way for signals, and ended by them. A signal has one listener, however much is under way for it. */
export class CancelledBy<T> {
  readonly #cancel: (work: T) => void;
  readonly #underWay = new Map<AbortSignal, { readonly all: Set<T>; readonly listener: () => void }>();

  constructor(cancel: (work: T) => void) {
    this.#cancel = cancel;
  }

  /** @param signal it has not been aborted yet */
  add(signal: AbortSignal | undefined, work: T): void {
    if (signal === undefined) return;
    const known = this.#underWay.get(signal);
    if (known !== undefined) {
      known.all.add(work);
      return;
    }
    const all = new Set([work]);
    const listener = (): void => {
      for (const each of [...all]) this.#cancel(each);
    };
    this.#underWay.set(signal, { all, listener });
    signal.addEventListener('abort', listener, { once: true });
  }

  /** It has ended. */
  delete(signal: AbortSignal | undefined, work: T): void {
    const known = signal && this.#underWay.get(signal);
    if (signal === undefined || known === undefined) return;
    known.all.delete(work);
    if (known.all.size > 0) return;
    this.#underWay.delete(signal);
    signal.removeEventListener('abort', known.listener);
  }
}
