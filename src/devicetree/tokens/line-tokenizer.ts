import type { Interner } from '../text/interner.ts';
import type { SourceText } from '../text/source.ts';
import * as T from './token-list.ts';
import { TokenList } from './token-list.ts';
import { Tokenizer } from './tokenizer.ts';

/** Cuts lines of a text into tokens when they are asked for. */
export class LineTokenizer {
  /** The end of the file, then the lines that were asked for. */
  readonly list: TokenList;
  readonly #tokenizer: Tokenizer;

  /** @param most tokens that the lines have at most */
  constructor(source: SourceText, interner: Interner, most: number) {
    // Two more: the end of the file in front of them, and the one behind them.
    const room = most + 2;
    this.#tokenizer = new Tokenizer(source, false, interner, room);
    this.list = new TokenList(source, false, this.#tokenizer.columns(room));
    this.list.flags[0] = T.SPACE | T.LINE_START;
  }

  /** @returns the index of the first token from offset `start` to before `end`; behind the last, one begins a line */
  line(start: number, end: number): number {
    return this.#tokenizer.line(start, end);
  }
}
