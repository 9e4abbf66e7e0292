import { FDT_MAGIC, HEADER, RESERVE_ENTRY_SIZE } from '../blob/blob-format.ts';
import { FdtError } from './fdt-error.ts';

/** What a blob of version 16 or 17 is made of. Devicetree Specification 0.4, 5.1. */
interface FlatBlocks {
  readonly bootCpu: number;
  readonly lastCompatible: number;
  /** With the entry of size 0 that ends it. */
  readonly reserveMap: Uint8Array;
  readonly structure: Uint8Array;
  readonly strings: Uint8Array;
  /** False for version 16, whose header does not say where the structure ends: then it goes to the blob's end. */
  readonly structureIsMeasured: boolean;
}

/** Bytes of the newest version's header. */
const HEADER_SIZE = 40;

/** The blocks of `blob`, views of it. Throws `FdtError` where the header cannot be right. */
export function openBlob(blob: Uint8Array): FlatBlocks {
  if (blob.length < HEADER_SIZE)
    throw new FdtError('FDT_ERR_TRUNCATED', `a header needs more than ${blob.length} bytes`);
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const field = (name: keyof typeof HEADER): number => view.getUint32(HEADER[name]);
  if (field('magic') !== FDT_MAGIC) throw new FdtError('FDT_ERR_BADMAGIC');
  const total = field('totalsize');
  if (total > blob.length)
    throw new FdtError('FDT_ERR_TRUNCATED', `the header says ${total} bytes, the blob has ${blob.length}`);
  const version = field('version');
  if (version < 16 || field('last_comp_version') > 17)
    throw new FdtError('FDT_ERR_BADVERSION', `version ${version}; convert it with dtc -I dtb -O dtb`);

  const block = (what: string, offset: number, size: number): Uint8Array => {
    if (offset + size > total)
      throw new FdtError('FDT_ERR_TRUNCATED', `the ${what} reaches to byte ${offset + size} of ${total}`);
    return blob.subarray(offset, offset + size);
  };
  const structure = field('off_dt_struct');
  const structureSize = version >= 17 ? field('size_dt_struct') : Math.max(0, total - structure);
  const reserveMap = field('off_mem_rsvmap');
  return {
    bootCpu: field('boot_cpuid_phys'),
    lastCompatible: field('last_comp_version'),
    reserveMap: block('reserve map', reserveMap, reserveMapSize(view, reserveMap, total)),
    structure: block('structure block', structure, structureSize),
    strings: block('strings block', field('off_dt_strings'), field('size_dt_strings')),
    structureIsMeasured: version >= 17,
  };
}

/** Bytes of the reserve map up to and with its terminator, the entry of size 0. */
function reserveMapSize(view: DataView, offset: number, total: number): number {
  for (let end = offset; end + RESERVE_ENTRY_SIZE <= total; end += RESERVE_ENTRY_SIZE)
    if (view.getBigUint64(end + 8) === 0n) return end + RESERVE_ENTRY_SIZE - offset;
  throw new FdtError('FDT_ERR_TRUNCATED', 'the memory reservation block has no end');
}

/** The blocks as a version 17 blob without gaps. */
export function packBlob(blocks: FlatBlocks): Uint8Array {
  const { reserveMap, structure, strings } = blocks;
  const structureOffset = HEADER_SIZE + reserveMap.length;
  const stringsOffset = structureOffset + structure.length;
  const fields: Record<keyof typeof HEADER, number> = {
    magic: FDT_MAGIC,
    totalsize: stringsOffset + strings.length,
    off_dt_struct: structureOffset,
    off_dt_strings: stringsOffset,
    off_mem_rsvmap: HEADER_SIZE,
    version: 17,
    last_comp_version: blocks.lastCompatible,
    boot_cpuid_phys: blocks.bootCpu,
    size_dt_strings: strings.length,
    size_dt_struct: structure.length,
  };
  const blob = new Uint8Array(fields.totalsize);
  const view = new DataView(blob.buffer);
  for (const [name, offset] of Object.entries(HEADER))
    view.setUint32(offset, fields[name as keyof typeof HEADER]);
  blob.set(reserveMap, HEADER_SIZE);
  blob.set(structure, structureOffset);
  blob.set(strings, stringsOffset);
  return blob;
}
