import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { WaveError } from '../wave/samples.ts';

/** Signatures of a ZIP file (PKWARE APPNOTE 6.3, 4.3). */
const SIGNATURE = { LOCAL: 0x0403_4b50, CENTRAL: 0x0201_4b50, END: 0x0605_4b50 } as const;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** Longest comment behind the end. */
const COMMENT_BYTES = 0xffff;
const METHOD = { STORED: 0, DEFLATED: 8 } as const;
/** Version 2.0 is needed to extract. */
const VERSION = 20;
/** 1980-01-01, the first day that the format knows: the same contents make the same file. */
const DATE = 0x21;
/** Largest file and offset without Zip64, and most files. */
const SIZE_MAX = 0xffff_fffe;
const FILES_MAX = 0xfffe;

/** Writes a ZIP file, a file in it after the other. */
export class ZipWriter {
  readonly #put: (bytes: Uint8Array) => void;
  readonly #central: Uint8Array[] = [];
  #at = 0;

  constructor(put: (bytes: Uint8Array) => void) {
    this.#put = put;
  }

  /** @throws {WaveError} it becomes larger than the format takes */
  add(name: string, bytes: Uint8Array): void {
    const packed = deflateRawSync(bytes, { level: 1 });
    const head = Buffer.alloc(LOCAL_BYTES - 4);
    const title = Buffer.from(name);
    head.writeUInt16LE(VERSION, 0);
    head.writeUInt16LE(METHOD.DEFLATED, 4);
    head.writeUInt16LE(DATE, 8);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(title.length, 22);
    // Of the second head: version made by, then the same, then comment, disk, attributes and offset.
    const rest = Buffer.alloc(CENTRAL_BYTES - 6 - head.length);
    rest.writeUInt32LE(this.#at, rest.length - 4);
    this.#central.push(Buffer.concat([u32(SIGNATURE.CENTRAL), head.subarray(0, 2), head, rest, title]));
    const file = Buffer.concat([u32(SIGNATURE.LOCAL), head, title, packed]);
    this.#write(file);
    if (this.#at > SIZE_MAX || this.#central.length > FILES_MAX)
      throw new WaveError('the file would be larger than 4 GiB; convert a part of the trace');
  }

  end(): void {
    const from = this.#at;
    for (const entry of this.#central) this.#write(entry);
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(SIGNATURE.END, 0);
    end.writeUInt16LE(this.#central.length, 8);
    end.writeUInt16LE(this.#central.length, 10);
    end.writeUInt32LE(this.#at - from, 12);
    end.writeUInt32LE(from, 16);
    this.#write(end);
  }

  #write(bytes: Uint8Array): void {
    this.#put(bytes);
    this.#at += bytes.length;
  }
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}

/** A file in a ZIP file. */
export interface ZipEntry {
  readonly name: string;
  /** What it says its contents have, in bytes. */
  readonly size: number;
  /** @throws {WaveError} it is damaged, or has more bytes than `size` */
  contents(): Uint8Array;
}

/** The files in a ZIP file. @throws {WaveError} */
export function zipEntries(file: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const zip = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = endOf(zip);
  const entries = new Map<string, ZipEntry>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    if (at + CENTRAL_BYTES > zip.length || zip.readUInt32LE(at) !== SIGNATURE.CENTRAL)
      throw new WaveError('damaged ZIP file: its table of contents is cut');
    const lengths = [28, 30, 32].map((place) => zip.readUInt16LE(at + place));
    const name = zip.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + (lengths[0] as number));
    const head = zip.subarray(at, at + CENTRAL_BYTES);
    const size = head.readUInt32LE(24);
    entries.set(name, { name, size, contents: () => contentsOf(zip, name, head) });
    at += CENTRAL_BYTES + lengths.reduce((sum, length) => sum + length, 0);
  }
  return entries;
}

function endOf(zip: Buffer): number {
  for (let at = zip.length - END_BYTES; at >= Math.max(0, zip.length - END_BYTES - COMMENT_BYTES); at--)
    if (zip.readUInt32LE(at) === SIGNATURE.END) return at;
  throw new WaveError('not a ZIP file, or cut: expected its table of contents at the end');
}

function contentsOf(zip: Buffer, name: string, head: Buffer): Uint8Array {
  const damaged = () => new WaveError(`damaged ZIP file: ${name} cannot be read`);
  const method = head.readUInt16LE(10);
  const size = head.readUInt32LE(24);
  const at = head.readUInt32LE(42);
  if (at + LOCAL_BYTES > zip.length || zip.readUInt32LE(at) !== SIGNATURE.LOCAL) throw damaged();
  const from = at + LOCAL_BYTES + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
  const packed = zip.subarray(from, from + head.readUInt32LE(20));
  if (method !== METHOD.STORED && method !== METHOD.DEFLATED)
    throw new WaveError(`unsupported compression ${method} of ${name}: expected deflate`);
  let bytes: Uint8Array = packed;
  try {
    if (method === METHOD.DEFLATED) bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw damaged();
  }
  if (bytes.length !== size || crc32(bytes) !== head.readUInt32LE(16)) throw damaged();
  return bytes;
}
