/** Memory that a tree may take whatever its input is, and for each byte of input besides. */
const FREE_BYTES = 32 * 1024 * 1024;
const PER_INPUT_BYTE = 6;

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

  /** More input was read. */
  allow(inputBytes: number): void {
    this.#left += PER_INPUT_BYTE * inputBytes;
  }

  /** @throws {LimitError} when more is taken than was allowed */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      throw new LimitError(
        'the tree is too large for its source',
        'check for macros or includes that repeat themselves; a tree may take 32 MiB and six times its source',
      );
    }
  }
}
