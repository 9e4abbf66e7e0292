import { FDT_MAGIC, HEADER, RESERVE_ENTRY_SIZE, TAG } from '../blob/blob-format.ts';
import { latin1 } from '../text/source.ts';
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
 * come. It asks little of the blob, so that a broken one shows how far it goes; there it throws `DumpError`.
 */
export function* dumpBlob(blob: Uint8Array, debug = false): Generator<string> {
  const field = (name: keyof typeof HEADER): number => cellAt(blob, HEADER[name]);
  const version = field('version');
  yield '/dts-v1/;\n';
  yield* headerLines(field, version);
  yield '\n';
  yield* reservationLines(blob, field('off_mem_rsvmap'));

  const strings = field('off_dt_strings');
  const cut = (at: number): never => {
    throw new DumpError(`the blob ends at byte ${blob.length}, inside the structure block (byte ${at})`);
  };
  const text = (at: number): string => {
    const end = blob.indexOf(0, at);
    return end < 0 || at >= blob.length ? cut(at) : latin1(blob, at, end);
  };
  const align = (at: number, to: number): number => Math.ceil(at / to) * to;
  let at = field('off_dt_struct');
  const cell = (): number => {
    if (at + 4 > blob.length) cut(at);
    at += 4;
    return cellAt(blob, at - 4);
  };

  let depth = 0;
  const indent = (): string => '    '.repeat(Math.max(0, depth));
  for (let tag = cell(); tag !== TAG.END; tag = cell()) {
    if (debug) {
      const number = tag.toString(16).padStart(8, '0');
      yield `// ${offsetText(at - 4)}: tag: 0x${number} (${TAG_NAMES[tag] ?? 'FDT_???'})\n`;
    }
    switch (tag) {
      case TAG.BEGIN_NODE: {
        const name = text(at);
        at = align(at + name.length + 1, 4);
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
        const length = cell();
        const nameAt = strings + cell();
        if (version < 16 && length >= 8) at = align(at, 8);
        if (at + length > blob.length) cut(at);
        const name = text(nameAt);
        if (debug) yield `// ${offsetText(nameAt)}: string: ${name}\n// ${offsetText(at)}: value\n`;
        yield `${indent()}${name}${valueText(blob.subarray(at, at + length))};\n`;
        at = align(at + length, 4);
        break;
      }
      default:
        throw new DumpError(`unknown tag 0x${tag.toString(16).padStart(8, '0')} at byte ${at - 4}`);
    }
  }
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
    if (at + RESERVE_ENTRY_SIZE > blob.length) throw new DumpError('the memory reserve map has no end');
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
  const numbers: string[] = [];
  for (let at = 0; at < value.length; at += width)
    numbers.push(
      width === 4
        ? `0x${cellAt(value, at).toString(16).padStart(8, '0')}`
        : (value[at] as number).toString(16).padStart(2, '0'),
    );
  return width === 4 ? ` = <${numbers.join(' ')}>` : ` = [${numbers.join(' ')}]`;
}
