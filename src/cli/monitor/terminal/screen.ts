/** Alternate screen, no cursor, no wrap: what is wider than was thought is cut, and no line moves another. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';

/** A terminal that is drawn on line by line, and is as it was when that is over, however the process ends. */
export class Screen {
  readonly #output: NodeJS.WriteStream;
  #drawn: readonly string[] = [];
  #isOpen = false;
  readonly #leave = () => this.close();

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#output;
    // A terminal that says nothing, or is told to have none.
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** @param resized is called after each change of its size */
  open(resized: () => void): void {
    this.#isOpen = true;
    process.once('exit', this.#leave);
    this.#output.write(ENTER);
    this.#output.on('resize', () => {
      if (!this.#isOpen) return;
      this.#drawn = [];
      this.#output.write('\x1b[2J');
      resized();
    });
  }

  /** Draws what has changed. @param lines from the top, without control characters but those of colours */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const { rows } = this.size;
    let text = '';
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? '';
      // Cleared first: at the last column the cursor stands on what was written there.
      if (this.#drawn[row] !== line) text += `\x1b[${row + 1};1H\x1b[K${line}`;
    }
    this.#drawn = lines.slice(0, rows);
    if (text !== '') this.#output.write(text);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#leave);
    this.#output.removeAllListeners('resize');
    this.#output.write(LEAVE);
  }
}
