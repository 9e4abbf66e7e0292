import { byteCount } from './byte-count.ts';
import { type Range, RangeSet, rangeText } from './range.ts';

/**
 * What a write has done to a memory so far, so that one that is broken off can say what it leaves behind.
 */
export class ChangeLog {
  readonly #size: number;
  readonly #done = new RangeSet();
  readonly #erased = new RangeSet();
  #current: Range | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  /** From here on the range may hold anything. */
  begin(range: Range): void {
    this.#current = range;
  }

  /** The range that is being changed is blank now. */
  erased(range: Range): void {
    this.#erased.add(range);
  }

  /** The range holds what it should. */
  done(range: Range): void {
    this.#done.add(range);
    this.#erased.remove(range);
    this.#current = undefined;
  }

  /** What is being changed at the moment. */
  get current(): Range | undefined {
    return this.#current;
  }

  get changed(): boolean {
    return this.#current !== undefined || this.#done.ranges.length > 0 || this.#erased.ranges.length > 0;
  }

  /** Lines that say which ranges hold what. */
  report(what: string): string[] {
    if (!this.changed) return ['Nothing was changed.'];
    const lines: string[] = [];
    if (this.#done.ranges.length > 0)
      lines.push(`${what}: ${this.#done.text(this.#size)} (${byteCount(this.#done.bytes)})`);
    const blank = new RangeSet();
    for (const range of this.#erased.ranges) blank.add(range);
    if (this.#current !== undefined) {
      const erased = this.#erased.ranges.some(
        ({ from, to }) => this.#current !== undefined && from <= this.#current.from && to >= this.#current.to,
      );
      lines.push(
        `${erased ? 'erased, perhaps partly written' : 'perhaps partly changed'}: ${rangeText(this.#current, this.#size)}`,
      );
      blank.remove(this.#current);
    }
    if (blank.ranges.length > 0) lines.push(`erased: ${blank.text(this.#size)}`);
    lines.push('everything else is unchanged');
    return lines;
  }
}
