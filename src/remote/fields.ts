import { BusFault } from '../bus/index.ts';

/** The fault of bytes that are no frame. */
export function malformed(what: string): BusFault {
  return new BusFault('EPROTO', `invalid frame: ${what}`);
}

/** Longest text in a frame, in bytes of UTF-8. */
const TEXT_MAX = 1024;
const NOTHING = new Uint8Array(0);
const FIRST_BYTES = 256;
/** Room that is kept for the next frames. */
const KEPT_BYTES = 1 << 16;

/** Bytes of frames that are being made. Its room is kept for the next ones. */
export class FrameWriter {
  #bytes: Buffer = Buffer.alloc(FIRST_BYTES);
  #at = 0;

  /** Room for `count` bytes more. @returns where they begin */
  room(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#at, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Forgets what was written behind `length`. */
  restart(length = 0): void {
    this.#at = length;
    if (length === 0 && this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.alloc(FIRST_BYTES);
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  get length(): number {
    return this.#at;
  }
}

/** The body of a frame that came in. */
export class FrameReader {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Takes `count` bytes. @returns where they begin @throws {BusFault} `EPROTO` the frame ends before */
  take(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw malformed('it ends in the middle of a field');
    this.#at += count;
    return at;
  }

  /** @throws {BusFault} `EPROTO` bytes are left */
  end(): void {
    const left = this.bytes.length - this.#at;
    if (left > 0) throw malformed(`${left} bytes behind its last field`);
  }

  /** Bytes that were not taken yet. */
  get left(): number {
    return this.bytes.length - this.#at;
  }
}

/** How one field of a frame is written and read. Numbers are little-endian. */
export interface Field<Value> {
  put(writer: FrameWriter, value: Value): void;
  /** @throws {BusFault} `EPROTO` */
  take(reader: FrameReader): Value;
}

type ValueOf<Of> = Of extends Field<infer Value> ? Value : never;

/** The values of fields by their names. */
export type Values<Fields> = { readonly [Name in keyof Fields]: ValueOf<Fields[Name]> };

export const u8: Field<number> = {
  put: (writer, value) => {
    const at = writer.room(1);
    writer.bytes.writeUInt8(value, at);
  },
  take: (reader) => reader.bytes.readUInt8(reader.take(1)),
};

export const u16: Field<number> = {
  put: (writer, value) => {
    const at = writer.room(2);
    writer.bytes.writeUInt16LE(value, at);
  },
  take: (reader) => reader.bytes.readUInt16LE(reader.take(2)),
};

export const u32: Field<number> = {
  put: (writer, value) => {
    const at = writer.room(4);
    writer.bytes.writeUInt32LE(value, at);
  },
  take: (reader) => reader.bytes.readUInt32LE(reader.take(4)),
};

/** A number that is finite and not negative: a time, or a fence. */
export const amount: Field<number> = {
  put: (writer, value) => {
    const at = writer.room(8);
    writer.bytes.writeDoubleLE(value, at);
  },
  take: (reader) => {
    const value = reader.bytes.readDoubleLE(reader.take(8));
    if (!Number.isFinite(value) || value < 0)
      throw malformed(`time or fence ${value}: expected a number from 0 on`);
    return value;
  },
};

export const bool: Field<boolean> = {
  put: (writer, value) => u8.put(writer, value ? 1 : 0),
  take: (reader) => {
    const value = u8.take(reader);
    if (value > 1) throw malformed(`${value} where 0 or 1 stands`);
    return value === 1;
  },
};

/** What is too long is cut. */
export const text: Field<string> = {
  put: (writer, value) => {
    const bytes = Buffer.from(value).subarray(0, TEXT_MAX);
    u16.put(writer, bytes.length);
    const at = writer.room(bytes.length);
    writer.bytes.set(bytes, at);
  },
  take: (reader) => {
    const length = u16.take(reader);
    if (length > TEXT_MAX) throw malformed(`a text of ${length} bytes: expected at most ${TEXT_MAX}`);
    if (length === 0) return '';
    const at = reader.take(length);
    return reader.bytes.toString('utf8', at, at + length);
  },
};

/** A view of the frame: who keeps it copies it. */
export const bytes: Field<Uint8Array> = {
  put: (writer, value) => {
    u32.put(writer, value.length);
    const at = writer.room(value.length);
    writer.bytes.set(value, at);
  },
  take: (reader) => {
    const length = u32.take(reader);
    if (length === 0) return NOTHING;
    const at = reader.take(length);
    return reader.bytes.subarray(at, at + length);
  },
};

/** One that may be missing. */
export function maybe<Value>(field: Field<Value>): Field<Value | undefined> {
  return {
    put: (writer, value) => {
      bool.put(writer, value !== undefined);
      if (value !== undefined) field.put(writer, value);
    },
    take: (reader) => (bool.take(reader) ? field.take(reader) : undefined),
  };
}

/** At most `max` of a kind. */
export function list<Value>(field: Field<Value>, max: number): Field<readonly Value[]> {
  return {
    put: (writer, values) => {
      if (values.length > max) throw malformed(`a list of ${values.length}: expected at most ${max}`);
      u16.put(writer, values.length);
      for (const value of values) field.put(writer, value);
    },
    take: (reader) => {
      const count = u16.take(reader);
      if (count > max) throw malformed(`a list of ${count}: expected at most ${max}`);
      const values: Value[] = [];
      while (values.length < count) values.push(field.take(reader));
      return values;
    },
  };
}

/** Fields one behind the other. */
export function record<Fields extends Readonly<Record<string, Field<unknown>>>>(
  fields: Fields,
): Field<Values<Fields>> {
  const names = Object.keys(fields);
  const all = Object.values(fields);
  return {
    put: (writer, values) => {
      for (let at = 0; at < all.length; at++)
        all[at]?.put(writer, (values as Record<string, unknown>)[names[at] as string]);
    },
    take: (reader) => {
      const values: Record<string, unknown> = {};
      for (let at = 0; at < all.length; at++) values[names[at] as string] = all[at]?.take(reader);
      return values as Values<Fields>;
    },
  };
}
