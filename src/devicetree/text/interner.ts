/**
 * Words as small numbers, so that looking a macro up is one array access. The keywords come first and have
 * the same number in every interner.
 */
const KEYWORDS = [
  'define',
  'undef',
  'include',
  'include_next',
  'import',
  'if',
  'ifdef',
  'ifndef',
  'elif',
  'elifdef',
  'elifndef',
  'else',
  'endif',
  'error',
  'warning',
  'line',
  'pragma',
  'ident',
  'sccs',
  'defined',
  '__has_include',
  '__has_include_next',
  '__VA_ARGS__',
  '__VA_OPT__',
  '__FILE__',
  '__LINE__',
  '__COUNTER__',
  '__INCLUDE_LEVEL__',
  '__BASE_FILE__',
  'once',
] as const;

/** The number of a keyword; 0 is no word. */
export function keyword(name: (typeof KEYWORDS)[number]): number {
  return KEYWORDS.indexOf(name) + 1;
}

export function isKeyword(id: number): boolean {
  return id > 0 && id <= KEYWORDS.length;
}

/**
 * The hash that `Interner.ofHashed` wants, over the bytes of the word from left to right. It has 24 bits and is made by
 * V8's own operators, so that it is a small number on the way, too: that is what code is fast at that no compiler has
 * seen yet, as in a command that reads one tree.
 */
export function hashStep(hash: number, byte: number): number {
  return ((hash << 5) - hash + byte) & 0xff_ffff;
}

export class Interner {
  readonly #names: string[] = [''];
  readonly #hashes: number[] = [0];
  /** Open addressing, a power of two long; entries are word numbers, 0 = free. */
  #table = new Int32Array(1 << 12);

  constructor() {
    for (const name of KEYWORDS) this.of(name);
  }

  /** How many words there are, the empty one included. */
  get size(): number {
    return this.#names.length;
  }

  name(id: number): string {
    return this.#names[id] as string;
  }

  of(name: string): number {
    let hash = 0;
    for (let i = 0; i < name.length; i++) hash = hashStep(hash, name.charCodeAt(i));
    return this.ofHashed(name, 0, name.length, hash);
  }

  /** The number of the word in `text` from `start` to `end`. */
  ofHashed(text: string, start: number, end: number, hash: number): number {
    const table = this.#table;
    const hashes = this.#hashes;
    const mask = table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = table[slot] as number;
      if (id === 0) break;
      if (hashes[id] === hash && this.#isAt(id, text, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    const id = hashes.length;
    this.#names.push(text.slice(start, end));
    hashes.push(hash);
    table[slot] = id;
    if (id * 2 > table.length) this.#grow();
    return id;
  }

  /** What stands in `bytes` from `start` to `end`, word or not, as one string that all its readers share. */
  shared(bytes: Uint8Array, start: number, end: number, text: string): string {
    let hash = 0;
    for (let i = start; i < end; i++) hash = hashStep(hash, bytes[i] as number);
    return this.name(this.ofHashed(text, start, end, hash));
  }

  #isAt(id: number, text: string, start: number, end: number): boolean {
    const name = this.#names[id] as string;
    return name.length === end - start && text.startsWith(name, start);
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let id = 1; id < this.#hashes.length; id++) {
      const hash = this.#hashes[id] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    this.#table = table;
  }
}
