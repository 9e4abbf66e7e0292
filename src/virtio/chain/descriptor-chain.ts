import type { GuestMemory } from '../memory/guest-memory.ts';
import type { CursorSource } from './chain-cursor.ts';
import { CHAIN_FAULT, type ChainFault, DESC_F, descriptorAddress } from './descriptor.ts';
import { Reader } from './reader.ts';
import { SegmentList } from './segment-list.ts';
import { Writer } from './writer.ts';

// A copy of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const WRITE = DESC_F.WRITE;
/** 2.7.5.2: no more than 2^32 bytes in total. One less, so that a length is always a 32-bit number. */
const MOST_BYTES = 2 ** 32 - 1;
const MOST_SMALL = 2 ** 31 - 1;

/**
 * One request as the device sees it: what it may read, then what it may write. It belongs to whoever popped
 * it until `pushUsed`; after that the queue uses the object for another request. Several may be out at once.
 * When the queue is reset, chains that are out become empty: their cursors have nothing left to read or
 * write, and giving them back does nothing.
 */
export class DescriptorChain implements CursorSource {
  /** The descriptor (split) or buffer id (packed) that names the chain on the ring. */
  head = 0;
  /** Ring descriptors that the chain takes up. */
  descriptors = 0;
  readonly readable: Reader;
  readonly writable: Writer;
  /** Where the two halves lie, as guest-physical addresses. */
  readonly readableSegments = new SegmentList();
  readonly writableSegments = new SegmentList();
  readonly memory: GuestMemory;
  readonly #mostBytes: number;
  /** The same as far as it is a small integer. */
  readonly #mostOfOne: number;
  /** Counts the requests that the object stood for; a cursor starts anew when it changes. */
  serial = 0;
  /** True from `pop` to `pushUsed`. */
  out = false;
  /** True for a chain of before the last reset. */
  revoked = false;

  /** In the queue's list of free chains, or with IN_ORDER of those that are out: the one behind it. */
  next: DescriptorChain | undefined = undefined;

  // IN_ORDER: what the queue knows of a chain that is finished before an older one.

  /** Finished, and held back. */
  held = false;
  /** What was written, and whether that is all there was room for. */
  heldLength = 0;
  heldWhole = false;

  /** @param mostBytes how many bytes both halves may have together */
  constructor(memory: GuestMemory, mostBytes = MOST_BYTES) {
    this.memory = memory;
    this.#mostBytes = Math.min(mostBytes, MOST_BYTES);
    this.#mostOfOne = Math.min(mostBytes, MOST_SMALL);
    this.readable = new Reader(this, this.readableSegments);
    this.writable = new Writer(this, this.writableSegments);
  }

  /** Empties the object for another request. For queues. */
  begin(): void {
    this.descriptors = 0;
    // Kept a small integer.
    this.serial = (this.serial + 1) | 0;
    this.readableSegments.clear();
    this.writableSegments.clear();
  }

  /**
   * Adds what one descriptor points at to the half that its flags name. The first three are words as they lie
   * in memory, signed or not: small integers, which a call can hand over without making an object. For queues.
   */
  add(addressLow: number, addressHigh: number, size: number, flags: number): ChainFault | undefined {
    const { readableSegments, writableSegments } = this;
    // 2.7.4.2: everything the device reads comes before everything it writes.
    const write = (flags & WRITE) !== 0;
    if (!write && writableSegments.count > 0) return CHAIN_FAULT.ORDER;
    const length = size >>> 0;
    if (length === 0) return undefined;
    const address = descriptorAddress(addressLow, addressHigh);
    if (!this.memory.has(address, length)) return CHAIN_FAULT.UNMAPPED;
    if (write) writableSegments.add(address, length);
    else readableSegments.add(address, length);
    if (readableSegments.length + writableSegments.length > this.#mostBytes) return CHAIN_FAULT.TOO_LONG;
    return undefined;
  }

  /**
   * `begin` and `add` for what most requests of one descriptor are. False for others, and those that are malformed: then
   * go on with `begin`. For queues.
   */
  one(addressLow: number, addressHigh: number, size: number, flags: number): boolean {
    const address = descriptorAddress(addressLow, addressHigh);
    if (size <= 0 || size > this.#mostOfOne || !this.memory.has(address, size)) return false;
    this.serial = (this.serial + 1) | 0;
    if (this.descriptors !== 1) this.descriptors = 1;
    if ((flags & WRITE) === 0) {
      this.readableSegments.holdOne(address, size);
      if (this.writableSegments.count > 0) this.writableSegments.clear();
    } else {
      this.writableSegments.holdOne(address, size);
      if (this.readableSegments.count > 0) this.readableSegments.clear();
    }
    return true;
  }

  /** Takes the memory away from whoever has the chain. For queues. */
  revoke(): void {
    this.revoked = true;
    this.out = false;
    this.writable.drop();
    this.begin();
  }
}
