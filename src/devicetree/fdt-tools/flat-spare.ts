/**
 * What stands behind the blocks of a tree that became shorter, where an edit in place leaves it: whoever lengthens them
 * again finds it in the padding. Places are counted from the start of the structure block.
 */
export class FlatSpare {
  #bytes = new Uint8Array(0);

  /** The blocks end at `length` now; `end` is what was behind. */
  keep(length: number, end: Uint8Array): void {
    const all = length + end.length;
    if (all > this.#bytes.length) {
      const grown = new Uint8Array(2 * all);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(end, length);
  }

  /** What is `skip` bytes behind the blocks' end at `length`; zeros where nothing ever was. */
  peek(length: number, skip: number, into: Uint8Array): void {
    const from = length + skip;
    into.set(this.#bytes.subarray(from, from + into.length));
  }
}
