import { type Loc, NOWHERE } from '../text/source.ts';
import { CLOSE, CLOSE_BRACE, COMMA, GREATER, HASH, OPEN, SEMICOLON } from '../tokens/punctuation.ts';
import {
  NO_SPACE_PADDING,
  OWN_PADDING,
  PAD_SPACE,
  PADDING,
  SPACE_PADDING,
  type Tok,
  tokAt,
} from '../tokens/tok.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import { BuiltinMacros } from './builtin-macros.ts';
import type { FileStack, ParseContext } from './file-stack.ts';
import type { Macro } from './macro.ts';
import type { MacroTable } from './macro-table.ts';
import { substitute } from './substitute.ts';

/** How deep arguments may be macros with arguments. */
const MAX_DEPTH = 300;
/** Tokens of all arguments of one use of a macro. */
const MAX_ARGUMENT_TOKENS = 100_000;
/** Tokens that macros may yield, besides one for each byte of source. */
const MAX_EXPANDED = 600_000;

/** Tokens that are read before the file goes on: a macro's expansion, or a list to be expanded by itself. */
export interface ExpansionFrame {
  readonly toks: readonly Tok[];
  next: number;
  readonly macro: Macro | undefined;
  /** A list that is expanded by itself: nothing is read behind its end. */
  readonly closed: boolean;
  /** The macro's name where it was used. */
  readonly name: Tok | undefined;
  readonly below: ExpansionFrame | undefined;
  /** Padding that comes before the first token. */
  lead: Tok | undefined;
  /** Its number in the source map, once it was asked for. */
  expansion: number;
}

/**
 * Expands macros (C11 6.10.3) as gcc does: a stack of token lists, each disabled for its own macro while it is
 * read, so that what comes behind an expansion in the file may still be its arguments.
 */
export class MacroExpander {
  /** The list that is read first. */
  frame: ExpansionFrame | undefined;
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  readonly #builtins: BuiltinMacros;
  /** Carries out the directive at a token of the file, also between arguments. */
  readonly #directive: (index: number) => boolean;
  /** The use of a macro in a file that the tokens being expanded stem from. */
  #use: { readonly macro: Macro; readonly name: Tok } | undefined;
  #taken = 0;
  /** Too much was expanded: what is asked for now is no longer what the source says. */
  #isExhausted = false;
  #depth = 0;
  #usedBuiltins = false;

  constructor(
    files: FileStack,
    macros: MacroTable,
    context: ParseContext,
    directive: (index: number) => boolean,
  ) {
    this.#files = files;
    this.#macros = macros;
    this.#context = context;
    this.#builtins = new BuiltinMacros(files, macros, context);
    this.#directive = directive;
  }

  /** A macro was used whose value depends on where, or when. */
  get usedBuiltins(): boolean {
    return this.#usedBuiltins;
  }

  /** Macros have yielded less than half of what they may. */
  get isModest(): boolean {
    return this.#taken < MAX_EXPANDED / 2;
  }

  /** Counts one token that a macro yields. */
  count(): void {
    this.#taken++;
  }

  /** Puts a list on top: that of a use of `macro`, or else a list by itself. */
  #push(toks: readonly Tok[], closed: boolean, macro?: Macro, name?: Tok): void {
    const { frame } = this;
    const lead = name === undefined ? undefined : name.space ? SPACE_PADDING : NO_SPACE_PADDING;
    this.frame = { toks, next: 0, macro, closed, name, below: frame, lead, expansion: -1 };
  }

  /** Makes the tokens of `list` come next, macros in them left alone. */
  putBack(list: TokenList): void {
    const toks = Array.from({ length: list.kinds.length - 1 }, (_, i) => {
      const tok = tokAt(list, i, NOWHERE);
      return { ...tok, space: i > 0 && tok.space, noExpand: true };
    });
    this.#push(toks, false);
  }

  /** The next token, macros in it expanded; undefined where the file goes on, or at the end of a closed list. */
  next(): Tok | undefined {
    for (;;) {
      const { frame } = this;
      if (frame === undefined) return undefined;
      const { lead } = frame;
      if (lead !== undefined) {
        frame.lead = undefined;
        return lead;
      }
      const tok = frame.toks[frame.next];
      if (tok === undefined) {
        if (frame.closed) return undefined;
        this.#leave(frame);
        return OWN_PADDING;
      }
      frame.next++;
      if (this.#tookTooMany(1)) return undefined;
      if (tok.kind !== T.IDENT || tok.noExpand) return tok;
      const macro = this.#macros.byId[tok.id];
      if (macro === undefined) return tok;
      if (macro.disabled) return { ...tok, noExpand: true };
      if (!this.enter(macro, tok)) return tok;
    }
  }

  /** The next token as it is written; undefined at the end of the file or of a closed list. */
  #nextRaw(): Tok | undefined {
    for (;;) {
      const { frame } = this;
      if (frame === undefined) {
        const files = this.#files;
        const i = files.pos;
        if (files.kinds[i] === T.EOF) return undefined;
        files.pos = i + 1;
        if (files.kinds[i] === HASH && files.startsLine(i) && this.#directive(i)) continue;
        return tokAt(files.list, i, files.base);
      }
      frame.lead = undefined;
      const tok = frame.toks[frame.next];
      if (tok === undefined) {
        if (frame.closed) return undefined;
        this.#leave(frame);
        continue;
      }
      frame.next++;
      if (this.#tookTooMany(1)) return undefined;
      const isItself = tok.kind === T.IDENT && this.#macros.byId[tok.id]?.disabled === true;
      return isItself ? { ...tok, noExpand: true } : tok;
    }
  }

  #leave(frame: ExpansionFrame): void {
    if (frame.macro !== undefined) frame.macro.disabled = false;
    this.frame = frame.below;
  }

  #stop(): void {
    while (this.frame !== undefined) this.#leave(this.frame);
    this.#files.dropRest();
  }

  #tookTooMany(tokens: number): boolean {
    this.#taken += tokens;
    if (this.#taken <= MAX_EXPANDED || this.#taken <= MAX_EXPANDED + this.#files.bytes) return false;
    if (!this.#isExhausted) this.#tooMuch();
    return true;
  }

  #tooMuch(): void {
    this.#isExhausted = true;
    const use = this.#use;
    const start = use === undefined ? NOWHERE : this.#files.tokLoc(use.name);
    this.#context.report('macro', `macro ${use?.macro.name ?? ''} expands to too much text`, {
      start,
      end: start + (use?.macro.name.length ?? 0),
      hint: 'check for macros that repeat their own text',
    });
    this.#stop();
  }

  /** Starts the expansion of a macro. @returns false where a function-like one has no arguments here */
  enter(macro: Macro, name: Tok): boolean {
    if (this.frame === undefined) this.#use = { macro, name };
    let toks = macro.body;
    if (macro.builtin) {
      this.#usedBuiltins = true;
      toks = [this.#builtins.expand(macro, name, this.#outermost(name))];
    } else if (macro.params >= 0) {
      if (!this.#takeOpen()) return false;
      toks = this.#withArguments(macro, name);
    } else if (macro.hasPaste) toks = this.#substitute(macro, []);
    if (this.#isExhausted) return true;
    macro.disabled = true;
    this.#push(toks, false, macro, name);
    return true;
  }

  /** The name in the file whose expansion `name` stems from. */
  #outermost(name: Tok): Tok {
    let outermost = name;
    for (let { frame } = this; frame !== undefined; frame = frame.below) outermost = frame.name ?? outermost;
    return outermost;
  }

  #substitute(macro: Macro, args: readonly (readonly Tok[])[]): readonly Tok[] {
    return substitute(
      macro,
      args,
      (list) => this.expand(list),
      this.#scrap,
      (toks) => this.#tookTooMany(toks),
    );
  }

  /** The body of a function-like macro, its arguments put in, behind the `(`. */
  #withArguments(macro: Macro, name: Tok): readonly Tok[] {
    const args = this.#arguments(macro, name);
    // What cannot be used as a macro stands for a 0, so that the value around it stays readable.
    if (args === undefined) return [tokAt(this.#context.cache.scrap('0'), 0, NOWHERE)];
    if (this.#depth < MAX_DEPTH) return this.#substitute(macro, args);
    this.#complain(macro, name, `uses of macros are nested more than ${MAX_DEPTH} deep`);
    this.#stop();
    return [];
  }

  /** A token that a macro makes of others. Its length counts: strings of strings grow without end. */
  readonly #scrap = (text: string): TokenList => {
    const list = this.#context.cache.scrap(this.#tookTooMany(text.length >> 2) ? '0' : text);
    this.#macros.reserve();
    return list;
  };

  /** Takes the `(` that makes a name the use of a function-like macro, wherever it stands. */
  #takeOpen(): boolean {
    for (let { frame } = this; frame !== undefined; frame = frame.below) {
      let next = frame.next;
      while (frame.toks[next]?.kind === PADDING) next++;
      const tok = frame.toks[next];
      if (tok === undefined) {
        if (frame.closed) return false;
        continue;
      }
      if (tok.kind !== OPEN) return false;
      while (this.frame !== undefined && this.frame !== frame) this.#leave(this.frame);
      frame.next = next + 1;
      frame.lead = undefined;
      return true;
    }
    const files = this.#files;
    if (files.kinds[files.pos] !== OPEN) return false;
    while (this.frame !== undefined) this.#leave(this.frame);
    files.pos++;
    return true;
  }

  /** The arguments of a use of `macro`, behind the `(`; undefined where they do not fit, which is reported. */
  #arguments(macro: Macro, name: Tok): readonly (readonly Tok[])[] | undefined {
    const args = this.#readArguments(macro, name);
    if (args === undefined) return undefined;
    for (const arg of args) while (arg.at(-1)?.kind === PADDING) arg.pop();
    const { params } = macro;
    const given = args.length === 1 && args[0]?.length === 0 && params === 0 ? 0 : args.length;
    if (given === params || (macro.variadic && given === params - 1)) {
      while (args.length < params) args.push([]);
      return args;
    }
    const defined = this.#files.spelling(macro.list, macro.index, NOWHERE);
    const takes = params === 1 ? 'one argument' : `${params === 0 ? 'no' : params} arguments`;
    const notes = [
      { message: `${macro.name} is defined here`, start: defined, end: defined + macro.name.length },
    ];
    this.#complain(macro, name, `macro ${macro.name} takes ${takes} but is given ${given}`, undefined, notes);
    return undefined;
  }

  #readArguments(macro: Macro, name: Tok): Tok[][] | undefined {
    const { pos, file } = this.#files;
    const args: Tok[][] = [[]];
    let depth = 0;
    let count = 0;
    for (let tok = this.#nextRaw(); tok !== undefined; tok = this.#nextRaw()) {
      if (this.#tookTooMany(1)) return undefined;
      if (++count > MAX_ARGUMENT_TOKENS) {
        this.#complain(
          macro,
          name,
          `the arguments of macro ${macro.name} are too long`,
          'check for a missing ")"',
        );
        this.#stop();
        return undefined;
      }
      const last = args.at(-1) as Tok[];
      if (tok.kind === OPEN) depth++;
      else if (tok.kind === CLOSE && depth-- === 0) return args;
      else if (tok.kind === COMMA && depth === 0 && !(macro.variadic && args.length >= macro.params)) {
        args.push([]);
        continue;
      }
      if (tok.kind !== PADDING || last.length > 0) last.push(tok);
    }
    if (this.#isExhausted) return undefined;
    this.#complain(macro, name, `the arguments of macro ${macro.name} have no end`, 'a ")" is missing');
    if (this.frame === undefined && this.#files.file === file) this.#files.pos = this.#endOfArguments(pos);
    return undefined;
  }

  /** Where to go on behind arguments without end: what cannot be part of them, most likely. */
  #endOfArguments(from: number): number {
    const { kinds } = this.#files;
    const ends = [T.EOF, SEMICOLON, GREATER, CLOSE_BRACE];
    let i = from;
    while (!ends.includes(kinds[i] as number)) i++;
    return i;
  }

  #complain(
    macro: Macro,
    name: Tok,
    message: string,
    hint?: string,
    notes: readonly { readonly message: string; readonly start: Loc; readonly end: Loc }[] = [],
  ): void {
    const start = this.#files.tokLoc(name);
    this.#context.report('macro', message, { start, end: start + macro.name.length, hint, notes });
  }

  /** A list of tokens with all macros in it expanded, as an argument is before it is put in. */
  expand(toks: readonly Tok[]): readonly Tok[] {
    if (!toks.some((tok) => tok.kind === T.IDENT && this.#macros.byId[tok.id] !== undefined)) return toks;
    this.#depth++;
    this.#push(toks, true);
    const list = this.frame as ExpansionFrame;
    const expanded: Tok[] = [];
    for (let tok = this.next(); tok !== undefined; tok = this.next()) expanded.push(tok);
    if (this.frame === list) this.frame = list.below;
    this.#depth--;
    return expanded;
  }

  /** The next token is `kind`, with nothing in front of it; undefined where the file has the answer. */
  followedBy(kind: number): boolean | undefined {
    for (let { frame } = this; frame !== undefined; frame = frame.below) {
      if (frame.lead !== undefined) return false;
      for (let i = frame.next; i < frame.toks.length; i++) {
        const tok = frame.toks[i] as Tok;
        if (tok.kind !== PADDING) return tok.kind === kind && !tok.space;
        if (tok.id === PAD_SPACE) return false;
      }
      if (frame.closed) return false;
    }
    return undefined;
  }

  // ---- where tokens come from

  /** The use of a macro at `used`, in the source map. @returns its number */
  expansionAt(macro: Macro, used: Loc): number {
    const definedAt = this.#files.spelling(macro.list, macro.index, NOWHERE);
    return this.#context.sources.expansion(macro.name, used, definedAt);
  }

  /** The use of a macro that `frame` is the expansion of, in the source map. @returns its number */
  expansionOf(frame: ExpansionFrame): number {
    if (frame.expansion >= 0) return frame.expansion;
    let { below } = frame;
    while (below !== undefined && below.macro === undefined) below = below.below;
    const { sources } = this.#context;
    const { name, macro } = frame;
    if (name === undefined || macro === undefined) {
      return below === undefined ? sources.expansion('', NOWHERE, NOWHERE) : this.expansionOf(below);
    }
    let used = this.#files.tokLoc(name);
    if (below !== undefined) used = sources.origin(used, this.expansionOf(below));
    frame.expansion = this.expansionAt(macro, used);
    return frame.expansion;
  }
}
