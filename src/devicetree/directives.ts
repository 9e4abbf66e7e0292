import { evaluate } from './condition.ts';
import type { FileStack, OpenCondition, ParseContext } from './file-stack.ts';
import { directoryOf, joinPath, plainPath, type ReadFile } from './files.ts';
import { keyword } from './interner.ts';
import { type Macro, nextLine, readMacro, sameMacro } from './macro.ts';
import type { MacroTable } from './macro-table.ts';
import { CLOSE, OPEN } from './punctuation.ts';
import { NOWHERE } from './source.ts';
import { PADDING, type Tok, tokAt } from './tok.ts';
import * as T from './token-list.ts';

const DEFINE = keyword('define');
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
const DEFINED = keyword('defined');
const HAS_INCLUDE = keyword('__has_include');

/** Conditions inside of each other. */
const MAX_CONDITIONS = 1000;
/** Tokens of one condition. */
const MAX_CONDITION = 20_000;

interface Header {
  readonly name: string;
  readonly angled: boolean;
}

/** Carries out lines that begin with `#` (C11 6.10), in assembler mode: what is no directive is text. */
export class Directives {
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  readonly #readFile: ReadFile;
  readonly #includePaths: readonly string[];
  readonly #expand: (toks: readonly Tok[]) => readonly Tok[];
  /** Files that say `#pragma once`. */
  readonly #once = new Set<string>();

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
    this.#readFile = options.readFile;
    this.#includePaths = options.includePaths;
    this.#expand = expand;
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
        this.#ifDefined(i, id === IFDEF);
        return true;
      case IF:
        this.#openCondition(i, this.#condition(word));
        return true;
      case ELSE:
      case ELIF:
      case ELIFDEF:
      case ELIFNDEF:
        this.#otherwise(i, id === ELSE);
        return true;
      case ENDIF:
        if (files.file.conditions.pop() === undefined) {
          files.complain('directive', '#endif without #if', i, word + 1);
        }
        break;
      case INCLUDE:
      case INCLUDE_NEXT:
      case IMPORT:
        this.#include(i, id);
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
        if (this.#isWord(word + 1, ONCE)) this.#once.add(plainPath(files.file.path));
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

  #isDefined(index: number): boolean {
    return this.#macros.byId[this.#files.ids[index] as number] !== undefined;
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
    const macro = (list.memo[i] as Macro | undefined) ?? this.#readDefinition(i);
    if (macro === undefined) {
      files.pos = nextLine(list, i + 1);
      return;
    }
    list.memo[i] = macro;
    files.pos = macro.end;
    const known = this.#macros.byId[macro.id];
    if (known !== undefined && known !== macro && !sameMacro(known, macro)) this.#redefined(macro, known);
    this.#macros.define(macro);
  }

  #readDefinition(i: number): Macro | undefined {
    const name = i + 2;
    if (!this.#isName(name)) {
      this.#files.complain('directive', '#define needs a name', i, i + 2);
      return undefined;
    }
    const read = readMacro(this.#files.list, name);
    if (!('problem' in read)) return read;
    this.#files.complain('directive', read.problem, Math.max(read.at, name), read.at + 1);
    return undefined;
  }

  #redefined(macro: Macro, known: Macro): void {
    const start = this.#files.spelling(known.list, known.index, NOWHERE);
    const { name, index } = macro;
    this.#files.complain('macro', `macro ${name} is defined again, and differently`, index, index + 1, {
      severity: 'warning',
      hint: 'the later definition counts from here; use #undef where that is meant',
      notes: [{ message: `${name} is first defined here`, start, end: start + name.length }],
    });
  }

  #undefine(word: number): void {
    const name = word + 1;
    if (this.#isName(name)) this.#macros.byId[this.#files.ids[name] as number] = undefined;
    else this.#files.complain('directive', '#undef needs a name', word, word + 1);
  }

  #userMessage(i: number, isError: boolean): void {
    const { list } = this.#files;
    const end = nextLine(list, i + 1);
    const text = end > i + 2 ? list.source.text.slice(list.starts[i + 2], list.ends[end - 1]) : '';
    this.#files.complain('user', text === '' ? `#${isError ? 'error' : 'warning'}` : text, i, end, {
      severity: isError ? 'error' : 'warning',
    });
  }

  // ---- conditions

  #ifDefined(i: number, wanted: boolean): void {
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
  #otherwise(i: number, isElse: boolean): void {
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
      files.complain('directive', `a condition of more than ${MAX_CONDITION} tokens`, word - 1, word + 1);
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
      } else if (id === HAS_INCLUDE && kinds[i + 1] === OPEN) {
        let close = i + 2;
        while (close < end && kinds[close] !== CLOSE) close++;
        const header = this.#headerName(i + 2, close);
        toks.push(this.#truth(header !== undefined && this.#find(header, firstPath(header)) !== undefined));
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

  // ---- headers

  /** The header that tokens `from` to before `to` name; undefined where they name none. */
  #headerName(from: number, to: number): Header | undefined {
    const { list, kinds, base } = this.#files;
    if (from >= to) return undefined;
    const isString = kinds[from] === T.STRING || kinds[from] === T.STRING_ESC;
    if (isString) return { name: list.text(from).slice(1, -1), angled: false };
    const start = list.starts[from] as number;
    const line = list.source.text.slice(start, list.source.text.indexOf('\n', start) >>> 0);
    const angled = /^<([^>\n]+)>/.exec(line);
    if (angled !== null) return { name: angled[1] as string, angled: true };
    const toks = this.#expand(Array.from({ length: to - from }, (_, k) => tokAt(list, from + k, base)));
    const printed = toks
      .filter((tok) => tok.kind !== PADDING)
      .map((tok) => (tok.space ? ' ' : '') + tok.list.text(tok.index))
      .join('')
      .trim();
    const match = /^"([^"]+)"|^<([^>]+)>/.exec(printed);
    if (match === null) return undefined;
    return { name: (match[1] ?? match[2]) as string, angled: match[2] !== undefined };
  }

  /** Looks a header up; `from` is the first of the include paths to look in, -1 the file's own directory. */
  #find(
    { name }: Header,
    from: number,
  ): { readonly path: string; readonly bytes: Uint8Array; readonly foundIn: number } | undefined {
    const directories = [directoryOf(this.#files.file.path), ...this.#includePaths];
    const absolute = name.startsWith('/');
    for (let i = absolute ? -1 : from; i + 1 < directories.length; i++) {
      const path = absolute ? name : joinPath(directories[i + 1] as string, name);
      const bytes = this.#readFile(path);
      if (bytes !== undefined) return { path, bytes, foundIn: absolute ? -1 : i };
      if (absolute) break;
    }
    return undefined;
  }

  #include(i: number, id: number): void {
    const files = this.#files;
    const at = files.locAt(i);
    const end = nextLine(files.list, i + 1);
    const header = this.#headerName(i + 2, end);
    files.pos = end;
    if (header === undefined) {
      files.complain('include', '#include needs "file" or <file>', i, Math.max(end, i + 2));
      return;
    }
    const found = this.#find(header, id === INCLUDE_NEXT ? files.file.foundIn + 1 : firstPath(header));
    if (found === undefined) {
      files.notFound(header.name, i + 2, end);
      return;
    }
    const plain = plainPath(found.path);
    if (this.#once.has(plain)) return;
    if (id === IMPORT) this.#once.add(plain);
    const tokens = this.#context.cache.tokens(found.path, found.bytes, false);
    this.#macros.reserve();
    if (tokens.guard !== 0 && this.#macros.byId[tokens.guard] !== undefined) return;
    files.include(found.path, found.bytes, false, at, found.foundIn);
  }
}

/** Where the search for a header begins: see `#find`. */
function firstPath({ angled }: Header): number {
  return angled ? 0 : -1;
}
