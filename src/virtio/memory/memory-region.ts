/**
 * One stretch of guest-physical addresses and the bytes behind it: entry of a vhost-user memory table, or
 * the whole of a SharedArrayBuffer.
 */
export interface MemoryRegion {
  /** First guest-physical address. */
  readonly guestAddress: number;
  /** Length in bytes. */
  readonly size: number;
  readonly buffer: ArrayBufferLike;
  /** Where in `buffer` the region begins. */
  readonly byteOffset: number;
}

/** A stretch of memory that may be too large for one view: views are made of what is looked at. */
export interface WindowedRegion {
  readonly guestAddress: number;
  readonly size: number;
  /** A view of `length` bytes, at most 2^32, from byte `offset` of the region on. */
  readonly viewOf: (offset: number, length: number) => ArrayBufferLike;
}

/** A region with its byte view, made once; of a `WindowedRegion` the part that was asked for. */
export interface MappedRegion extends MemoryRegion {
  /** First address after the region. */
  readonly guestEnd: number;
  /** All of the region's bytes; index 0 is `guestAddress`. */
  readonly bytes: Uint8Array;
  /** The same bytes for reading numbers at any alignment. */
  readonly view: DataView;
}
