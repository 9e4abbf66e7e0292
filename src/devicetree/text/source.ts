/**
 * Where things stand in the source. Every place that a tree or a diagnostic may point at is one number, a
 * `Loc`: each file that is opened gets a range of numbers as long as its text, and a token that a macro
 * brought gets a number of its own above them. A `SourceMap` turns numbers back into files, lines and
 * columns, so that nothing is paid for places nobody asks about.
 */

/** A place as one number; see `SourceMap`. `NOWHERE` where there is none (a tree read from a blob). */
export type Loc = number;

export const NOWHERE: Loc = -1;

/** Locations from here on are tokens that came out of a macro. */
const ORIGIN_BASE = 2 ** 40;

/** One place in a file. Lines and columns count from 1, columns in bytes, as in dtc. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A stretch of a file. The end is exclusive: `endColumn` is the first column behind it. */
export interface Span extends Place {
  readonly endLine: number;
  readonly endColumn: number;
}

/** How a place was reached: a file that included it, or a macro that it came out of. */
export interface Frame {
  readonly kind: 'include' | 'macro' | 'definition';
  /** Name of the macro, or of the file that was included. */
  readonly name: string;
  readonly place: Place;
}

/** The text of one file. `text` holds one character a byte (Latin-1), so that offsets are byte offsets. */
export interface SourceText {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Offsets of the first byte of every line. */
  readonly lineStarts: () => readonly number[];
}

/** Bytes as a string with one character a byte. */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start >= 64) {
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  }
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** The bytes of a string with one character a byte: the way back from `latin1`. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  putLatin1(bytes, 0, text);
  return bytes;
}

/** Writes a string with one character a byte into `bytes` at `at`. */
export function putLatin1(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** The text of a file, whose lines are found when somebody asks for a place in it. */
export function sourceText(path: string, bytes: Uint8Array): SourceText {
  const text = latin1(bytes);
  let starts: number[] | undefined;
  const lineStarts = (): readonly number[] => {
    if (starts === undefined) {
      starts = [0];
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    }
    return starts;
  };
  return { path, bytes, text, lineStarts };
}

/** Index of the last entry that is not above `value`; `sorted` ascends and starts at or below `value`. */
function lastAtOrBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** `# 12 "name"` in the text: the line behind `offset` is line 12 of `name`. */
interface LineMarker {
  readonly offset: number;
  readonly line: number;
  readonly name: string;
}

interface OpenedFile {
  readonly source: SourceText;
  readonly includedAt: Loc;
  readonly markers: LineMarker[];
  /** Offset of its first byte in the source; more than 0 only where a text was changed. */
  readonly from: number;
  /** Offset behind the last byte that counts; beyond the end of the source where nothing was changed. */
  readonly to: number;
  /** One of the later pieces of a text that was changed. */
  readonly isPiece: boolean;
}

/** What happened to a text: the bytes from `start` to before `end` became those from `start` to before `newEnd`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly newEnd: number;
}

interface Expansion {
  readonly macro: string;
  /** Where the macro was invoked; may itself be in a macro. */
  readonly at: Loc;
  readonly definedAt: Loc;
}

export class SourceMap {
  readonly #bases: number[] = [];
  readonly #opened: OpenedFile[] = [];
  #next = 0;
  #originSpelling: Loc[] = [];
  #originExpansion: number[] = [];
  #expansions: Expansion[] = [];
  /** The text that was read anew in part, and where its locations begin. */
  #edited: { readonly source: SourceText; readonly base: Loc } | undefined;

  /** Gives an opened file its range of locations. @returns the location of its first byte */
  open(source: SourceText, includedAt: Loc): Loc {
    if (source === this.#edited?.source) return this.#edited.base;
    const size = source.bytes.length + 2;
    return this.#add(
      this.#next,
      { source, includedAt, markers: [], from: 0, to: size, isPiece: false },
      size,
    );
  }

  #add(base: Loc, opened: OpenedFile, size = 0): Loc {
    this.#bases.push(base);
    this.#opened.push(opened);
    this.#next += size;
    return base;
  }

  /** Files in the order in which they were opened, each as often as it was. */
  get files(): readonly SourceText[] {
    return this.#opened.filter((file) => !file.isPiece).map((file) => file.source);
  }

  /** Lines of the text say that they are others. */
  get hasLineMarkers(): boolean {
    return this.#opened.some((file) => file.markers.length > 0);
  }

  /**
   * A map in which the file `old`, which was opened once, has become `source`: the locations outside of the edit lead to
   * where the same text stands now, and `open` of `source` gives the locations of what was read anew. This map stays as it is.
   */
  edited(old: SourceText, source: SourceText, edit: TextEdit): SourceMap {
    const map = new SourceMap();
    map.#originSpelling = this.#originSpelling;
    map.#originExpansion = this.#originExpansion;
    map.#expansions = this.#expansions;
    const moved = edit.newEnd - edit.end;
    let includedAt = NOWHERE;
    for (const [i, opened] of this.#opened.entries()) {
      const base = this.#bases[i] as Loc;
      if (opened.source !== old) {
        map.#add(base, opened);
        continue;
      }
      ({ includedAt } = opened);
      const { from, to } = opened;
      if (from <= edit.start) map.#add(base, { ...opened, source, to: Math.min(to, edit.start) });
      if (to <= edit.end) continue;
      const first = Math.max(from, edit.end);
      const rest: OpenedFile = { ...opened, source, from: first + moved, to: to + moved, isPiece: true };
      map.#add(base + first - from, rest);
    }
    map.#next = this.#next;
    const base = map.#next;
    map.#edited = { source, base };
    const fresh: OpenedFile = {
      source,
      includedAt,
      markers: [],
      from: edit.start,
      to: edit.newEnd,
      isPiece: true,
    };
    // Its locations count from the first byte of the whole, as those of any text that is opened.
    map.#add(base + edit.start, fresh, source.bytes.length + 2);
    return map;
  }

  /** Where the file `source`, which was opened once, was included. */
  includedAt(source: SourceText): Loc {
    return this.#opened.find((opened) => opened.source === source)?.includedAt ?? NOWHERE;
  }

  /** The location of the byte at `offset` of a file that was opened once. */
  locIn(source: SourceText, offset: number): Loc {
    let found = NOWHERE;
    let nearest = -1;
    for (const [i, { source: own, from, to }] of this.#opened.entries()) {
      if (own !== source || from > offset || from < nearest || from === to || offset >= to) continue;
      nearest = from;
      found = (this.#bases[i] as Loc) + offset - from;
    }
    return found;
  }

  /** Whether what stands at `a` was read before what stands at `b`; neither is out of a macro. */
  isBefore(a: Loc, b: Loc): boolean {
    const wayToB = this.#wayTo(b);
    for (const [i, offset] of this.#wayTo(a).entries()) {
      const other = wayToB[i];
      if (other === undefined) return false;
      if (offset !== other) return offset < other;
    }
    return true;
  }

  /** Where `loc` is, then where its file was included, up to the outermost. */
  wayOut(loc: Loc): readonly { readonly source: SourceText; readonly offset: number }[] {
    const way = [];
    for (let at = loc; at >= 0; ) {
      const index = lastAtOrBelow(this.#bases, at);
      const { source, from, includedAt } = this.#opened[index] as OpenedFile;
      way.push({ source, offset: at - (this.#bases[index] as number) + from });
      at = includedAt;
    }
    return way;
  }

  /**
   * Whether the way out of a place leads through the text from `start` to `end`, which for a deletion are no places; undefined
   * where that begins and ends in different files.
   */
  isWithin(way: ReturnType<SourceMap['wayOut']>, start: Loc, end: Loc): boolean | undefined {
    if (start < 0) return false;
    const [from, to] = [this.outermost(start), this.outermost(end)];
    const first = lastAtOrBelow(this.#bases, from);
    const last = lastAtOrBelow(this.#bases, to);
    const opened = this.#opened[first] as OpenedFile;
    const closed = this.#opened[last] as OpenedFile;
    if (opened.source !== closed.source) return undefined;
    for (const { source, offset } of way) {
      if (source !== opened.source) continue;
      const isBehind = from - (this.#bases[first] as number) + opened.from < offset;
      if (isBehind && offset < to - (this.#bases[last] as number) + closed.from) return true;
    }
    return false;
  }

  /** Offsets in each of the files that include each other, the outermost first, down to `loc`. */
  #wayTo(loc: Loc): readonly number[] {
    return this.wayOut(loc)
      .map(({ offset }) => offset)
      .reverse();
  }

  /** Takes the files of another map in, which stays as it is. @returns what a location of the other is here */
  adopt(other: SourceMap): (loc: Loc) => Loc {
    const [by, origins, expansions] = [this.#next, this.#originSpelling.length, this.#expansions.length];
    const moved = (loc: Loc): Loc => (loc < 0 ? loc : loc + (loc >= ORIGIN_BASE ? origins : by));
    for (const [i, opened] of other.#opened.entries())
      this.#add((other.#bases[i] as Loc) + by, { ...opened, includedAt: moved(opened.includedAt) });
    this.#next += other.#next;
    for (const spelling of other.#originSpelling) this.#originSpelling.push(moved(spelling));
    for (const expansion of other.#originExpansion) this.#originExpansion.push(expansion + expansions);
    for (const { macro, at, definedAt } of other.#expansions)
      this.#expansions.push({ macro, at: moved(at), definedAt: moved(definedAt) });
    return moved;
  }

  addLineMarker(at: Loc, line: number, name: string): void {
    const index = lastAtOrBelow(this.#bases, at);
    const offset = at - (this.#bases[index] as number);
    (this.#opened[index] as OpenedFile).markers.push({ offset, line, name });
  }

  /** Records one use of a macro. @returns its number, for `origin` */
  expansion(macro: string, at: Loc, definedAt: Loc): number {
    return this.#expansions.push({ macro, at, definedAt }) - 1;
  }

  /** The location of a token that is spelled at `spelling` and came out of expansion number `expansion`. */
  origin(spelling: Loc, expansion: number): Loc {
    this.#originSpelling.push(spelling);
    return ORIGIN_BASE + this.#originExpansion.push(expansion) - 1;
  }

  /** The place in a file at which a reader finds `loc`: for a token out of a macro, where the macro was used. */
  outermost(loc: Loc): Loc {
    let at = loc;
    while (at >= ORIGIN_BASE) {
      const expansion = this.#expansions[this.#originExpansion[at - ORIGIN_BASE] as number] as Expansion;
      at = expansion.at;
    }
    return at;
  }

  /** The macro whose use in a file brought the token at `loc`. */
  #outermostName(loc: Loc): string {
    let at = loc;
    let name = '';
    while (at >= ORIGIN_BASE) {
      const expansion = this.#expansions[this.#originExpansion[at - ORIGIN_BASE] as number] as Expansion;
      name = expansion.macro;
      at = expansion.at;
    }
    return name;
  }

  /** Where the token at `loc` is spelled: in a macro's body, for one out of a macro. */
  #spelled(loc: Loc): Place | undefined {
    return this.place(loc >= ORIGIN_BASE ? (this.#originSpelling[loc - ORIGIN_BASE] as Loc) : loc);
  }

  /** The file of `loc` and the byte offset in it. */
  file(loc: Loc): { readonly source: SourceText; readonly offset: number } | undefined {
    const at = this.outermost(loc);
    if (at < 0 || this.#bases.length === 0) return undefined;
    const index = lastAtOrBelow(this.#bases, at);
    const { source, from } = this.#opened[index] as OpenedFile;
    return { source, offset: Math.min(at - (this.#bases[index] as number) + from, source.bytes.length) };
  }

  place(loc: Loc): Place | undefined {
    const at = this.outermost(loc);
    if (at < 0 || this.#bases.length === 0) return undefined;
    const index = lastAtOrBelow(this.#bases, at);
    const { source, markers, from } = this.#opened[index] as OpenedFile;
    const offset = Math.min(at - (this.#bases[index] as number) + from, source.bytes.length);
    const starts = source.lineStarts();
    const row = lastAtOrBelow(starts, offset);
    const column = offset - (starts[row] as number) + 1;
    for (let i = markers.length - 1; i >= 0; i--) {
      const marker = markers[i] as LineMarker;
      if (marker.offset > offset) continue;
      const markerRow = lastAtOrBelow(starts, marker.offset);
      if (row > markerRow) return { file: marker.name, line: marker.line + row - markerRow - 1, column };
    }
    return { file: source.path, line: row + 1, column };
  }

  span(start: Loc, end: Loc): Span | undefined {
    const from = this.place(start);
    if (from === undefined) return undefined;
    if (start >= ORIGIN_BASE) {
      const length = this.#outermostName(start).length;
      return { ...from, endLine: from.line, endColumn: from.column + length };
    }
    const to = this.place(end);
    if (to === undefined || to.file !== from.file || this.outermost(end) < this.outermost(start)) {
      return { ...from, endLine: from.line, endColumn: from.column };
    }
    return { ...from, endLine: to.line, endColumn: to.column };
  }

  /** How a reader gets to `loc`, innermost first: macros that brought it, then the files that included it. */
  trace(loc: Loc): readonly Frame[] {
    const frames: Frame[] = [];
    let at = loc;
    while (at >= ORIGIN_BASE) {
      const index = at - ORIGIN_BASE;
      const expansion = this.#expansions[this.#originExpansion[index] as number] as Expansion;
      const spelled = this.#spelled(at);
      const used = this.#spelled(expansion.at);
      if (spelled !== undefined && frames.length === 0) {
        frames.push({ kind: 'definition', name: expansion.macro, place: spelled });
      }
      if (used !== undefined) frames.push({ kind: 'macro', name: expansion.macro, place: used });
      at = expansion.at;
    }
    while (at >= 0 && this.#bases.length > 0) {
      const opened = this.#opened[lastAtOrBelow(this.#bases, at)] as OpenedFile;
      const place = this.place(opened.includedAt);
      if (place !== undefined) frames.push({ kind: 'include', name: opened.source.path, place });
      at = opened.includedAt;
    }
    return frames;
  }
}
