import { latin1, putLatin1 } from '../text/source.ts';
import { FdtError } from './fdt-error.ts';

/** Names of properties in a strings block that only grows. They are Latin-1, so that any byte survives. */
export class FlatNames {
  readonly #names = new Map<number, string>();
  #bytes: Uint8Array;
  #used: number;
  /** The strings and where they start, once a new name was looked for; what has no end is not among them. */
  #strings: { readonly text: string; readonly start: number }[] | undefined;
  /** Offsets of all that are so long, as names and as tails of names. */
  readonly #byLength = new Map<number, Map<string, number>>();

  constructor(block: Uint8Array) {
    this.#bytes = block;
    this.#used = block.length;
  }

  get block(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  /** The name at `offset`. @throws {FdtError} none begins or ends there */
  at(offset: number): string {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const end = offset < this.#used ? this.block.indexOf(0, offset) : -1;
    if (end < 0)
      throw new FdtError('FDT_ERR_BADOFFSET', `no property name at ${offset} of the strings block`);
    const name = latin1(this.#bytes, offset, end);
    this.#names.set(offset, name);
    return name;
  }

  /** Where `name` is first, also as the tail of another; undefined where it is not. */
  offsetOf(name: string): number | undefined {
    let known = this.#byLength.get(name.length);
    if (known === undefined) {
      known = new Map();
      this.#byLength.set(name.length, known);
      this.#strings ??= stringsOf(this.block);
      for (const string of this.#strings) addTail(known, name.length, string);
    }
    return known.get(name);
  }

  /** Puts `name` at the end. @returns where it is */
  add(name: string): number {
    const offset = this.#used;
    this.#used += name.length + 1;
    if (this.#used > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#used);
      grown.set(this.#bytes.subarray(0, offset));
      this.#bytes = grown;
    }
    putLatin1(this.#bytes, offset, `${name}\0`);
    if (this.#strings === undefined) return offset;
    // A block that does not end with a NUL goes on with what is put behind it.
    let start = offset;
    while (start > 0 && this.#bytes[start - 1] !== 0) start--;
    const string = { text: latin1(this.#bytes, start, this.#used - 1), start };
    this.#strings.push(string);
    for (const [length, known] of this.#byLength) addTail(known, length, string);
    return offset;
  }
}

function addTail(
  known: Map<string, number>,
  length: number,
  { text, start }: { text: string; start: number },
): void {
  if (text.length < length) return;
  const tail = text.slice(text.length - length);
  if (!known.has(tail)) known.set(tail, start + text.length - length);
}

function stringsOf(block: Uint8Array): { readonly text: string; readonly start: number }[] {
  const texts = latin1(block).split('\0');
  // What is behind the last NUL has no end.
  texts.pop();
  let start = 0;
  return texts.map((text) => {
    const string = { text, start };
    start += text.length + 1;
    return string;
  });
}
