import type { GuestMemory, MappedRegion } from './guest-memory.ts';
import { MAX_QUEUE_SIZE, type QueueConfig } from './queue.ts';

/** Descriptor flags, both layouts (virtio 1.3, 2.7.5 and 2.8.13). */
export const DESC_F = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;

/** `flags` of the available ring: the driver wants no notifications (2.7.6). */
export const AVAIL_F_NO_INTERRUPT = 1;
/** `flags` of the used ring: the device wants no notifications (2.7.8). */
export const USED_F_NO_NOTIFY = 1;

/**
 * A descriptor is four 32-bit words: le64 addr, le32 len, le16 flags, le16 next (2.7.5). In a word of its
 * own, `flags` is the lower half.
 */
export const DESC_WORDS = 4;
export const DESC_BYTES = 16;
export const DESC = { ADDR_LOW: 0, ADDR_HIGH: 1, LEN: 2, FLAGS_NEXT: 3 } as const;

/** Index of each le16 in the available ring (2.7.6): flags, idx, ring[size], used_event. */
export const AVAIL = { FLAGS: 0, IDX: 1, RING: 2 } as const;
/** Index of the first le16s in the used ring (2.7.8): flags, idx, then elements, then avail_event. */
export const USED = { FLAGS: 0, IDX: 1, RING_BYTE: 4 } as const;
/** A used element is two 32-bit words: le32 id, le32 len. */
export const USED_ELEM_BYTES = 8;

/** Sizes of the three areas in bytes and their alignment (2.7, table of alignments). */
export const SPLIT_ALIGN = { descriptor: 16, driver: 2, device: 4 } as const;

export function splitAreaSizes(size: number): { descriptor: number; driver: number; device: number } {
  return {
    descriptor: DESC_BYTES * size,
    driver: 2 * (AVAIL.RING + size + 1),
    device: USED.RING_BYTE + USED_ELEM_BYTES * size + 2,
  };
}

/** Typed views of the three areas of a split queue. */
export interface SplitViews {
  readonly desc: Uint32Array;
  readonly avail: Uint16Array;
  /** The used ring by halves: flags, idx, …, avail_event. */
  readonly used: Uint16Array;
  /** Its elements, two words each. */
  readonly usedElements: Uint32Array;
}

/**
 * Checks a split queue's configuration and makes its views.
 * @throws {RangeError} with the area and what is wrong with it.
 */
export function splitViews(memory: GuestMemory, config: QueueConfig): SplitViews {
  const { size } = config;
  if (!Number.isInteger(size) || size < 1 || size > MAX_QUEUE_SIZE || (size & (size - 1)) !== 0) {
    throw new RangeError(`queue size ${size} is not a power of two up to ${MAX_QUEUE_SIZE}`);
  }
  const bytes = splitAreaSizes(size);
  const descriptor = area(memory, 'descriptor table', config.descriptor, bytes.descriptor, 16);
  const driver = area(memory, 'available ring', config.driver, bytes.driver, SPLIT_ALIGN.driver);
  const device = area(memory, 'used ring', config.device, bytes.device, SPLIT_ALIGN.device);
  const descAt = offsetIn(descriptor, config.descriptor);
  const driverAt = offsetIn(driver, config.driver);
  const deviceAt = offsetIn(device, config.device);
  return {
    desc: new Uint32Array(descriptor.buffer, descAt, DESC_WORDS * size),
    avail: new Uint16Array(driver.buffer, driverAt, bytes.driver / 2),
    used: new Uint16Array(device.buffer, deviceAt, bytes.device / 2),
    usedElements: new Uint32Array(device.buffer, deviceAt + USED.RING_BYTE, 2 * size),
  };
}

function offsetIn(region: MappedRegion, address: number): number {
  return region.byteOffset + (address - region.guestAddress);
}

/** The region of a ring area, checked for place and alignment. @throws {RangeError} */
export function area(
  memory: GuestMemory,
  name: string,
  address: number,
  bytes: number,
  align: number,
): MappedRegion {
  const at = `${name} at 0x${address.toString(16)}`;
  const region = memory.find(address, bytes);
  if (region === undefined) throw new RangeError(`${at}+${bytes} is not inside one memory region`);
  if (address % align !== 0) throw new RangeError(`${at} is not aligned to ${align} bytes`);
  if (offsetIn(region, address) % Math.min(align, 4) !== 0) {
    throw new RangeError(`${at} lies in a region that is not mapped at a multiple of 4 bytes`);
  }
  return region;
}
