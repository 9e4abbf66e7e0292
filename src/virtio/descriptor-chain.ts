import { Reader, Writer } from './cursor.ts';
import type { GuestMemory } from './guest-memory.ts';
import { SegmentList } from './segment-list.ts';

/**
 * One request as the device sees it: what it may read, then what it may write. It belongs to whoever popped
 * it until `pushUsed`; after that the queue uses the object for another request. Several may be out at once.
 * When the queue is reset, chains that are out become empty: their cursors have nothing left to read or
 * write, and giving them back does nothing.
 */
export class DescriptorChain {
  /** The descriptor (split) or buffer id (packed) that names the chain on the ring. */
  head = 0;
  /** Ring descriptors that the chain takes up. */
  descriptors = 0;
  readonly readable: Reader;
  readonly writable: Writer;

  // What follows is the queue's.

  readonly readableSegments: SegmentList;
  readonly writableSegments: SegmentList;
  /** True from `pop` to `pushUsed`. */
  out = false;
  /** True for a chain of before the last reset. */
  revoked = false;
  /** A writable descriptor was seen, even an empty one. */
  hasWritable = false;
  /** Finished, but held back until older chains are (IN_ORDER). */
  held = false;
  /** What was written, once held; and whether that is all there was room for. */
  heldLength = 0;
  heldWhole = false;
  /** The chain that was popped next (IN_ORDER). */
  younger: DescriptorChain | undefined = undefined;

  constructor(memory: GuestMemory) {
    this.readableSegments = new SegmentList(memory);
    this.writableSegments = new SegmentList(memory);
    this.readable = new Reader(this.readableSegments);
    this.writable = new Writer(this.writableSegments);
  }

  /** Empties the object for the request that `head` names. */
  begin(head: number): void {
    this.head = head;
    this.descriptors = 0;
    this.hasWritable = false;
    this.held = false;
    this.readableSegments.clear();
    this.writableSegments.clear();
  }

  /** Sets both cursors to the start and gives the chain out. */
  ready(): void {
    this.readable.rewind();
    this.writable.rewind();
    this.out = true;
  }

  /** Ends its time out; false when its memory went away, so that nothing can be said to be written. */
  finish(): boolean {
    this.out = false;
    return this.writable.flush();
  }

  /** Takes the memory away from whoever has the chain. */
  revoke(): void {
    this.revoked = true;
    this.out = false;
    this.begin(this.head);
    this.readable.rewind();
    this.writable.rewind();
  }
}
