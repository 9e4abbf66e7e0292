import { preprocessedBytes, sameBytes, withoutByteOrderMark } from '../text/bytes.ts';
import { Interner } from '../text/interner.ts';
import { sourceText } from '../text/source.ts';
import type { TokenList } from '../tokens/token-list.ts';
import { tokenize } from '../tokens/tokenizer.ts';
import { Definitions } from './definitions.ts';
import type { Macro } from './macro.ts';

/** Bytes that a cache holds on to before it forgets what was used longest ago. */
const DEFAULT_LIMIT = 96 * 1024 * 1024;
const MAX_WORDS = 2_000_000;

interface KnownDefinitions {
  readonly text: Uint8Array;
  readonly definitions: Definitions | undefined;
}

/**
 * Tokenised files, so that a header that many sources include is read once. An entry counts only while the
 * file's bytes are the same.
 */
export class SourceCache {
  interner = new Interner();
  /** Macros of the parse that is running, by the word's number; all undefined between parses. */
  macros: (Macro | undefined)[] = [];
  /** A parse is running on this cache. */
  busy = false;
  /** The source that was read last, whose macros are in `macros` still. */
  kept: { close(): void } | undefined;
  /** What is read is not read again: see `forOneRead`. */
  readonly isForOneRead: boolean = false;
  readonly #limit: number;
  #cost = 0;
  readonly #files = new Map<string, TokenList>();
  readonly #scraps = new Map<string, TokenList>();
  readonly #definitions = new Map<string, KnownDefinitions>();

  constructor(limitBytes = DEFAULT_LIMIT) {
    this.#limit = limitBytes;
  }

  /**
   * A cache for a program that reads one source and ends: headers of nothing but definitions are read as far as the source
   * uses them, and nothing is kept for when it changes.
   */
  static forOneRead(): SourceCache {
    return Object.assign(new SourceCache(), { isForOneRead: true });
  }

  /** Call before a parse: forgets the source that was read last, and words that have become too many. */
  begin(): void {
    this.kept?.close();
    this.kept = undefined;
    if (this.interner.size < MAX_WORDS) return;
    this.interner = new Interner();
    this.macros = [];
    this.#files.clear();
    this.#scraps.clear();
    this.#definitions.clear();
    this.#cost = 0;
  }

  /** A header of definitions, for a cache that looks for such; undefined for what is to be cut into tokens. */
  definitions(path: string, text: Uint8Array): Definitions | undefined {
    if (!this.isForOneRead) return undefined;
    const known = this.#definitions.get(path);
    if (known !== undefined && sameBytes(known.text, text)) return known.definitions;
    const definitions = Definitions.read(path, preprocessedBytes(text), this.interner);
    this.#definitions.set(path, { text, definitions });
    return definitions;
  }

  tokens(path: string, text: Uint8Array, raw: boolean): TokenList {
    const bytes = raw ? withoutByteOrderMark(text) : preprocessedBytes(text);
    const key = `${raw ? 'raw' : 'c'}:${path}`;
    const known = this.#files.get(key);
    if (known !== undefined && sameBytes(known.source.bytes, bytes)) {
      this.#files.delete(key);
      this.#files.set(key, known);
      return known;
    }
    const list = tokenize(sourceText(path, bytes), raw, this.interner);
    if (known !== undefined) {
      this.#cost -= known.cost;
      this.#files.delete(key);
    }
    if (list.cost <= this.#limit / 4) {
      this.#cost += list.cost;
      this.#files.set(key, list);
    }
    for (const [oldest, entry] of this.#files) {
      if (this.#cost <= this.#limit) break;
      this.#cost -= entry.cost;
      this.#files.delete(oldest);
    }
    return list;
  }

  /** Tokens of a text that no file holds: a joined or built-in token, text over several lines. */
  scrap(text: string, raw = false): TokenList {
    const key = `${raw ? 'raw' : 'c'}:${text}`;
    const known = this.#scraps.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const list = tokenize(sourceText('<macro>', bytes), raw, this.interner);
    if (this.#scraps.size > 4000) this.#scraps.clear();
    if (text.length < 200) this.#scraps.set(key, list);
    return list;
  }
}
