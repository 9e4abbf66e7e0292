import { type Budget, COST } from '../text/budget.ts';
import type { Loc } from '../text/source.ts';
import type { U64 } from '../text/u64.ts';
import { high32, low32 } from '../text/u64.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import { NO_MARKERS, ONLY_CELLS, ONLY_STRING } from '../tree/live-property.ts';
import type { Marker, MarkerKind } from '../tree/tree.ts';

const CHUNK = 64 * 1024;

/** Puts property values together, one behind the other in large pieces of memory that the tree then holds. */
export class DataBuilder {
  #bytes = new Uint8Array(CHUNK);
  #start = 0;
  #at = 0;
  /** Of the value that is put together; behind `#marked` of them, those of an earlier one. */
  readonly #markers: Marker[] = [];
  #marked = 0;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  begin(): void {
    this.#start = this.#at;
    this.#marked = 0;
  }

  mark(kind: MarkerKind, ref: string | undefined, loc: Loc): void {
    // The first is part of what a property takes.
    if (this.#marked > 0) this.#budget.take(COST.marker);
    this.#markers[this.#marked++] = { kind, offset: this.#at - this.#start, ref, loc };
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const begun = this.#bytes.subarray(this.#start, this.#at);
    const size = Math.max(CHUNK, 2 * (begun.length + more));
    this.#budget.take(size);
    const bytes = new Uint8Array(size);
    bytes.set(begun);
    this.#bytes = bytes;
    this.#start = 0;
    this.#at = begun.length;
  }

  cell(value: number): void {
    if (this.#at + 4 > this.#bytes.length) this.#room(4);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  /** The lowest `bits` (8, 16, 32 or 64) bits of a value. */
  integer(value: U64, bits: number): void {
    if (bits === 64) this.cell(high32(value));
    if (bits >= 32) {
      this.cell(low32(value));
      return;
    }
    const low = low32(value);
    if (bits === 16) this.byte(low >>> 8);
    this.byte(low);
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  append(bytes: ArrayLike<number>): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes `from` to before `to` of `source`, and a NUL behind them. */
  string(source: Uint8Array, from: number, to: number): void {
    this.#room(to - from + 1);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = from; i < to; i++) bytes[at++] = source[i] as number;
    bytes[at++] = 0;
    this.#at = at;
  }

  /** Gives the value to `property`. */
  finish(property: LiveProperty): void {
    property.setValue(this.#bytes, this.#start, this.#at - this.#start, this.#finishedMarkers());
  }

  #finishedMarkers(): readonly Marker[] {
    const marked = this.#marked;
    if (marked === 0) return NO_MARKERS;
    if (marked === 1) {
      const { kind } = this.#markers[0] as Marker;
      if (kind === 'uint32') return ONLY_CELLS;
      if (kind === 'string') return ONLY_STRING;
    }
    return this.#markers.slice(0, marked);
  }
}
