import { type FileDescriptor, Mapping } from '../../../os/index.ts';
import { GuestMemory, GuestMemoryError, type WindowedRegion } from '../../../virtio/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type Region, VhostUserError } from '../messages/message.ts';

/** ADD_MEM_REG: how many regions there may be at a time. */
export const MAX_MEMORY_SLOTS = 64;

/** Rings are read as words: a region that is mapped at another multiple could not be. */
const MAP_ALIGN = 8;

interface MappedSlot {
  readonly region: Region;
  readonly mapping: Mapping;
  readonly view: WindowedRegion;
}

/**
 * The front-end's memory, mapped: what SET_MEM_TABLE, ADD_MEM_REG and REM_MEM_REG say. A change takes effect
 * as a whole or not at all, and what is no longer in the table is unmapped.
 */
export class MemoryTable {
  readonly memory = new GuestMemory();
  readonly #limit: number;
  #slots: readonly MappedSlot[] = [];

  /** @param limit how many bytes all regions may have together */
  constructor(limit: number = DEFAULT_LIMITS.memoryBytes) {
    this.#limit = limit;
  }

  /** True once memory was touched that the front-end had taken away from its file. */
  get lost(): boolean {
    // Looked at after each request: an iterator would cost more than what it iterates over.
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) if ((slots[i] as MappedSlot).mapping.lost) return true;
    return false;
  }

  get regions(): readonly Region[] {
    return this.#slots.map(({ region }) => region);
  }

  /**
   * Exchanges all regions. `files` are closed by their owner. @throws {VhostUserError} and changes nothing.
   */
  replace(regions: readonly Region[], files: readonly FileDescriptor[]): void {
    if (files.length !== regions.length) {
      throw new VhostUserError(
        `invalid memory table: expected ${regions.length} descriptors, got ${files.length}`,
      );
    }
    this.#checkLimit(regions);
    const slots: MappedSlot[] = [];
    try {
      regions.forEach((region, i) => {
        slots.push(mapRegion(region, files[i] as FileDescriptor));
      });
      this.#adopt(slots);
    } catch (error) {
      for (const { mapping } of slots) mapping.unmap();
      throw error;
    }
  }

  /** @throws {VhostUserError} and changes nothing. */
  add(region: Region, file: FileDescriptor): void {
    if (this.#slots.length >= MAX_MEMORY_SLOTS) {
      throw new VhostUserError(`all ${MAX_MEMORY_SLOTS} memory slots are in use`);
    }
    this.#checkLimit([...this.regions, region]);
    const slot = mapRegion(region, file);
    try {
      this.#adopt([...this.#slots, slot]);
    } catch (error) {
      slot.mapping.unmap();
      throw error;
    }
  }

  /** Takes a region away that is named by its addresses and its size. @throws {VhostUserError} */
  remove({ guestAddress, userAddress, size }: Region): void {
    const rest = this.#slots.filter(
      ({ region }) =>
        region.guestAddress !== guestAddress || region.userAddress !== userAddress || region.size !== size,
    );
    if (rest.length === this.#slots.length) {
      throw new VhostUserError(`memory region not found: 0x${guestAddress.toString(16)}`);
    }
    this.#adopt(rest);
  }

  /** Unmaps everything. */
  clear(): void {
    this.#adopt([]);
  }

  /**
   * Guest-physical address of a front-end address whose next `length` bytes lie in one region.
   * @throws {VhostUserError}
   */
  toGuest(userAddress: number, length: number, what: string): number {
    for (const { region } of this.#slots) {
      const offset = userAddress - region.userAddress;
      if (offset >= 0 && offset + length <= region.size) return region.guestAddress + offset;
    }
    const where = `0x${userAddress.toString(16)}+${length}`;
    throw new VhostUserError(`the ${what} at ${where} is not inside one memory region of the front-end`);
  }

  /** A mapping begins at its file's start, so what lies before the region counts too. */
  #checkLimit(regions: readonly Region[]): void {
    const bytes = regions.reduce((sum, { size, mmapOffset }) => sum + size + mmapOffset, 0);
    if (bytes <= this.#limit) return;
    throw new VhostUserError(`too much memory: expected at most ${this.#limit} bytes, got ${bytes}`);
  }

  #adopt(slots: readonly MappedSlot[]): void {
    try {
      this.memory.replace(slots.map(({ view }) => view));
    } catch (error) {
      if (error instanceof GuestMemoryError) throw new VhostUserError(error.message, { cause: error });
      throw error;
    }
    const kept = new Set(slots);
    const gone = this.#slots.filter((slot) => !kept.has(slot));
    this.#slots = slots;
    for (const { mapping } of gone) mapping.unmap();
  }
}

/** Maps a region; the file must hold all of it. */
function mapRegion(region: Region, file: FileDescriptor): MappedSlot {
  const { guestAddress, size, mmapOffset } = region;
  const name = `the memory region at 0x${guestAddress.toString(16)}`;
  if (mmapOffset % MAP_ALIGN !== 0 || guestAddress % MAP_ALIGN !== 0) {
    throw new VhostUserError(`${name} is not aligned to ${MAP_ALIGN}`);
  }
  if (size === 0) throw new VhostUserError(`${name} is empty`);
  try {
    // The offset may be no multiple of a page (or of a huge one): mapped from the file's start on.
    const mapping = Mapping.foreign(file.fd, size + mmapOffset);
    const viewOf = (offset: number, length: number) => mapping.view(mmapOffset + offset, length);
    return { region, mapping, view: { guestAddress, size, viewOf } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new VhostUserError(`cannot map ${name}: ${reason}`, { cause: error });
  }
}
