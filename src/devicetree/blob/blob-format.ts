/** The flattened device tree (Devicetree Specification v0.4, section 5). All fields are big-endian. */

export const FDT_MAGIC = 0xd00dfeed;

/** Byte offsets of the header's fields (section 5.2); all are u32. */
export const HEADER = {
  magic: 0,
  totalsize: 4,
  off_dt_struct: 8,
  off_dt_strings: 12,
  off_mem_rsvmap: 16,
  version: 20,
  last_comp_version: 24,
  boot_cpuid_phys: 28,
  size_dt_strings: 32,
  size_dt_struct: 36,
} as const;

/** Tags of the structure block (section 5.4.1). */
export const TAG = { BEGIN_NODE: 1, END_NODE: 2, PROP: 3, NOP: 4, END: 9 } as const;

/** An entry of the memory reservation block: address and size, u64 each (section 5.3.2). */
export const RESERVE_ENTRY_SIZE = 16;

/** What sets the versions apart (dtc's `version_table`). */
export interface BlobVersion {
  readonly version: number;
  readonly lastCompatible: number;
  readonly headerSize: number;
  /** Nodes carry their full path and a `name` property; values of 8 bytes and more are aligned to 8. */
  readonly old: boolean;
  readonly hasBootCpu: boolean;
  readonly hasStringsSize: boolean;
  readonly hasStructSize: boolean;
}

export const BLOB_VERSIONS: readonly BlobVersion[] = [
  version(1, 1, 28, true, false, false, false),
  version(2, 1, 32, true, true, false, false),
  version(3, 1, 36, true, true, true, false),
  version(16, 16, 36, false, true, true, false),
  version(17, 16, 40, false, true, true, true),
];

function version(
  number: number,
  lastCompatible: number,
  headerSize: number,
  old: boolean,
  hasBootCpu: boolean,
  hasStringsSize: boolean,
  hasStructSize: boolean,
): BlobVersion {
  return { version: number, lastCompatible, headerSize, old, hasBootCpu, hasStringsSize, hasStructSize };
}
