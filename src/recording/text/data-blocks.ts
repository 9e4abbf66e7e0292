import { createHash } from 'node:crypto';
import { hexDigits } from '../../bus/words.ts';
import { LineError } from './parse-transfer.ts';

/** Bytes that a line of a data block shows. */
const ROW_BYTES = 32;
/** Hex digits of the name of a block, when they suffice. */
const NAME_DIGITS = 8;
/** Blocks that a writer remembers, so that it writes each once. */
const KEPT_BLOCKS = 1024;

/** The lines of a block: its name and length, then its bytes. */
export function dataText(name: string, bytes: Uint8Array): string {
  const rows = [`data ${name} ${bytes.length}\n`];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = Array.from(bytes.subarray(at, at + ROW_BYTES), (byte) => hexDigits(byte)).join(' ');
    rows.push(`  ${hexDigits(at, 4)}  ${row}\n`);
  }
  return rows.join('');
}

/** Gives bytes a name that says what they are, so that the same bytes have the same name in every recording. */
export class DataNames {
  /** Whole digests by name. */
  readonly #digests = new Map<string, string>();

  /** @returns the name, and whether it is new: the block is to be written then */
  put(bytes: Uint8Array): { readonly name: string; readonly isNew: boolean } {
    const digest = createHash('sha256').update(bytes).digest('hex');
    let name = digest.slice(0, NAME_DIGITS);
    // Two blocks whose digests begin alike: the second takes more of its own.
    const other = this.#digests.get(name);
    if (other !== undefined && other !== digest) name = digest;
    if (this.#digests.has(name)) return { name, isNew: false };
    if (this.#digests.size < KEPT_BLOCKS) this.#digests.set(name, digest);
    else name = digest;
    return { name, isNew: true };
  }
}

/** Reads the rows of a block. */
export class DataRows {
  readonly name: string;
  /** Of its first line. */
  readonly line: number;
  readonly #bytes: Uint8Array;
  #count = 0;

  /** `data a1b2c3d4 256` @throws {LineError} */
  constructor([, name = '', lengthText = '']: readonly string[], line: number, most: number) {
    if (!/^[\w-]+$/.test(name) || !/^\d{1,10}$/.test(lengthText))
      throw new LineError('invalid data: expected a name and a length');
    const length = Number(lengthText);
    // Two digits a byte: a length beyond that is a lie, and is not reserved.
    if (length > most / 2)
      throw new LineError(
        `invalid length ${length}: the rest of the recording is shorter than that; the recording may be cut`,
      );
    this.name = name;
    this.line = line;
    this.#bytes = new Uint8Array(length);
  }

  get isWhole(): boolean {
    return this.#count === this.#bytes.length;
  }

  /** @throws {LineError} rows are missing */
  get bytes(): Uint8Array {
    if (!this.isWhole)
      throw new LineError(
        `invalid length ${this.#bytes.length}: data ${this.name} has ${this.#count} bytes; the recording may be cut`,
      );
    return this.#bytes;
  }

  /** `0020  00 01 …` @throws {LineError} */
  add(tokens: readonly string[]): void {
    const [offset = '', ...bytes] = tokens;
    if (!/^[0-9a-f]{4,}$/.test(offset) || Number.parseInt(offset, 16) !== this.#count)
      throw new LineError(`invalid row of data: expected ${hexDigits(this.#count, 4)} first, got ${offset}`);
    for (const byte of bytes) {
      if (!/^[0-9a-f]{2}$/.test(byte)) throw new LineError(`invalid byte ${byte}: expected two hex digits`);
      if (this.#count === this.#bytes.length)
        throw new LineError(`invalid length ${this.#bytes.length}: data ${this.name} has more bytes`);
      this.#bytes[this.#count++] = Number.parseInt(byte, 16);
    }
  }
}
