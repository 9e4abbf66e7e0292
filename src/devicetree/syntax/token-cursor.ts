import { didYouMean } from '../../input/index.ts';
import type { Report, ReportDetails } from '../diagnostics/diagnostic.ts';
import type { Preprocessor } from '../preprocess/preprocessor.ts';
import { type Loc, NOWHERE } from '../text/source.ts';
import { CLOSE_BRACE, COLON, OPEN_BRACE, SEMICOLON, SLASH } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';

/** A syntax error that was reported; the statement it is in is given up. */
export class SyntaxProblem extends Error {
  /** The statement's end was passed already: nothing is to be skipped. */
  readonly passed: boolean;

  constructor(passed = false) {
    super();
    this.passed = passed;
  }
}

/** Where each keyword belongs. */
const PLACE_OF_KEYWORD: ReadonlyMap<string, string> = new Map([
  ['dts-v1', 'it must be the first line of a source'],
  ['plugin', 'it must come after /dts-v1/; at the top of a source'],
  ['memreserve', 'it must come before the first node'],
  ['delete-property', 'it must be inside a node, among the properties'],
  ['delete-node', 'write it inside a node with a name, or outside all nodes with a reference'],
  ['omit-if-no-ref', 'it must come before a node'],
  ['bits', 'it must be in a value, before "<"'],
  ['incbin', 'it is a value: name = /incbin/("file");'],
]);

/** The token stream as the grammar sees it: what is missing or does not belong, labels, references, keywords. */
export class TokenCursor {
  readonly pp: Preprocessor;
  readonly report: Report;
  /** Labels inside text that was given up: a reference to one is not reported as leading nowhere. */
  readonly lostLabels = new Set<string>();

  constructor(pp: Preprocessor, report: Report) {
    this.pp = pp;
    this.report = report;
  }

  /** Reports at the current token. */
  here(message: string, hint?: ReportDetails['hint'], code = 'syntax'): void {
    if (this.#isCutOff()) return;
    this.report(code, message, { start: this.pp.loc(), end: this.pp.endLoc(), hint });
  }

  /** Reports that something is missing behind the token before this one. */
  missing(message: string, hint?: string): void {
    if (this.#isCutOff()) return;
    const at = this.pp.prevEnd === NOWHERE ? this.pp.loc() : this.pp.prevEnd;
    this.report('syntax', message, { start: at, hint });
  }

  /** The rest of the input was dropped, which was reported: what is missing at its end is no news. */
  #isCutOff(): boolean {
    return this.pp.cutOff && this.pp.kind === T.EOF;
  }

  /** Reports at the current token and gives the statement up. */
  giveUp(message: string, hint?: string): never {
    this.here(message, hint);
    throw new SyntaxProblem();
  }

  /** The current token as it stands in a message. */
  shown(): string {
    const { pp } = this;
    if (pp.kind === T.EOF) return 'the end of the file';
    if (pp.kind === T.UNTERMINATED) return 'an unfinished string or comment';
    const text = pp.text;
    return text.length > 40 ? `${text.slice(0, 37)}...` : `"${text}"`;
  }

  /** A label behind which the current token's `:` stands right away; moves behind it. */
  atLabel(): boolean {
    return this.pp.kind === T.IDENT && this.pp.followedBy(COLON);
  }

  takeLabel(): string {
    const label = this.pp.text;
    this.pp.advance();
    this.pp.advance();
    return label;
  }

  /** `&label`, `&{/path}` or `&{label/path}`; the reference without its signs. The current token is `&`. */
  reference(): string {
    const { pp } = this;
    pp.advance();
    if (pp.kind === T.IDENT && !pp.space) {
      const label = pp.text;
      pp.advance();
      return label;
    }
    if (pp.kind !== OPEN_BRACE || pp.space) {
      this.giveUp('a label or {/path} must follow "&" without a space', 'write &label or &{/path/of/node}');
    }
    let path = '';
    for (pp.advance(); !pp.space && (pp.kind === SLASH || T.IS_NAME_PART[pp.kind] === 1); pp.advance()) {
      path += pp.text;
    }
    if (pp.kind !== CLOSE_BRACE || pp.space)
      this.giveUp('"}" must end the path of a reference', 'write &{/path/of/node}');
    pp.advance();
    if (path === '') this.giveUp('the path of the reference is empty', 'write &{/path/of/node}');
    return path;
  }

  /** The name that begins at the current token, up to the first space or other character; moves behind it. */
  name(): string {
    const { pp } = this;
    if (pp.inFile) {
      const { list, index } = pp;
      const last = lastOfName(list, index);
      if (last >= 0 && this.#isPlain(list, index, last)) {
        const name = pp.shared(list, index, last);
        pp.continueBehind(last);
        pp.advance();
        return name;
      }
    }
    let name = pp.text;
    for (pp.advance(); !pp.space && T.IS_NAME_PART[pp.kind] === 1; pp.advance()) name += pp.text;
    return name;
  }

  /** None of the tokens behind the first is a macro. */
  #isPlain(list: TokenList, first: number, last: number): boolean {
    for (let i = first + 1; i <= last; i++) {
      if (list.kinds[i] === T.IDENT && this.pp.isMacro(list.ids[i] as number)) return false;
    }
    return true;
  }

  /** A `;`, or a report that it is missing behind the token before. */
  semicolon(what: string): void {
    const { pp } = this;
    if (pp.kind === SEMICOLON) {
      pp.advance();
      return;
    }
    this.missing(`";" is missing after ${what}`, 'add ";" here');
  }

  /** The word between two slashes; the current token is the first of them, and what follows both is next. */
  keyword(): string {
    const { pp } = this;
    const start = pp.loc();
    pp.advance();
    let word = '';
    for (; !pp.space && T.IS_NAME_PART[pp.kind] === 1; pp.advance()) word += pp.text;
    if (word === '' || pp.kind !== SLASH || pp.space) {
      this.report('syntax', word === '' ? '"/" does not belong here' : `"/" is missing after /${word}`, {
        start: word === '' ? start : pp.prevEnd,
        hint: word === '' ? undefined : `write /${word}/`,
      });
      throw new SyntaxProblem();
    }
    pp.advance();
    return word;
  }

  /** Gives up at a quote or comment without end. A quote takes its line with it, and so the statement's `;`. */
  unfinished(): never {
    const { text } = this.pp;
    if (text.startsWith('/*')) this.here('the comment is not closed', 'close it with */');
    else
      this.here(`the ${text[0] === "'" ? 'character' : 'string'} is not closed`, `close it with ${text[0]}`);
    this.pp.advance();
    throw new SyntaxProblem(true);
  }

  /** Refuses `/word/`, which stands where only `known` ones may. */
  unknownKeyword(word: string, start: Loc, end: Loc, known: readonly string[]): never {
    const belongs = PLACE_OF_KEYWORD.get(word);
    const near = didYouMean(word, known);
    this.report('syntax', belongs === undefined ? `/${word}/ is unknown` : `/${word}/ does not belong here`, {
      start,
      end,
      hint: belongs ?? (near === undefined ? undefined : `did you mean /${near}/?`),
    });
    throw new SyntaxProblem();
  }

  /**
   * Gives up a statement: moves behind its `;`, or in front of the `}` that ends the block it is in. Blocks in
   * between are skipped whole.
   */
  skipStatement(): void {
    const { pp } = this;
    let depth = 0;
    for (; pp.kind !== T.EOF; pp.advance()) {
      if (pp.kind === SEMICOLON && depth === 0) {
        pp.advance();
        return;
      }
      if (pp.kind === OPEN_BRACE) depth++;
      else if (pp.kind === CLOSE_BRACE && depth-- === 0) return;
      else if (pp.kind === T.IDENT && pp.followedBy(COLON)) this.lostLabels.add(pp.text);
    }
  }
}

/** The last token of the name that begins at `first`; -1 where a backslash-newline makes it a case apart. */
function lastOfName(list: TokenList, first: number): number {
  const { kinds, flags, starts, ends } = list;
  let last = first;
  while (T.IS_NAME_PART[kinds[last + 1] as number] === 1 && ((flags[last + 1] as number) & T.SPACE) === 0)
    last++;
  if (list.spliced.size === 0) return last;
  for (let i = first; i <= last; i++)
    if (list.spliced.has(i) || (i > first && starts[i] !== ends[i - 1])) return -1;
  return last;
}
