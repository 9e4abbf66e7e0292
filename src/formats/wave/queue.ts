/** First in, first out; as long as it must be. */
export class Queue<Item> {
  readonly #items: Item[] = [];
  #head = 0;

  push(item: Item): void {
    this.#items.push(item);
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  shift(): void {
    this.#head++;
    // What was taken is forgotten when it is the larger half: each item is moved about once.
    if (2 * this.#head < this.#items.length) return;
    this.#items.splice(0, this.#head);
    this.#head = 0;
  }
}
