import { type Happening, isTransfer, type Row, type Rows } from './row.ts';

/** Rows for which there is room at first. */
const ROOM = 1 << 14;

/** Numbers and times of rows, 36 bytes each, and what happened, once for all that are the same: a million rows are kept. */
export class RowTable {
  #length = 0;
  #n = new Float64Array(ROOM);
  #at = new Float64Array(ROOM);
  #queued = new Float64Array(ROOM);
  #wire = new Float64Array(ROOM);
  /** Places in `#happenings`. */
  #of = new Uint32Array(ROOM);
  #happenings: Happening[] = [];
  /** Places in `#happenings` of those that the stream has told. */
  #told: number[] = [];

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
    this.#happenings = [];
    this.forgetTold();
  }

  /** Another stream begins to tell. */
  forgetTold(): void {
    this.#told = [];
  }

  add({ first, told, anew, of, at, queued, wire }: Rows): void {
    if (anew) this.forgetTold();
    for (const happening of told) this.#told.push(this.#happenings.push(happening) - 1);
    this.#makeRoom(of.length);
    for (let i = 0; i < of.length; i++) {
      const place = this.#length++;
      this.#n[place] = first + i;
      this.#at[place] = at[i] as number;
      this.#queued[place] = queued[i] as number;
      this.#wire[place] = wire[i] as number;
      this.#of[place] = this.#told[of[i] as number] as number;
    }
  }

  n(place: number): number {
    return this.#n[place] as number;
  }

  /** When it was asked for, or happened. */
  at(place: number): number {
    return this.#at[place] as number;
  }

  /** When it began on the wire. */
  start(place: number): number {
    return (this.#at[place] as number) + (this.#queued[place] as number);
  }

  end(place: number): number {
    return this.start(place) + (this.#wire[place] as number);
  }

  /** The place of its happening: rows with the same one are the same but for number and times. */
  of(place: number): number {
    return this.#of[place] as number;
  }

  happening(place: number): Happening {
    return this.#happenings[this.#of[place] as number] as Happening;
  }

  /** Undefined: there is none at this place. */
  row(place: number): Row | undefined {
    if (place < 0 || place >= this.#length) return undefined;
    const happening = this.happening(place);
    const [n, at] = [this.n(place), this.at(place)];
    if (!isTransfer(happening)) return { ...happening, n, at };
    return { ...happening, n, at, queued: this.#queued[place] as number, wire: this.#wire[place] as number };
  }

  /** The first place whose number is not less. */
  placeOf(n: number): number {
    return firstFrom(this.#n, this.#length, n);
  }

  /** The first place that is not before `at`. */
  placeAt(at: number): number {
    return firstFrom(this.#at, this.#length, at);
  }

  /** Drops the oldest, and what only they were. */
  drop(count: number): void {
    for (const column of [this.#n, this.#at, this.#queued, this.#wire, this.#of])
      column.copyWithin(0, count, this.#length);
    this.#length -= count;
    // New places + 1; a Map of a million of them holds the page up.
    const moved = new Uint32Array(this.#happenings.length);
    const kept: Happening[] = [];
    const keep = (old: number) => {
      if (moved[old] === 0) moved[old] = kept.push(this.#happenings[old] as Happening);
      return (moved[old] as number) - 1;
    };
    for (let place = 0; place < this.#length; place++) this.#of[place] = keep(this.#of[place] as number);
    this.#told = this.#told.map(keep);
    this.#happenings = kept;
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#of.length) return;
    const room = Math.max(needed, 2 * this.#of.length);
    const floats = (old: Float64Array) => {
      const column = new Float64Array(room);
      column.set(old);
      return column;
    };
    this.#n = floats(this.#n);
    this.#at = floats(this.#at);
    this.#queued = floats(this.#queued);
    this.#wire = floats(this.#wire);
    const of = new Uint32Array(room);
    of.set(this.#of);
    this.#of = of;
  }
}

/** Where among so many numbers, which grow, the first is that is not less than `wanted`. */
export function firstFrom(column: ArrayLike<number>, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows that somebody has whole. */
export function rowsOf(rows: readonly Row[]): Rows {
  const times = rows.map((row) => (isTransfer(row) ? row : { ...row, queued: 0, wire: 0 }));
  return {
    first: rows[0]?.n ?? 1,
    told: rows.map(({ n: _n, at: _at, ...rest }) => rest as Happening),
    of: rows.map((_, place) => place),
    at: rows.map(({ at }) => at),
    queued: times.map(({ queued }) => queued),
    wire: times.map(({ wire }) => wire),
  };
}
