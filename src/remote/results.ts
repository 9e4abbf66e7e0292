import type { Told } from './frames.ts';

/** Results of one session that are kept for who asks again: so many, of so many bytes. */
const RESULTS_MAX = 64;
const BYTES_MAX = 1 << 20;

type Answer = Told<'done'>;

/** Of what was read: the rest of an answer is small. */
const bytesOf = ({ received }: Answer): number => received.reduce((sum, { length }) => sum + length, 0);

/** What is known of a request by its number. */
export type Known =
  /** It was never seen: it may be carried out. */
  | { readonly state: 'new' }
  /** It is under way: its answer comes. */
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly answer: Answer }
  /** It was carried out, and its result is not kept any more. */
  | { readonly state: 'forgotten' };

/**
 * The results of the last requests of a session by their numbers: one that is asked again, because its answer was lost, gets
 * the answer and is not carried out a second time.
 */
export class KeptResults {
  readonly #answers = new Map<number, Answer>();
  readonly #running = new Set<number>();
  /** Numbers up to this one may have been forgotten. */
  #forgotten = 0;
  #bytes = 0;

  get running(): number {
    return this.#running.size;
  }

  isRunning(id: number): boolean {
    return this.#running.has(id);
  }

  /** What is known of a request; a new one is under way from now on. */
  begin(id: number): Known {
    const answer = this.#answers.get(id);
    if (answer !== undefined) return { state: 'done', answer };
    if (this.#running.has(id)) return { state: 'running' };
    if (id <= this.#forgotten) return { state: 'forgotten' };
    this.#running.add(id);
    return { state: 'new' };
  }

  end(id: number, answer: Answer): void {
    this.#running.delete(id);
    this.#answers.set(id, answer);
    this.#bytes += bytesOf(answer);
    for (const [oldest, answerThen] of this.#answers) {
      if (this.#answers.size <= 1 || (this.#answers.size <= RESULTS_MAX && this.#bytes <= BYTES_MAX)) return;
      this.#answers.delete(oldest);
      this.#bytes -= bytesOf(answerThen);
      this.#forgotten = Math.max(this.#forgotten, oldest);
    }
  }
}
