/** Memory that a tree may take whatever its input is, and for each byte of input besides: a fragment of 30 bytes takes 2,400. */
const FREE_BYTES = 32 * 1024 * 1024;
const PER_INPUT_BYTE = 100;
/** Memory that a tree may take, however long its input is: the heap of a process ends soon after. */
const MOST_BYTES = 1536 * 1024 * 1024;

/** What the parts of a tree take in memory, roughly. */
export const COST = { node: 400, property: 200, marker: 60 } as const;

/** The input asks for more than is given to it. The message is a sentence for the reader of the input. */
export class LimitError extends Error {
  readonly hint: string;

  constructor(sentence: string, hint: string) {
    super(sentence);
    this.hint = hint;
  }
}

/**
 * Counts what an input makes of itself, so that a short text cannot fill the memory: by macros that double
 * themselves, by the same file included again and again, by paths that are written once for each label.
 */
export class Budget {
  #left = FREE_BYTES;
  #taken = 0;

  /** Little enough was taken that a few pages of source more or less cannot matter. */
  get isModest(): boolean {
    return this.#taken < FREE_BYTES / 2;
  }

  /** Allows as much as `other` does. */
  resemble(other: Budget): void {
    this.#left = other.#left;
    this.#taken = other.#taken;
  }

  /** More input was read. */
  allow(inputBytes: number): void {
    this.#left += PER_INPUT_BYTE * inputBytes;
  }

  /** @throws {LimitError} when more is taken than was allowed */
  take(bytes: number): void {
    this.#left -= bytes;
    this.#taken += bytes;
    if (this.#left < 0 || this.#taken > MOST_BYTES) {
      throw new LimitError(
        'the tree is too large for its source',
        'check for macros or includes that repeat themselves; a tree may take 32 MiB and 100 times its source, at most 1.5 GiB',
      );
    }
  }
}
