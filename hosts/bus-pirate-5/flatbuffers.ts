/**
 * FlatBuffers, as far as BPIO2 needs them: tables of numbers, texts, bytes, lists of texts, and tables. No input or output here.
 * All is little-endian. An offset counts from where it stands, that of a table to its vtable backwards; a field that is not there has
 * its default. Source: flatbuffers.dev, "FlatBuffer Internals".
 *
 *     root:   u32 offset of the table
 *     vtable: u16 its size, u16 size of the table, u16 offset of each field in the table or 0
 *     table:  i32 offset of the vtable, fields
 */

/** What a field holds; a table is its schema. */
export type Kind = 'bool' | 'u8' | 'u16' | 'u32' | 'string' | 'bytes' | 'strings' | Schema;

/** The fields of a table by their names: the slot in the vtable, and what is there. */
export interface Schema {
  readonly [name: string]: readonly [slot: number, kind: Kind];
}

type ValueOf<K extends Kind> = K extends 'bool'
  ? boolean
  : K extends 'u8' | 'u16' | 'u32'
    ? number
    : K extends 'string'
      ? string
      : K extends 'bytes'
        ? Uint8Array
        : K extends 'strings'
          ? readonly string[]
          : K extends Schema
            ? Values<K>
            : never;

/** The fields that are there. */
export type Values<S extends Schema> = { readonly [Name in keyof S]?: ValueOf<S[Name][1]> | undefined };

/** Bytes of a buffer that is written at most; BPIO2 takes no more than 640. */
const BUFFER_MAX = 2048;
const OFFSET_BYTES = 4;
/** Its own size and that of the table. */
const VTABLE_HEAD = 4;

const SIZES: Readonly<Record<string, number>> = { bool: 1, u8: 1, u16: 2 };

/** Bytes that a field takes in its table. */
function sizeOf(kind: Kind): number {
  return (typeof kind === 'string' ? SIZES[kind] : undefined) ?? OFFSET_BYTES;
}

/** @returns a buffer whose root is a table with `values`. @throws {RangeError} it is too long */
export function encode<S extends Schema>(schema: S, values: Values<S>): Uint8Array {
  const writer = new Writer();
  writer.skip(OFFSET_BYTES);
  writer.point(0, writer.table(schema, values));
  return writer.finish();
}

/** A buffer that grows from its beginning to its end; what an offset names stands behind it. */
class Writer {
  readonly #bytes = new Uint8Array(BUFFER_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  skip(count: number): void {
    this.#length += count;
  }

  point(from: number, to: number): void {
    this.#view.setUint32(from, to - from, true);
  }

  /** @returns where it begins */
  table(schema: Schema, values: Values<Schema>): number {
    const fields = Object.entries(schema)
      .map(([name, [slot, kind]]) => ({ slot, kind, value: values[name], size: sizeOf(kind) }))
      .filter(({ value }) => value !== undefined)
      .sort((a, b) => b.size - a.size);
    const vtableBytes = VTABLE_HEAD + 2 * (Math.max(-1, ...fields.map(({ slot }) => slot)) + 1);
    this.#align(OFFSET_BYTES, vtableBytes);
    const vtable = this.#length;
    const table = vtable + vtableBytes;
    this.#length = table + OFFSET_BYTES;
    this.#view.setInt32(table, table - vtable, true);
    const places = fields.map(({ slot, size }) => {
      const at = this.#length;
      this.#view.setUint16(vtable + VTABLE_HEAD + 2 * slot, at - table, true);
      this.#length += size;
      return at;
    });
    this.#view.setUint16(vtable, vtableBytes, true);
    this.#view.setUint16(vtable + 2, this.#length - table, true);
    fields.forEach(({ kind, value }, i) => {
      this.#field(places[i] as number, kind, value);
    });
    return table;
  }

  #field(at: number, kind: Kind, value: unknown): void {
    if (kind === 'bool') this.#view.setUint8(at, value === true ? 1 : 0);
    else if (kind === 'u8') this.#view.setUint8(at, value as number);
    else if (kind === 'u16') this.#view.setUint16(at, value as number, true);
    else if (kind === 'u32') this.#view.setUint32(at, value as number, true);
    else if (kind === 'bytes') this.point(at, this.#vector(value as Uint8Array));
    else if (kind === 'string') this.point(at, this.#text(value as string));
    else if (kind === 'strings') this.point(at, this.#texts(value as readonly string[]));
    else this.point(at, this.table(kind, value as Values<Schema>));
  }

  #vector(bytes: Uint8Array): number {
    this.#align(OFFSET_BYTES);
    const at = this.#length;
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + OFFSET_BYTES);
    this.#length += OFFSET_BYTES + bytes.length;
    return at;
  }

  /** A 0 stands behind a text. */
  #text(text: string): number {
    const at = this.#vector(Buffer.from(text));
    this.#length++;
    return at;
  }

  #texts(texts: readonly string[]): number {
    this.#align(OFFSET_BYTES);
    const at = this.#length;
    this.#view.setUint32(at, texts.length, true);
    this.#length += OFFSET_BYTES * (1 + texts.length);
    texts.forEach((text, i) => {
      this.point(at + OFFSET_BYTES * (1 + i), this.#text(text));
    });
    return at;
  }

  /** Goes on where `ahead` bytes further is a multiple of `size`. */
  #align(size: number, ahead = 0): void {
    this.#length += (size - ((this.#length + ahead) % size)) % size;
  }
}

/** @returns the fields of the root that are there. @throws {RangeError} an offset or a length leads out of the buffer */
export function decode<S extends Schema>(schema: S, bytes: Uint8Array): Values<S> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tableAt(view, view.getUint32(0, true), schema) as Values<S>;
}

function tableAt(view: DataView, table: number, schema: Schema): Values<Schema> {
  const vtable = table - view.getInt32(table, true);
  const [vtableBytes, tableBytes] = [view.getUint16(vtable, true), view.getUint16(vtable + 2, true)];
  const values: Record<string, unknown> = {};
  for (const [name, [slot, kind]] of Object.entries(schema)) {
    const entry = VTABLE_HEAD + 2 * slot;
    if (entry + 2 > vtableBytes) continue;
    const offset = view.getUint16(vtable + entry, true);
    if (offset === 0) continue;
    if (offset + sizeOf(kind) > tableBytes) throw new RangeError(`${name} is outside of its table`);
    values[name] = fieldAt(view, table + offset, kind);
  }
  return values as Values<Schema>;
}

function fieldAt(view: DataView, at: number, kind: Kind): unknown {
  if (kind === 'bool') return view.getUint8(at) !== 0;
  if (kind === 'u8') return view.getUint8(at);
  if (kind === 'u16') return view.getUint16(at, true);
  const value = view.getUint32(at, true);
  if (kind === 'u32') return value;
  const to = at + value;
  if (kind === 'bytes') return vectorAt(view, to);
  if (kind === 'string') return textAt(view, to);
  if (kind === 'strings') return textsAt(view, to);
  return tableAt(view, to, kind);
}

function vectorAt(view: DataView, at: number): Uint8Array {
  const length = view.getUint32(at, true);
  if (at + OFFSET_BYTES + length > view.byteLength)
    throw new RangeError(`${length} bytes at ${at} are outside of the buffer`);
  return new Uint8Array(view.buffer, view.byteOffset + at + OFFSET_BYTES, length);
}

function textAt(view: DataView, at: number): string {
  return Buffer.from(vectorAt(view, at)).toString('utf8');
}

function textsAt(view: DataView, at: number): readonly string[] {
  const count = view.getUint32(at, true);
  if (at + OFFSET_BYTES * (1 + count) > view.byteLength)
    throw new RangeError(`${count} texts at ${at} are outside of the buffer`);
  return Array.from({ length: count }, (_, i) => {
    const place = at + OFFSET_BYTES * (1 + i);
    return textAt(view, place + view.getUint32(place, true));
  });
}
