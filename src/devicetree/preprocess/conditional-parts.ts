import { keyword } from '../text/interner.ts';
import { NOWHERE } from '../text/source.ts';
import { CLOSE, OPEN } from '../tokens/punctuation.ts';
import { type Tok, tokAt } from '../tokens/tok.ts';
import * as T from '../tokens/token-list.ts';
import { evaluate } from './condition.ts';
import type { FileStack, OpenCondition, ParseContext } from './file-stack.ts';
import type { Headers } from './headers.ts';
import { nextLine } from './macro.ts';
import type { MacroTable } from './macro-table.ts';

const IF = keyword('if');
const IFDEF = keyword('ifdef');
const IFNDEF = keyword('ifndef');
const ELIF = keyword('elif');
const ELIFDEF = keyword('elifdef');
const ELIFNDEF = keyword('elifndef');
const ELSE = keyword('else');
const ENDIF = keyword('endif');
const DEFINED = keyword('defined');
const HAS_INCLUDE = keyword('__has_include');
const HAS_INCLUDE_NEXT = keyword('__has_include_next');

/** Conditions inside of each other. */
const MAX_CONDITIONS = 1000;
/** Tokens of one condition. */
const MAX_CONDITION = 20_000;

/** Decides which parts of a file are read: `#if` to `#endif` (C11 6.10.1). */
export class Conditions {
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  readonly #headers: Headers;
  readonly #expand: (toks: readonly Tok[]) => readonly Tok[];

  constructor(
    files: FileStack,
    macros: MacroTable,
    context: ParseContext,
    headers: Headers,
    expand: (toks: readonly Tok[]) => readonly Tok[],
  ) {
    this.#files = files;
    this.#macros = macros;
    this.#context = context;
    this.#headers = headers;
    this.#expand = expand;
  }

  /** A word on the same line as the token before it. */
  #isName(index: number): boolean {
    return this.#files.kinds[index] === T.IDENT && !this.#files.startsLine(index);
  }

  #isDefined(index: number): boolean {
    const id = this.#files.ids[index] as number;
    // gcc's operators count as macros that are defined.
    return this.#macros.byId[id] !== undefined || id === HAS_INCLUDE || id === HAS_INCLUDE_NEXT;
  }

  /** `#if` at token `i`. */
  if(i: number): void {
    this.#openCondition(i, this.#condition(i + 1));
  }

  /** `#ifdef`, or `#ifndef` where that is not `wanted`. */
  ifDefined(i: number, wanted: boolean): void {
    const name = i + 2;
    if (this.#isName(name)) {
      this.#openCondition(i, this.#isDefined(name) === wanted);
      return;
    }
    this.#files.complain('directive', `#${wanted ? 'ifdef' : 'ifndef'} needs a name`, i, i + 2);
    this.#openCondition(i, false);
  }

  #openCondition(i: number, holds: boolean): void {
    const files = this.#files;
    if (files.file.conditions.length === MAX_CONDITIONS) {
      files.complain('directive', `conditions are nested more than ${MAX_CONDITIONS} deep`, i, i + 2);
      files.dropRest();
      return;
    }
    files.file.conditions.push({ at: i, taken: holds, sawElse: false });
    if (holds) files.pos = nextLine(files.list, i + 1);
    else this.#skip(files.ids[i] as number);
  }

  /** `#else` or `#elif` behind a part that was read: the rest is skipped. */
  otherwise(i: number, isElse: boolean): void {
    const files = this.#files;
    const condition = files.file.conditions.at(-1);
    if (condition === undefined) {
      files.complain('directive', `#${files.list.text(i + 1)} without #if`, i, i + 2);
      files.pos = nextLine(files.list, i + 1);
      return;
    }
    this.#checkElse(condition, i, isElse);
    this.#skip(files.ids[i] as number);
  }

  #checkElse(condition: OpenCondition, i: number, isElse: boolean): void {
    const files = this.#files;
    if (condition.sawElse) {
      files.complain('directive', `#${files.list.text(i + 1)} behind #else`, i, i + 2, {
        notes: [{ message: 'the condition begins here', start: files.locAt(condition.at) }],
      });
    }
    if (isElse) condition.sawElse = true;
  }

  /** `#endif` behind a part that was read; goes on behind its line. */
  end(i: number): void {
    const files = this.#files;
    if (files.file.conditions.pop() === undefined)
      files.complain('directive', '#endif without #if', i, i + 2);
    files.pos = nextLine(files.list, i + 1);
  }

  /** Skips from directive number `ordinal` to the part of its condition that is read, or behind `#endif`. */
  #skip(ordinal: number): void {
    const files = this.#files;
    const { list } = files;
    const { conditions } = files.file;
    const condition = conditions.at(-1) as OpenCondition;
    let depth = 0;
    for (let o = ordinal + 1; o < list.directives.length; o++) {
      const i = list.directives[o] as number;
      const word = i + 1;
      if (!this.#isName(word)) continue;
      const id = files.ids[word] as number;
      if (id === IF || id === IFDEF || id === IFNDEF) depth++;
      else if (id === ENDIF && depth-- === 0) {
        conditions.pop();
        files.pos = nextLine(list, word);
        return;
      } else if (depth === 0 && (id === ELSE || id === ELIF || id === ELIFDEF || id === ELIFNDEF)) {
        this.#checkElse(condition, i, id === ELSE);
        if (condition.taken || !this.#holds(word, id)) continue;
        condition.taken = true;
        files.pos = nextLine(list, word);
        return;
      }
    }
    files.pos = list.kinds.length - 1;
  }

  /** Whether the `#else` or `#elif` at `word` begins a part that is read, no earlier one being so. */
  #holds(word: number, id: number): boolean {
    if (id === ELSE) return true;
    return id === ELIF ? this.#condition(word) : this.#isDefined(word + 1) === (id === ELIFDEF);
  }

  /** Evaluates what stands behind `#if` or `#elif`, token `word`. */
  #condition(word: number): boolean {
    const files = this.#files;
    const { list, kinds } = files;
    const end = nextLine(list, word);
    if (end - word > MAX_CONDITION) {
      files.complain('directive', `the condition has more than ${MAX_CONDITION} tokens`, word - 1, word + 1);
      return false;
    }
    const toks: Tok[] = [];
    for (let i = word + 1; i < end; i++) {
      const id = kinds[i] === T.IDENT ? (files.ids[i] as number) : 0;
      if (id === DEFINED) {
        const inside = kinds[i + 1] === OPEN && i + 1 < end ? i + 2 : i + 1;
        if (inside >= end || kinds[inside] !== T.IDENT) {
          files.complain('directive', '"defined" needs a name', i, i + 1);
          return false;
        }
        toks.push(this.#truth(this.#isDefined(inside)));
        i = inside + (inside === i + 2 && kinds[inside + 1] === CLOSE ? 1 : 0);
      } else if ((id === HAS_INCLUDE || id === HAS_INCLUDE_NEXT) && kinds[i + 1] === OPEN) {
        let close = i + 2;
        while (close < end && kinds[close] !== CLOSE) close++;
        toks.push(this.#truth(this.#headers.has(i + 2, close, id === HAS_INCLUDE_NEXT)));
        i = close;
      } else toks.push(tokAt(list, i, files.base));
    }
    const result = evaluate(this.#expand(toks));
    if ('holds' in result) return result.holds;
    if (files.cutOff) return false;
    const start = result.at === undefined ? NOWHERE : files.tokLoc(result.at);
    if (start === NOWHERE) files.complain('directive', result.problem, word - 1, word + 1);
    else this.#context.report('directive', result.problem, { start, end: start + 1 });
    return false;
  }

  #truth(holds: boolean): Tok {
    return tokAt(this.#context.cache.scrap(holds ? '1' : '0'), 0, NOWHERE);
  }
}
