import type { Interner } from '../text/interner.ts';
import type { Definitions } from './definitions.ts';
import type { Macro } from './macro.ts';

interface IncludedHeader {
  readonly header: Definitions;
  /** The number of its first name. */
  readonly first: number;
}

/**
 * Macros of headers that are `Definitions`. One becomes a macro of the table when its name is a word of what was cut into
 * tokens, be that before the header was included or later: `settle` is to be called when there are new words.
 */
export class LateMacros {
  readonly #interner: Interner;
  readonly #byId: readonly (Macro | undefined)[];
  readonly #define: (macro: Macro) => void;
  readonly #headers: IncludedHeader[] = [];
  /** Numbers of names, counted through all headers. */
  readonly #places = new Map<string, number>();
  /** The words that were looked at. */
  readonly #words = new Map<string, number>();
  #settled = 1;

  /** @param byId the table's macros by the number of the word @param define puts one there */
  constructor(interner: Interner, byId: readonly (Macro | undefined)[], define: (macro: Macro) => void) {
    this.#interner = interner;
    this.#byId = byId;
    this.#define = define;
  }

  /** Includes a header. @returns false, and does nothing: it defines something again, which counts as it is read */
  include(header: Definitions): boolean {
    this.settle();
    const { names } = header;
    if (this.#headers.some((each) => each.header === header)) return this.#includeAgain(header);
    const places = this.#places;
    const first = places.size;
    const used: number[] = [];
    let isNew = true;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      places.set(name, first + i);
      const id = this.#words.get(name);
      if (id === undefined) continue;
      used.push(i);
      if (this.#byId[id] !== undefined) isNew = false;
    }
    if (!isNew || places.size !== first + names.length) {
      this.#restore();
      return false;
    }
    this.#headers.push({ header, first });
    for (const i of used) this.#define(header.macro(i));
    this.settle();
    return true;
  }

  /** Once more, without a guard: what it defined is what it defines. */
  #includeAgain(header: Definitions): boolean {
    const used = header.names.flatMap((name, i) => {
      const id = this.#words.get(name);
      return id === undefined ? [] : [{ known: this.#byId[id], macro: header.macro(i) }];
    });
    if (used.some(({ known, macro }) => known !== undefined && known !== macro)) return false;
    for (const { known, macro } of used) if (known === undefined) this.#define(macro);
    this.settle();
    return true;
  }

  #restore(): void {
    this.#places.clear();
    for (const { header } of this.#headers)
      for (const name of header.names) this.#places.set(name, this.#places.size);
  }

  /** Defines the macros whose names are among the words that are new since the last call. */
  settle(): void {
    const interner = this.#interner;
    for (; this.#settled < interner.size; this.#settled++) {
      const name = interner.name(this.#settled);
      this.#words.set(name, this.#settled);
      const place = this.#places.get(name);
      if (place !== undefined) this.#define(this.#macroAt(place));
    }
  }

  #macroAt(place: number): Macro {
    let at = this.#headers.length - 1;
    while ((this.#headers[at] as IncludedHeader).first > place) at--;
    const { header, first } = this.#headers[at] as IncludedHeader;
    return header.macro(place - first);
  }

  /** The names that `header` defines, but for those that were taken back. */
  *namesOf(header: Definitions): Generator<string, void, undefined> {
    for (const name of header.names) {
      const id = this.#words.get(name);
      if (id === undefined || this.#byId[id] !== undefined) yield name;
    }
  }
}
