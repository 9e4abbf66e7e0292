/** Lines that are kept; of more the oldest are dropped, a tenth at a time. */
const KEPT = 50_000;

/** The lines of a table: what the filter lets through, and which part of it is seen. */
export class Rows {
  #all: string[] = [];
  #shown: string[] = [];
  #words: readonly string[] = [];
  /** Place in `#shown` of the first line that is seen, while it does not follow. */
  #top = 0;
  /** Whether what comes last is seen. */
  follows = true;
  /** How many came. */
  count = 0;

  get shown(): number {
    return this.#shown.length;
  }

  get isFiltered(): boolean {
    return this.#words.length > 0;
  }

  add(line: string): void {
    this.count++;
    this.#all.push(line);
    if (this.#passes(line)) this.#shown.push(line);
    if (this.#all.length <= KEPT) return;
    const gone = this.#all.splice(0, KEPT / 10).filter((each) => this.#passes(each)).length;
    this.#shown.splice(0, gone);
    this.#top = Math.max(0, this.#top - gone);
  }

  /** Every word stands somewhere in a line that is shown; `!` alone are those that failed. */
  filter(text: string): void {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#shown = this.#all.filter((line) => this.#passes(line));
    this.#top = Math.max(0, this.#shown.length - 1);
  }

  /** The lines that are seen. @param height how many there is room for */
  seen(height: number): readonly string[] {
    const last = Math.max(0, this.#shown.length - height);
    this.#top = this.follows ? last : Math.min(this.#top, last);
    return this.#shown.slice(this.#top, this.#top + height);
  }

  /** Moves by so many lines; whoever looks back is not moved on, and follows again at the end. */
  scroll(by: number, height: number): void {
    const last = Math.max(0, this.#shown.length - height);
    this.#top = Math.min(last, Math.max(0, (this.follows ? last : this.#top) + by));
    this.follows = by > 0 && this.#top === last;
  }

  #passes(line: string): boolean {
    const text = line.toLowerCase();
    return this.#words.every((word) => (word === '!' ? line.startsWith('!') : text.includes(word)));
  }
}
