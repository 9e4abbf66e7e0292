import { FDT_MAGIC, HEADER, RESERVE_ENTRY_SIZE, TAG } from '../blob/blob-format.ts';
import { latin1 } from '../text/source.ts';
import { TextPieces } from '../text/text-pieces.ts';
import { cellAt } from '../tree/getters.ts';
import { isPrintableStrings } from './value-format.ts';

/** Header of the newest version, bytes. */
const HEADER_SIZE = 40;
const NEWEST_VERSION = 17;

const TAG_NAMES: Readonly<Record<number, string>> = {
  [TAG.BEGIN_NODE]: 'FDT_BEGIN_NODE',
  [TAG.END_NODE]: 'FDT_END_NODE',
  [TAG.PROP]: 'FDT_PROP',
  [TAG.NOP]: 'FDT_NOP',
  [TAG.END]: 'FDT_END',
};

/** Why a dump stops before the tree's end. */
export class DumpError extends Error {
  override readonly name = 'DumpError';
}

/** True where `bytes` could start with a blob: magic, a known version, offsets inside. */
export function looksLikeBlob(bytes: Uint8Array): boolean {
  return (
    bytes.length >= HEADER_SIZE &&
    cellAt(bytes, HEADER.magic) === FDT_MAGIC &&
    cellAt(bytes, HEADER.last_comp_version) <= NEWEST_VERSION &&
    cellAt(bytes, HEADER.totalsize) <= bytes.length &&
    cellAt(bytes, HEADER.off_dt_struct) < bytes.length &&
    cellAt(bytes, HEADER.off_dt_strings) < bytes.length
  );
}

/** Offset of the first blob inside `bytes` (fdtdump `-s`). */
export function findBlob(
  bytes: Uint8Array,
  onSkipped: (offset: number) => void = () => undefined,
): number | undefined {
  const first = FDT_MAGIC >>> 24;
  for (
    let at = bytes.indexOf(first);
    at >= 0 && at + HEADER_SIZE <= bytes.length;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (cellAt(bytes, at) !== FDT_MAGIC) continue;
    if (looksLikeBlob(bytes.subarray(at))) return at;
    onSkipped(at);
  }
  return undefined;
}

/**
 * A blob as fdtdump prints it, piece by piece and one character a byte: the header in comments, then the tags as they
 * come. It asks little of the blob, so that a broken one shows how far it goes.
 * @throws {DumpError} at the place where the blob cannot be read on
 */
export function* dumpBlob(blob: Uint8Array, debug = false): Generator<string> {
  const field = (name: keyof typeof HEADER): number => cellAt(blob, HEADER[name]);
  yield '/dts-v1/;\n';
  yield* headerLines(field, field('version'));
  yield '\n';
  yield* reservationLines(blob, field('off_mem_rsvmap'));
  yield* structureLines(new StructureReader(blob), debug);
}

/** Steps through the structure block of a blob that may be cut off anywhere. */
class StructureReader {
  readonly blob: Uint8Array;
  readonly strings: number;
  readonly version: number;
  at: number;

  constructor(blob: Uint8Array) {
    this.blob = blob;
    this.strings = cellAt(blob, HEADER.off_dt_strings);
    this.version = cellAt(blob, HEADER.version);
    this.at = cellAt(blob, HEADER.off_dt_struct);
  }

  cell(): number {
    if (this.at + 4 > this.blob.length) this.#cut(this.at);
    this.at += 4;
    return cellAt(this.blob, this.at - 4);
  }

  /** The name of the node that begins here; moves behind it. */
  nodeName(): string {
    const name = this.textAt(this.at);
    this.#moveTo(this.at + name.length + 1);
    return name;
  }

  /** The property that begins here, with the offsets of its name and its value; moves behind it. */
  property(): {
    readonly name: string;
    readonly nameAt: number;
    readonly value: Uint8Array;
    readonly valueAt: number;
  } {
    const length = this.cell();
    const nameAt = this.strings + this.cell();
    if (this.version < 16 && length >= 8) this.at = align(this.at, 8);
    const valueAt = this.at;
    if (valueAt + length > this.blob.length) this.#cut(valueAt);
    const name = this.textAt(nameAt);
    this.#moveTo(valueAt + length);
    return { name, nameAt, value: this.blob.subarray(valueAt, valueAt + length), valueAt };
  }

  textAt(at: number): string {
    const end = this.blob.indexOf(0, at);
    return end < 0 || at >= this.blob.length ? this.#cut(at) : latin1(this.blob, at, end);
  }

  #moveTo(at: number): void {
    this.at = align(at, 4);
  }

  #cut(at: number): never {
    throw new DumpError(`the blob ends at byte ${this.blob.length}, inside the structure block (byte ${at})`);
  }
}

function* structureLines(reader: StructureReader, debug: boolean): Generator<string> {
  let depth = 0;
  const indent = (): string => '    '.repeat(Math.max(0, depth));
  for (let tag = reader.cell(); tag !== TAG.END; tag = reader.cell()) {
    if (debug) {
      const number = tag.toString(16).padStart(8, '0');
      yield `// ${offsetText(reader.at - 4)}: tag: 0x${number} (${TAG_NAMES[tag] ?? 'FDT_???'})\n`;
    }
    switch (tag) {
      case TAG.BEGIN_NODE: {
        const name = reader.nodeName();
        yield `${indent()}${name === '' ? '/' : name} {\n`;
        depth++;
        break;
      }
      case TAG.END_NODE:
        depth--;
        yield `${indent()}};\n`;
        break;
      case TAG.NOP:
        yield `${indent()}// [NOP]\n`;
        break;
      case TAG.PROP: {
        const { name, nameAt, value, valueAt } = reader.property();
        if (debug) yield `// ${offsetText(nameAt)}: string: ${name}\n// ${offsetText(valueAt)}: value\n`;
        yield `${indent()}${name}${valueText(value)};\n`;
        break;
      }
      default:
        throw new DumpError(`unknown tag 0x${tag.toString(16).padStart(8, '0')} at byte ${reader.at - 4}`);
    }
  }
}

function align(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}

function* headerLines(field: (name: keyof typeof HEADER) => number, version: number): Generator<string> {
  const hex = (name: keyof typeof HEADER): string => `0x${field(name).toString(16)}`;
  yield `// magic:\t\t${hex('magic')}\n`;
  yield `// totalsize:\t\t${hex('totalsize')} (${field('totalsize')})\n`;
  yield `// off_dt_struct:\t${hex('off_dt_struct')}\n`;
  yield `// off_dt_strings:\t${hex('off_dt_strings')}\n`;
  yield `// off_mem_rsvmap:\t${hex('off_mem_rsvmap')}\n`;
  yield `// version:\t\t${version}\n`;
  yield `// last_comp_version:\t${field('last_comp_version')}\n`;
  if (version >= 2) yield `// boot_cpuid_phys:\t${hex('boot_cpuid_phys')}\n`;
  if (version >= 3) yield `// size_dt_strings:\t${hex('size_dt_strings')}\n`;
  if (version >= 17) yield `// size_dt_struct:\t${hex('size_dt_struct')}\n`;
}

function* reservationLines(blob: Uint8Array, offset: number): Generator<string> {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  for (let at = offset; ; at += RESERVE_ENTRY_SIZE) {
    if (at + RESERVE_ENTRY_SIZE > blob.length) throw new DumpError('the memory reservation block has no end');
    const address = view.getBigUint64(at);
    const size = view.getBigUint64(at + 8);
    if (address === 0n && size === 0n) return;
    yield `/memreserve/ ${alternateHex(address)} ${alternateHex(size)};\n`;
  }
}

/** printf's `%#x`: 0 has no prefix. */
function alternateHex(value: bigint): string {
  return value === 0n ? '0' : `0x${value.toString(16)}`;
}

function offsetText(offset: number): string {
  return offset.toString(16).padStart(4, '0');
}

function valueText(value: Uint8Array): string {
  if (value.length === 0) return '';
  if (isPrintableStrings(value)) {
    const strings = latin1(value, 0, value.length - 1).split('\0');
    return ` = ${strings.map((text) => `"${text}"`).join(', ')}`;
  }
  const width = value.length % 4 === 0 ? 4 : 1;
  const numbers = new TextPieces();
  for (let at = 0; at < value.length; at += width) {
    if (at > 0) numbers.push(' ');
    numbers.push(
      width === 4
        ? `0x${cellAt(value, at).toString(16).padStart(8, '0')}`
        : (value[at] as number).toString(16).padStart(2, '0'),
    );
  }
  return width === 4 ? ` = <${numbers.toString()}>` : ` = [${numbers.toString()}]`;
}
