import type { ReadFile } from '../text/files.ts';
import { keyword } from '../text/interner.ts';
import { NOWHERE } from '../text/source.ts';
import type { Tok } from '../tokens/tok.ts';
import * as T from '../tokens/token-list.ts';
import { Conditions } from './conditional-parts.ts';
import type { FileStack, ParseContext } from './file-stack.ts';
import { Headers } from './headers.ts';
import { type Macro, nextLine, readMacro, sameMacro } from './macro.ts';
import type { MacroTable } from './macro-table.ts';

const DEFINE = keyword('define');
const DEFINED = keyword('defined');
const UNDEF = keyword('undef');
const INCLUDE = keyword('include');
const INCLUDE_NEXT = keyword('include_next');
const IMPORT = keyword('import');
const IF = keyword('if');
const IFDEF = keyword('ifdef');
const IFNDEF = keyword('ifndef');
const ELIF = keyword('elif');
const ELIFDEF = keyword('elifdef');
const ELIFNDEF = keyword('elifndef');
const ELSE = keyword('else');
const ENDIF = keyword('endif');
const ERROR = keyword('error');
const WARNING = keyword('warning');
const LINE = keyword('line');
const PRAGMA = keyword('pragma');
const ONCE = keyword('once');
const IDENT_STRING = keyword('ident');
const SCCS = keyword('sccs');

/** Carries out lines that begin with `#` (C11 6.10), in assembler mode: what is no directive is text. */
export class Directives {
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  readonly #headers: Headers;
  readonly #conditions: Conditions;

  constructor(
    files: FileStack,
    macros: MacroTable,
    context: ParseContext,
    options: { readonly readFile: ReadFile; readonly includePaths: readonly string[] },
    expand: (toks: readonly Tok[]) => readonly Tok[],
  ) {
    this.#files = files;
    this.#macros = macros;
    this.#context = context;
    this.#headers = new Headers(files, macros, context, options, expand);
    this.#conditions = new Conditions(files, macros, context, this.#headers, expand);
  }

  /** The `#` at `i` starts a line. @returns false: no directive, but text (a property like `#size-cells`) */
  run(i: number): boolean {
    const files = this.#files;
    const { raw } = files.list;
    const word = i + 1;
    if (files.startsLine(word)) {
      if (raw) return false;
      files.pos = word;
      return true;
    }
    const kind = files.kinds[word];
    if (kind === T.NUM) return this.#lineMarker(i, word);
    if (kind !== T.IDENT) return false;
    const id = files.ids[word] as number;
    if (raw) return id === LINE && this.#lineMarker(i, word + 1);
    return this.#runNamed(i, id);
  }

  #runNamed(i: number, id: number): boolean {
    const files = this.#files;
    const word = i + 1;
    switch (id) {
      case DEFINE:
        this.#define(i);
        return true;
      case IFDEF:
      case IFNDEF:
        this.#conditions.ifDefined(i, id === IFDEF);
        return true;
      case IF:
        this.#conditions.if(i);
        return true;
      case ELSE:
      case ELIF:
      case ELIFDEF:
      case ELIFNDEF:
        this.#conditions.otherwise(i, id === ELSE);
        return true;
      case ENDIF:
        this.#conditions.end(i);
        return true;
      case INCLUDE:
      case INCLUDE_NEXT:
      case IMPORT:
        this.#headers.include(i, id);
        return true;
      case UNDEF:
        this.#undefine(word);
        break;
      case ERROR:
      case WARNING:
        this.#userMessage(i, id === ERROR);
        break;
      case LINE:
        if (this.#lineMarker(i, word + 1)) return true;
        files.complain('directive', '#line needs a line number', i, word + 1);
        break;
      case PRAGMA:
        if (this.#isWord(word + 1, ONCE)) this.#headers.readOnce();
        break;
      case IDENT_STRING:
      case SCCS:
        break;
      default:
        return false;
    }
    files.pos = nextLine(files.list, word);
    return true;
  }

  #isWord(index: number, id: number): boolean {
    return this.#files.kinds[index] === T.IDENT && this.#files.ids[index] === id;
  }

  /** A word on the same line as the token before it. */
  #isName(index: number): boolean {
    return this.#files.kinds[index] === T.IDENT && !this.#files.startsLine(index);
  }

  /** `# 12 "file"` and `#line 12 "file"`: what follows is from there. */
  #lineMarker(i: number, number: number): boolean {
    const files = this.#files;
    const { list, kinds } = files;
    if (kinds[number] !== T.NUM || files.startsLine(number)) return false;
    const name = number + 1;
    const quoted = !files.startsLine(name) && (kinds[name] === T.STRING || kinds[name] === T.STRING_ESC);
    if (!quoted && (!files.startsLine(name) || kinds[i + 1] === T.NUM)) return false;
    let end = quoted ? name + 1 : name;
    // Flags of gcc's; anything else on the line is text, as for dtc.
    while (kinds[end] === T.NUM && !files.startsLine(end)) end++;
    const { sources } = this.#context;
    const at = files.locAt(i);
    const file = quoted
      ? list.text(name).slice(1, -1).replace(/\\(.)/g, '$1')
      : (sources.place(at)?.file ?? '');
    sources.addLineMarker(at, (files.ids[number] as number) >>> 0, file);
    files.pos = end;
    return true;
  }

  #define(i: number): void {
    const files = this.#files;
    const { list } = files;
    // A header's definitions are read once, however many sources include it.
    const ordinal = files.ids[i] as number;
    const macro = (list.memo[ordinal] as Macro | undefined) ?? this.#readDefinition(i);
    if (macro === undefined) {
      files.pos = nextLine(list, i + 1);
      return;
    }
    list.memo[ordinal] = macro;
    files.pos = macro.end;
    const known = this.#macros.byId[macro.id];
    if (known !== undefined && known !== macro) {
      this.#macros.rewritten.add(macro.id);
      if (!sameMacro(known, macro)) this.#redefined(macro, known);
    }
    this.#macros.define(macro);
  }

  #readDefinition(i: number): Macro | undefined {
    const name = i + 2;
    if (!this.#isName(name)) {
      this.#files.complain('directive', '#define needs a name', i, i + 2);
      return undefined;
    }
    if (this.#isReserved(name)) return undefined;
    const read = readMacro(this.#files.list, name);
    if (!('problem' in read)) return read;
    this.#files.complain('directive', read.problem, Math.max(read.at, name), read.at + 1);
    return undefined;
  }

  #redefined(macro: Macro, known: Macro): void {
    const start = this.#files.spelling(known.list, known.index, NOWHERE);
    const { name, index } = macro;
    this.#files.complain('macro', `macro ${name} is redefined with another value`, index, index + 1, {
      severity: 'warning',
      hint: `the later definition is used from here; write #undef ${name} before it if that is intended`,
      notes: [{ message: `${name} is first defined here`, start, end: start + name.length }],
    });
  }

  #undefine(word: number): void {
    const name = word + 1;
    if (this.#isName(name)) {
      if (!this.#isReserved(name)) this.#macros.undefine(this.#files.ids[name] as number);
    } else this.#files.complain('directive', '#undef needs a name', word, word + 1);
  }

  /** C11, 6.10.8: `defined` is an operator of `#if`, and no macro. */
  #isReserved(name: number): boolean {
    if (this.#files.ids[name] !== DEFINED) return false;
    this.#files.complain('directive', '"defined" cannot be the name of a macro', name, name + 1);
    return true;
  }

  #userMessage(i: number, isError: boolean): void {
    const { list } = this.#files;
    const end = nextLine(list, i + 1);
    const text = end > i + 2 ? list.source.text.slice(list.starts[i + 2], list.ends[end - 1]) : '';
    this.#files.complain('user', text === '' ? `#${isError ? 'error' : 'warning'}` : text, i, end, {
      severity: isError ? 'error' : 'warning',
    });
  }
}
