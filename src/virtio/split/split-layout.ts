import { DESC_BYTES, DESC_WORDS } from '../chain/descriptor.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { MAX_QUEUE_SIZE, type QueueAreas, type QueueConfig } from '../queue/queue.ts';
import { offsetInBuffer, ringArea } from '../queue/ring-area.ts';

/** `flags` of the available ring: the driver wants no notifications (virtio 1.3, 2.7.6). */
export const AVAIL_F_NO_INTERRUPT = 1;
/** `flags` of the used ring: the device wants no notifications (2.7.8). */
export const USED_F_NO_NOTIFY = 1;

/** Index of each le16 in the available ring (2.7.6): flags, idx, ring[size], used_event. */
export const AVAIL = { FLAGS: 0, IDX: 1, RING: 2 } as const;
/** Index of the first le16s in the used ring (2.7.8); then come `size` elements, then avail_event. */
export const USED = { FLAGS: 0, IDX: 1, RING: 2 } as const;
/** Words of a used element: le32 id, le32 len. */
export const USED_ELEM = { ID: 0, LEN: 1 } as const;
export const USED_ELEM_WORDS = 2;

/** Alignment of the three areas (2.7, table). */
export const SPLIT_ALIGN: QueueAreas = { descriptor: 16, driver: 2, device: 4 };

/** Index of used_event among the le16s of the available ring. */
export function usedEventIndex(size: number): number {
  return AVAIL.RING + size;
}

/** Index of avail_event among the le16s of the used ring. */
export function availEventIndex(size: number): number {
  return USED.RING + 2 * USED_ELEM_WORDS * size;
}

/** Sizes of the three areas in bytes (2.7, table; with the event fields). */
export function splitAreaSizes(size: number): QueueAreas {
  return {
    descriptor: DESC_BYTES * size,
    driver: 2 * (usedEventIndex(size) + 1),
    device: 2 * (availEventIndex(size) + 1),
  };
}

/** Typed views of the three areas of a split queue. */
export interface SplitViews {
  /** The descriptor table, four words a descriptor. */
  readonly desc: Int32Array;
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
    throw new RangeError(`invalid queue size: expected a power of two up to ${MAX_QUEUE_SIZE}, got ${size}`);
  }
  const bytes = splitAreaSizes(size);
  const table = ringArea(
    memory,
    'descriptor table',
    config.descriptor,
    bytes.descriptor,
    SPLIT_ALIGN.descriptor,
  );
  const avail = ringArea(memory, 'available ring', config.driver, bytes.driver, SPLIT_ALIGN.driver);
  const used = ringArea(memory, 'used ring', config.device, bytes.device, SPLIT_ALIGN.device);
  const usedAt = offsetInBuffer(used, config.device);
  return {
    desc: new Int32Array(table.buffer, offsetInBuffer(table, config.descriptor), DESC_WORDS * size),
    avail: new Uint16Array(avail.buffer, offsetInBuffer(avail, config.driver), bytes.driver / 2),
    used: new Uint16Array(used.buffer, usedAt, bytes.device / 2),
    usedElements: new Uint32Array(used.buffer, usedAt + 2 * USED.RING, USED_ELEM_WORDS * size),
  };
}
