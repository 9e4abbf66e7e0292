import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import type { Definitions } from './definitions.ts';
import { LateMacros } from './late-macros.ts';
import { builtinMacro, type Macro, readMacro } from './macro.ts';
import type { SourceCache } from './source-cache.ts';

/** Macros whose value depends on where, or when, they are used. */
const BUILTINS = [
  '__FILE__',
  '__LINE__',
  '__COUNTER__',
  '__INCLUDE_LEVEL__',
  '__BASE_FILE__',
  '__DATE__',
  '__TIME__',
  '__TIMESTAMP__',
] as const;

type Builtin = (typeof BUILTINS)[number];

/** What gcc defines in assembler mode with `-undef`. */
const CONSTANTS = { __STDC__: '1', __STDC_HOSTED__: '1', __ASSEMBLER__: '1' };

/** C11, 6.10.8: `defined` is an operator of `#if`, and no macro. @returns why the first word can be the name of none */
function nameProblem(list: TokenList): { readonly problem: string } | undefined {
  if (list.kinds[0] !== T.IDENT) return { problem: 'a macro needs a name, as in C' };
  return list.text(0) === 'defined' ? { problem: '"defined" cannot be the name of a macro' } : undefined;
}

/** The macros of one parse. They stand in an array of the cache, which is clean between parses. */
export class MacroTable {
  /** By the number of the word. */
  readonly byId: (Macro | undefined)[];
  readonly #cache: SourceCache;
  /** Words, and headers, that were defined, in order. */
  readonly #defined: (number | Definitions)[] = [];
  /** Words of such headers that were used. */
  readonly #usedLate: number[] = [];
  #late: LateMacros | undefined;
  readonly #builtins = new Map<number, Builtin>();
  /** Words that were defined anew or taken back: earlier, they meant something else than at the end. */
  readonly rewritten = new Set<number>();

  constructor(cache: SourceCache) {
    this.#cache = cache;
    this.byId = cache.macros;
  }

  /** To be called when there are new words: makes room for them, so that looking one up never leaves the array. */
  reserve(): void {
    this.#late?.settle();
    this.byId.length = Math.max(this.byId.length, this.#cache.interner.size);
  }

  /** Defines what is there from the start. @throws {RangeError} a name that none can have */
  predefine(defines: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries({ ...CONSTANTS, ...defines })) {
      const list = this.#cache.scrap(`${name} ${value}`);
      const macro = nameProblem(list) ?? readMacro(list, 0);
      if ('problem' in macro) throw new RangeError(`cannot define ${name}: ${macro.problem}`);
      this.define(macro);
    }
    for (const name of BUILTINS) {
      const macro = builtinMacro(this.#cache.scrap(name));
      this.#builtins.set(macro.id, name);
      this.define(macro);
    }
    this.reserve();
  }

  define(macro: Macro): void {
    this.byId[macro.id] = macro;
    this.#defined.push(macro.id);
  }

  /** Defines all that a header does. @returns false: it is to be read as any other */
  include(header: Definitions): boolean {
    this.#late ??= new LateMacros(this.#cache.interner, this.byId, (macro) => {
      this.byId[macro.id] = macro;
      this.#usedLate.push(macro.id);
    });
    if (!this.#late.include(header)) return false;
    this.#defined.push(header);
    return true;
  }

  undefine(id: number): void {
    if (this.byId[id] !== undefined) this.rewritten.add(id);
    this.byId[id] = undefined;
  }

  builtin({ id }: Macro): Builtin | undefined {
    return this.#builtins.get(id);
  }

  /**
   * Whether the macros in `list`, and those in their bodies, mean what they did when the list was read; `isBefore` says
   * which were defined then. Ones that make words of parts are not looked through.
   */
  hold(list: TokenList, isBefore: (macro: Macro) => boolean): boolean {
    const seen = new Set<number>();
    const pending: number[] = [];
    const add = (kind: number, id: number): void => {
      if (kind !== T.IDENT || seen.has(id)) return;
      seen.add(id);
      pending.push(id);
    };
    list.kinds.forEach((kind, i) => {
      add(kind, list.ids[i] as number);
    });
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (this.rewritten.has(id)) return false;
      const macro = this.byId[id];
      if (macro === undefined) continue;
      if (macro.builtin || macro.hasPaste || macro.optional.length > 0 || !isBefore(macro)) return false;
      for (const tok of macro.body) add(tok.kind, tok.id);
    }
    return true;
  }

  /** Every name that is defined, for "did you mean". */
  *names(): Generator<string, void, undefined> {
    for (const defined of this.#defined) {
      if (typeof defined !== 'number') yield* (this.#late as LateMacros).namesOf(defined);
      else if (this.byId[defined] !== undefined) yield this.#cache.interner.name(defined);
    }
  }

  /** Takes back every definition, so that the next parse finds a clean table. */
  release(): void {
    for (const defined of this.#defined) if (typeof defined === 'number') this.#clear(defined);
    for (const id of this.#usedLate) this.#clear(id);
  }

  #clear(id: number): void {
    const macro = this.byId[id];
    if (macro !== undefined) macro.disabled = false;
    this.byId[id] = undefined;
  }
}
