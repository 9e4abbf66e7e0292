import { Reader, Writer } from './cursor.ts';
import type { GuestMemory } from './guest-memory.ts';
import { SegmentList } from './segment-list.ts';

/**
 * One request as the device sees it: what it may read, then what it may write. It belongs to whoever popped
 * it until `pushUsed`; after that the queue uses the object for another request.
 */
export class DescriptorChain {
  /** The descriptor (split) or buffer id (packed) that names the chain on the ring. */
  head = 0;
  /** Ring descriptors that the chain takes up. */
  descriptors = 0;
  /** True from `pop` to `pushUsed`. */
  out = false;
  /** Pieces behind `readable`. */
  readonly readableSegments: SegmentList;
  /** Pieces behind `writable`. */
  readonly writableSegments: SegmentList;
  readonly readable: Reader;
  readonly writable: Writer;

  constructor(memory: GuestMemory) {
    this.readableSegments = new SegmentList(memory);
    this.writableSegments = new SegmentList(memory);
    this.readable = new Reader(this.readableSegments);
    this.writable = new Writer(this.writableSegments);
  }

  /** Empties the chain for the request that `head` names. For queues. */
  begin(head: number): void {
    this.head = head;
    this.descriptors = 0;
    this.readableSegments.clear();
    this.writableSegments.clear();
  }

  /** Sets both cursors to the start and gives the chain out. For queues. */
  ready(): void {
    this.readable.rewind();
    this.writable.rewind();
    this.out = true;
  }
}
