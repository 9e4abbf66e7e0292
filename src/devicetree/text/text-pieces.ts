/** Pieces that are joined at a time. */
const BATCH = 4096;

/** Text of very many small pieces: a list of all of them would take many times the memory of the text. */
export class TextPieces {
  #text = '';
  #pieces: string[] = [];

  push(...pieces: readonly string[]): void {
    for (const piece of pieces) this.#pieces.push(piece);
    if (this.#pieces.length < BATCH) return;
    this.#text += this.#pieces.join('');
    this.#pieces = [];
  }

  toString(): string {
    return this.#text + this.#pieces.join('');
  }
}
