import { TAG } from '../blob/blob-format.ts';
import { MAX_DEPTH } from '../blob/blob-reader.ts';
import { FdtError } from './fdt-error.ts';

export const CELL = 4;
/** Tag, length of the value, offset of the name. */
export const PROPERTY_HEADER = 3 * CELL;
/** No token. */
export const NONE = -1;
/** What stands behind the end token. */
const REST = 0;

export const align = (n: number): number => Math.ceil(n / CELL) * CELL;

/**
 * The tokens of a structure block as a list that is edited without moving what is behind: a token keeps its number. Their
 * bytes, padding among them, lie in one array, at whose end those of new tokens are put.
 */
export class FlatTokens {
  bytes: Uint8Array;
  #view: DataView;
  #used: number;
  /** Of each token: its tag, where its bytes are and how many, its neighbours. */
  #tags = new Uint8Array(0);
  #at = new Int32Array(0);
  #sizes = new Int32Array(0);
  #next = new Int32Array(0);
  #before = new Int32Array(0);
  /** Of a node's begin: its end, its parent, and the last of the properties that precede its children, or itself. */
  #end = new Int32Array(0);
  #parent = new Int32Array(0);
  #head = new Int32Array(0);
  #count = 0;
  #last = NONE;
  /** Bytes of all tokens. */
  size = 0;

  /**
   * Takes the structure block over, and checks that every node that begins also ends, then comes the end token.
   * `isMeasured`: what is behind that belongs to the block. @throws {FdtError}
   */
  constructor(structure: Uint8Array, isMeasured: boolean) {
    this.bytes = structure;
    this.#view = new DataView(structure.buffer, structure.byteOffset, structure.byteLength);
    this.#used = structure.length;
    const end = this.#readNodes();
    if (isMeasured && end < structure.length) this.#append(REST, end, structure.length - end);
  }

  tag(token: number): number {
    return this.#tags[token] as number;
  }

  next(token: number): number {
    return this.#next[token] as number;
  }

  /** Where the bytes of a token start in `bytes`. */
  at(token: number): number {
    return this.#at[token] as number;
  }

  /** Bytes of a token with its padding. */
  sizeOf(token: number): number {
    return this.#sizes[token] as number;
  }

  endOf(node: number): number {
    return this.#end[node] as number;
  }

  parentOf(node: number): number {
    return this.#parent[node] as number;
  }

  /** The last of a node's properties that precede its children, or the node itself. */
  headOf(node: number): number {
    return this.#head[node] as number;
  }

  cell(at: number): number {
    return this.#view.getUint32(at);
  }

  putCell(at: number, value: number): void {
    this.#view.setUint32(at, value);
  }

  /** Copies all bytes, in order. */
  write(into: Uint8Array): void {
    let to = 0;
    for (let token = 0; token !== NONE; ) {
      const from = this.at(token);
      let end = from;
      // Neighbours that were never parted go at once.
      for (; token !== NONE && this.at(token) === end; token = this.next(token)) end += this.sizeOf(token);
      into.set(this.bytes.subarray(from, end), to);
      to += end - from;
    }
  }

  /** The bytes that stand `skip` bytes behind the start of `token`, in order, `into.length` of them or fewer. @returns how many */
  peek(token: number, skip: number, into: Uint8Array): number {
    let left = skip;
    let got = 0;
    for (let here = token; here !== NONE && got < into.length; here = this.next(here)) {
      const size = this.sizeOf(here);
      for (; left < size && got < into.length; left++)
        into[got++] = this.bytes[this.at(here) + left] as number;
      left = Math.max(0, left - size);
    }
    return got;
  }

  /** The last bytes of all tokens; `into.length` of them. */
  peekEnd(into: Uint8Array): void {
    let to = into.length;
    for (let here = this.#last; here !== NONE && to > 0; here = this.#before[here] as number) {
      const size = Math.min(this.sizeOf(here), to);
      const end = this.at(here) + this.sizeOf(here);
      into.set(this.bytes.subarray(end - size, end), to - size);
      to -= size;
    }
  }

  /** Puts a property with room for `size` bytes first into a node. */
  insertProperty(node: number, size: number): number {
    const token = this.#insert(node, TAG.PROP, this.#take(size), size);
    if (this.headOf(node) === node) this.#head[node] = token;
    return token;
  }

  /** Puts a node, whose begin takes `size` bytes, before the other children of a node. */
  insertNode(parent: number, size: number): number {
    const at = this.#take(size + CELL);
    const node = this.#insert(this.headOf(parent), TAG.BEGIN_NODE, at, size);
    const end = this.#insert(node, TAG.END_NODE, at + size, CELL);
    this.#enter(node, parent);
    this.#end[node] = end;
    this.putCell(at, TAG.BEGIN_NODE);
    this.putCell(at + size, TAG.END_NODE);
    return node;
  }

  /** Gives a token another size; its first bytes stay where it shrinks. */
  resize(token: number, size: number): void {
    const old = this.sizeOf(token);
    if (size > old) {
      const at = this.#take(size);
      this.bytes.copyWithin(at, this.at(token), this.at(token) + old);
      this.#at[token] = at;
    }
    this.#sizes[token] = size;
    this.size += size - old;
  }

  /** Removes what is from `first` to `last`; `node`: whose it is. */
  remove(first: number, last: number, node: number): void {
    const before = this.#before[first] as number;
    const next = this.next(last);
    for (let token = first; token !== next; token = this.next(token)) {
      this.size -= this.sizeOf(token);
      if (token === this.headOf(node)) this.#head[node] = before;
    }
    this.#next[before] = next;
    if (next === NONE) this.#last = before;
    else this.#before[next] = before;
    // Properties behind a child that is no more precede the others.
    let head = this.headOf(node);
    for (let token = this.next(head); this.isHead(token); token = this.next(token)) head = token;
    this.#head[node] = head;
  }

  /** Whether a token is what may stand between a node's begin and its first child. */
  isHead(token: number): boolean {
    const tag = token === NONE ? NONE : this.tag(token);
    return tag === TAG.PROP || tag === TAG.NOP;
  }

  #insert(before: number, tag: number, at: number, size: number): number {
    const token = this.#new(tag, at, size);
    const next = this.next(before);
    this.#next[token] = next;
    this.#before[token] = before;
    this.#next[before] = token;
    if (next === NONE) this.#last = token;
    else this.#before[next] = token;
    return token;
  }

  #append(tag: number, at: number, size: number): number {
    const token = this.#new(tag, at, size);
    this.#next[token] = NONE;
    this.#before[token] = this.#last;
    if (this.#last !== NONE) this.#next[this.#last] = token;
    this.#last = token;
    return token;
  }

  #new(tag: number, at: number, size: number): number {
    const token = this.#count++;
    if (token === this.#tags.length) this.#makeRoom();
    this.#tags[token] = tag;
    this.#at[token] = at;
    this.#sizes[token] = size;
    this.size += size;
    return token;
  }

  #makeRoom(): void {
    const room = 2 * this.#tags.length + 256;
    const tags = new Uint8Array(room);
    tags.set(this.#tags);
    this.#tags = tags;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const all = new Int32Array(room);
      all.set(old);
      return all;
    };
    this.#at = grown(this.#at);
    this.#sizes = grown(this.#sizes);
    this.#next = grown(this.#next);
    this.#before = grown(this.#before);
    this.#end = grown(this.#end);
    this.#parent = grown(this.#parent);
    this.#head = grown(this.#head);
  }

  #enter(node: number, parent: number): void {
    this.#parent[node] = parent;
    this.#head[node] = node;
  }

  /** @returns where `size` new bytes start */
  #take(size: number): number {
    const at = this.#used;
    this.#used += size;
    if (this.#used > this.bytes.length) {
      const grown = new Uint8Array(2 * this.#used + 4096);
      grown.set(this.bytes);
      this.bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  #readNodes(): number {
    const block = this.bytes;
    if (this.#tokenAt(0).tag !== TAG.BEGIN_NODE)
      throw new FdtError('FDT_ERR_BADSTRUCTURE', 'the structure block does not start with a node');
    let node = NONE;
    let depth = 0;
    let at = 0;
    do {
      const { tag, next } = this.#tokenAt(at);
      if (tag === TAG.END) throw new FdtError('FDT_ERR_BADSTRUCTURE', 'the tree ends inside a node');
      const token = this.#append(tag, at, Math.min(next, block.length) - at);
      if (tag === TAG.BEGIN_NODE) {
        if (++depth > MAX_DEPTH)
          throw new FdtError('FDT_ERR_BADSTRUCTURE', `nodes nest deeper than ${MAX_DEPTH} levels`);
        this.#enter(token, node);
        node = token;
      } else if (tag === TAG.END_NODE) {
        depth--;
        this.#end[node] = token;
        node = this.parentOf(node);
      } else if (this.#before[token] === this.headOf(node)) this.#head[node] = token;
      at = next;
    } while (depth > 0);
    for (;;) {
      const { tag, next } = this.#tokenAt(at);
      if (tag !== TAG.NOP && tag !== TAG.END)
        throw new FdtError(
          'FDT_ERR_BADSTRUCTURE',
          `data after the root node, at byte ${at} of the structure block`,
        );
      this.#append(tag, at, next - at);
      at = next;
      if (tag === TAG.END) return at;
    }
  }

  /** The token at `at`, all of which lies in the block, and where the next one starts. @throws {FdtError} */
  #tokenAt(at: number): { readonly tag: number; readonly next: number } {
    const size = this.#used;
    const tag = at + CELL <= size ? this.#view.getUint32(at) : NONE;
    let next = at + CELL;
    switch (tag) {
      case TAG.BEGIN_NODE: {
        const end = this.bytes.indexOf(0, next);
        next = end < 0 ? size + 1 : end + 1;
        break;
      }
      case TAG.PROP:
        next = at + PROPERTY_HEADER;
        if (next <= size) next += this.#view.getUint32(at + CELL);
        break;
      case TAG.END_NODE:
      case TAG.NOP:
      case TAG.END:
        break;
      case NONE:
        next = size + 1;
        break;
      default: {
        const found = `unknown tag 0x${tag.toString(16)} at byte ${at} of the structure block`;
        throw new FdtError('FDT_ERR_BADSTRUCTURE', found);
      }
    }
    if (next > size) throw new FdtError('FDT_ERR_TRUNCATED', `at byte ${at} of the structure block`);
    return { tag, next: align(next) };
  }
}
