import type { Clock } from './clock.ts';
import { Deadline } from './deadline.ts';

/**
 * What a command leaves to be read: until it has ended there is no answer, then the bytes wait to be read once.
 */
export class Answer {
  readonly #answer = { bytes: new Uint8Array(8), length: 0, position: 0 };
  readonly #deadline: Deadline;

  constructor(clock: Clock) {
    this.#deadline = new Deadline(clock);
  }

  get state(): object {
    return { answer: this.#answer, deadline: this.#deadline.state };
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#answer.position;
  }

  /** `bytes` (at most 8) can be read after `durationNs`. */
  begin(bytes: Uint8Array, durationNs: number): void {
    this.#answer.bytes.set(bytes);
    this.#answer.length = bytes.length;
    this.#answer.position = 0;
    this.#deadline.start(durationNs);
  }

  /** Nothing waits to be read. */
  clear(): void {
    this.#answer.length = 0;
    this.#deadline.cancel();
  }

  /** Time until the answer is there; 0 = it is. */
  get remainingNs(): number {
    return this.#deadline.remainingNs;
  }

  get hasAnswer(): boolean {
    return this.#answer.length > 0;
  }

  read(into: Uint8Array): void {
    const answer = this.#answer;
    for (let i = 0; i < into.length; i++) {
      into[i] = answer.position < answer.length ? (answer.bytes[answer.position] as number) : 0xff;
      answer.position++;
    }
  }
}
