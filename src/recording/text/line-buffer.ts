import { hexDigits } from '../../bus/words.ts';

/** First size of the memory, in bytes. */
const FIRST_BYTES = 1 << 10;
const BLANK = 0x20;
const LF = 0x0a;
const ASCII_END = 0x80;
/** Most bytes that a UTF-16 unit becomes in UTF-8. */
const UTF8_MAX = 3;

/** The two digits of every byte, one after the other. */
const DIGITS = new Uint8Array(512);
for (let byte = 0; byte < 256; byte++)
  new TextEncoder().encodeInto(hexDigits(byte), DIGITS.subarray(2 * byte));

const encoder = new TextEncoder();

/** Lines of text as bytes, in memory that is used again: a string for each would cost a recording most of its time. */
export class LineBuffer {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  /** Where the present line begins. */
  #begin = 0;
  /** Bytes of the present line beyond one for each UTF-16 unit. */
  #more = 0;

  /** In bytes, of all lines. */
  get length(): number {
    return this.#length;
  }

  /** UTF-16 units of the present line. */
  get column(): number {
    return this.#length - this.#begin - this.#more;
  }

  /** All lines: a view that holds until something is written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#begin = 0;
    this.#more = 0;
  }

  text(text: string): void {
    const { length } = text;
    this.#reserve(length * UTF8_MAX);
    let at = this.#length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= ASCII_END) {
        this.#length = at;
        this.#encoded(text.slice(i));
        return;
      }
      this.#bytes[at++] = code;
    }
    this.#length = at;
  }

  /** What was written before, of the present line or at its end: ASCII, or nothing follows in the line. */
  again(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was written since the length was this. */
  since(length: number): Uint8Array {
    return this.#bytes.slice(length, this.#length);
  }

  /** `1f 80` */
  hex(bytes: Uint8Array, count: number): void {
    this.#reserve(3 * count);
    const into = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i++) {
      if (i > 0) into[at++] = BLANK;
      const digits = 2 * (bytes[i] as number);
      into[at++] = DIGITS[digits] as number;
      into[at++] = DIGITS[digits + 1] as number;
    }
    this.#length = at;
  }

  /** Blanks up to a column. */
  padTo(column: number): void {
    const count = column - this.column;
    if (count <= 0) return;
    this.#reserve(count);
    const end = this.#length + count;
    for (let at = this.#length; at < end; at++) this.#bytes[at] = BLANK;
    this.#length = end;
  }

  /** Takes blanks away from the end of the present line. */
  trimEnd(): void {
    while (this.#length > this.#begin && this.#bytes[this.#length - 1] === BLANK) this.#length--;
  }

  endLine(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = LF;
    this.beginLine();
  }

  /** What was written ended a line. */
  beginLine(): void {
    this.#begin = this.#length;
    this.#more = 0;
  }

  toString(): string {
    return Buffer.from(this.#bytes.buffer, 0, this.#length).toString();
  }

  #encoded(text: string): void {
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length));
    this.#length += written;
    this.#more += written - text.length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
