import type { MappedRegion, MemoryRegion, WindowedRegion } from './memory-region.ts';
import { MemoryWindows, WINDOW_BYTES } from './memory-windows.ts';

/** An address range that no region holds, or a region that cannot be mapped. */
export class GuestMemoryError extends RangeError {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'GuestMemoryError';
  }
}

// The rings are little-endian (virtio 1.3, 1.4) and are read through typed arrays, which have the host's order.
if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
  throw new Error('virtio: this machine is big-endian; virtqueues need a little-endian one');
}

/**
 * Guest-physical memory as the device and the driver see it: a table of regions, each backed by a buffer.
 *
 * Addresses and lengths are numbers below 2^53. The table may be replaced while queues are in use
 * (vhost-user SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG): every change raises `generation`, and whoever keeps
 * views of the memory looks them up again when it has changed.
 */
export class GuestMemory {
  /** Raised by every change of the table. */
  generation = 0;
  #table: readonly TableEntry[] = [];
  /** What the last look-ups hit, by `recentIndex`: a request has its table, its heads and its data at several places. */
  readonly #recent: (MappedRegion | undefined)[] = new Array(RECENT).fill(undefined);
  /** Where the entry lies that `has` hit last; nowhere at first. */
  #recentStart = 0;
  #recentEnd = 0;

  /** @throws {GuestMemoryError} when a region does not fit its buffer or two of them overlap. */
  constructor(regions: readonly (MemoryRegion | WindowedRegion)[] = []) {
    this.replace(regions);
  }

  /** Memory of one region: all of `buffer`, from guest address `guestAddress` on. */
  static over(buffer: ArrayBufferLike, guestAddress = 0): GuestMemory {
    return new GuestMemory([{ guestAddress, size: buffer.byteLength, buffer, byteOffset: 0 }]);
  }

  /** Where the regions lie, by rising address. */
  get regions(): readonly { readonly guestAddress: number; readonly size: number }[] {
    return this.#table;
  }

  /** Exchanges the whole table. @throws {GuestMemoryError} and keeps the old one. */
  replace(regions: readonly (MemoryRegion | WindowedRegion)[]): void {
    this.#adopt(regions.map(entryOf));
  }

  /** @throws {GuestMemoryError} when it overlaps a region that is there. */
  add(region: MemoryRegion | WindowedRegion): void {
    this.#adopt([...this.#table, entryOf(region)]);
  }

  /** Takes away the region that begins at `guestAddress` and is `size` bytes long. @throws {GuestMemoryError} */
  remove(guestAddress: number, size: number): void {
    const rest = this.#table.filter((r) => r.guestAddress !== guestAddress || r.size !== size);
    if (rest.length === this.#table.length) {
      throw new GuestMemoryError(`memory region not found: ${hex(guestAddress)}+${hex(size)}`);
    }
    this.#adopt(rest);
  }

  #adopt(entries: readonly TableEntry[]): void {
    const table = [...entries].sort((a, b) => a.guestAddress - b.guestAddress);
    for (let i = 1; i < table.length; i++) {
      const below = table[i - 1] as TableEntry;
      const above = table[i] as TableEntry;
      if (above.guestAddress < below.guestEnd) {
        throw new GuestMemoryError(`memory regions ${describe(below)} and ${describe(above)} overlap`);
      }
    }
    this.#table = table;
    this.#recent.fill(undefined);
    this.#recentStart = 0;
    this.#recentEnd = 0;
    this.generation++;
  }

  /** Whether one region holds all of `[address, address + length)`, as `find` has it; it makes no view. */
  has(address: number, length: number): boolean {
    const isRecent = address >= this.#recentStart && address + length <= this.#recentEnd;
    // Of no length at the end of one region, it may be in the next.
    return (isRecent && address < this.#recentEnd) || this.#entryOf(address, length) !== undefined;
  }

  /**
   * A region that holds all of `[address, address + length)`; undefined when a byte of it is unmapped or
   * it straddles two regions. A zero length still needs a mapped address.
   */
  find(address: number, length: number): MappedRegion | undefined {
    const recent = this.#recent[recentIndex(address)];
    if (recent !== undefined && address >= recent.guestAddress && address + length <= recent.guestEnd) {
      if (address < recent.guestEnd) return recent;
    }
    return this.#search(address, length);
  }

  #search(address: number, length: number): MappedRegion | undefined {
    const entry = this.#entryOf(address, length);
    if (entry === undefined) return undefined;
    const region = 'find' in entry ? entry.find(address, length) : entry;
    // A long view of its own is not kept anywhere: one for each place would be.
    if (region === entry || region.size <= WINDOW_BYTES) this.#recent[recentIndex(address)] = region;
    return region;
  }

  #entryOf(address: number, length: number): TableEntry | undefined {
    for (const entry of this.#table) {
      if (address < entry.guestAddress || address >= entry.guestEnd) continue;
      if (address + length > entry.guestEnd) return undefined;
      this.#recentStart = entry.guestAddress;
      this.#recentEnd = entry.guestEnd;
      return entry;
    }
    return undefined;
  }

  /** As `find`. @throws {GuestMemoryError} when unmapped or straddling. */
  region(address: number, length: number): MappedRegion {
    const region = this.find(address, length);
    if (region !== undefined) return region;
    throw new GuestMemoryError(`guest memory ${hex(address)}+${hex(length)} is not inside one region`);
  }

  /** View of `length` bytes at `address`. @throws {GuestMemoryError} when unmapped or straddling. */
  slice(address: number, length: number): Uint8Array {
    const region = this.region(address, length);
    return new Uint8Array(region.buffer, region.byteOffset + (address - region.guestAddress), length);
  }
}

/** A power of two. */
const RECENT = 64;

/** Neighbouring windows have neighbouring places. */
function recentIndex(address: number): number {
  return (address / WINDOW_BYTES) & (RECENT - 1);
}

/** A region whole, or its windows. */
type TableEntry = MappedRegion | MemoryWindows;

function entryOf(region: MemoryRegion | WindowedRegion): TableEntry {
  checkPlace(region);
  if ('viewOf' in region) return new MemoryWindows(region);
  const { guestAddress, size, buffer, byteOffset } = region;
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset + size > buffer.byteLength) {
    throw new GuestMemoryError(`memory region ${describe(region)} does not fit its buffer`);
  }
  return {
    guestAddress,
    size,
    buffer,
    byteOffset,
    guestEnd: guestAddress + size,
    bytes: new Uint8Array(buffer, byteOffset, size),
    view: new DataView(buffer, byteOffset, size),
  };
}

function checkPlace(region: MemoryRegion | WindowedRegion): void {
  const { guestAddress, size } = region;
  if (!Number.isSafeInteger(guestAddress) || guestAddress < 0 || !Number.isSafeInteger(guestAddress + size)) {
    throw new GuestMemoryError(`memory region ${describe(region)} ends beyond 2^53`);
  }
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new GuestMemoryError(`memory region ${describe(region)} is empty`);
  }
}

function describe(region: { readonly guestAddress: number; readonly size: number }): string {
  return `${hex(region.guestAddress)}+${hex(region.size)}`;
}

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}
