import { DESC_BYTES, DESC_F, DESC_WORDS } from '../chain/descriptor.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { MAX_QUEUE_SIZE, type QueueAreas, type QueueConfig } from '../queue/queue.ts';
import { offsetInBuffer, ringArea } from '../queue/ring-area.ts';

/**
 * The last word of a packed descriptor is le16 id, le16 flags (virtio 1.3, 2.8.13), so flags are its upper
 * half. It is written and read in one piece: whoever sees the flags sees the id too.
 */
export const ID_MASK = 0xffff;
export const FLAGS_SHIFT = 16;

/** The two flags, in the word, that say whose a descriptor is. */
export const OWNER_MASK = (DESC_F.AVAIL | DESC_F.USED) << FLAGS_SHIFT;

/** What they are when the driver makes a descriptor available in a lap with this wrap counter (2.8.1). */
export function availableMark(wrap: number): number {
  return (wrap === 1 ? DESC_F.AVAIL : DESC_F.USED) << FLAGS_SHIFT;
}

/** What they are when the device has used it. */
export function usedMark(wrap: number): number {
  return wrap === 1 ? OWNER_MASK : 0;
}

/**
 * An event suppression structure is one word (2.8.14): 15 bits of offset, the wrap counter, 2 bits of flags,
 * 14 reserved.
 */
export const RING_EVENT_FLAGS = { ENABLE: 0, DISABLE: 1, DESC: 2 } as const;
export const EVENT = { OFFSET_MASK: 0x7fff, WRAP_SHIFT: 15, FLAGS_SHIFT: 16, FLAGS_MASK: 3 } as const;
const EVENT_BYTES = 4;

export function eventWord(flags: number, position: number, wrap: number): number {
  return (flags << EVENT.FLAGS_SHIFT) | (wrap << EVENT.WRAP_SHIFT) | position;
}

/**
 * Whether the writer of the event suppression word `event` wants a notification, now that the other side's
 * position has moved by `moved` descriptors to `position` in the lap of `wrap` (2.8.10).
 */
export function wantsEvent(
  event: number,
  eventIdx: boolean,
  size: number,
  position: number,
  wrap: number,
  moved: number,
): boolean {
  const flags = (event >>> EVENT.FLAGS_SHIFT) & EVENT.FLAGS_MASK;
  if (flags === RING_EVENT_FLAGS.DISABLE) return false;
  if (flags !== RING_EVENT_FLAGS.DESC || !eventIdx) return true;
  // The event lies among the descriptors just passed when it is at most `moved` behind. Its wrap counter tells laps apart
  // two by two: one that seems to lie ahead was passed in the lap before the last one, if so many were passed.
  const lap = ((event >>> EVENT.WRAP_SHIFT) & 1) === wrap ? 0 : size;
  const ahead = (event & EVENT.OFFSET_MASK) - lap - position;
  const behind = ahead < 0 ? -ahead : 2 * size - ahead;
  return behind >= 1 && behind <= moved;
}

/** Alignment of the three areas (2.8.10.1). */
export const PACKED_ALIGN: QueueAreas = { descriptor: 16, driver: 4, device: 4 };

/** Sizes of the three areas in bytes (2.8.10.1). */
export function packedAreaSizes(size: number): QueueAreas {
  return { descriptor: DESC_BYTES * size, driver: EVENT_BYTES, device: EVENT_BYTES };
}

/** Typed views of the three areas of a packed queue. Signed words hold any value as a small integer. */
export interface PackedViews {
  /** The descriptor ring, four words a descriptor. */
  readonly words: Int32Array;
  readonly driverEvent: Int32Array;
  readonly deviceEvent: Int32Array;
}

/**
 * Checks a packed queue's configuration and makes its views. Any size up to 32768 will do.
 * @throws {RangeError} with the area and what is wrong with it.
 */
export function packedViews(memory: GuestMemory, config: QueueConfig): PackedViews {
  const { size } = config;
  if (!Number.isInteger(size) || size < 1 || size > MAX_QUEUE_SIZE) {
    throw new RangeError(`invalid queue size: expected 1 to ${MAX_QUEUE_SIZE}, got ${size}`);
  }
  const bytes = packedAreaSizes(size);
  const ring = ringArea(
    memory,
    'descriptor ring',
    config.descriptor,
    bytes.descriptor,
    PACKED_ALIGN.descriptor,
  );
  const driver = ringArea(
    memory,
    'driver event suppression',
    config.driver,
    bytes.driver,
    PACKED_ALIGN.driver,
  );
  const device = ringArea(
    memory,
    'device event suppression',
    config.device,
    bytes.device,
    PACKED_ALIGN.device,
  );
  const ringAt = offsetInBuffer(ring, config.descriptor);
  return {
    words: new Int32Array(ring.buffer, ringAt, DESC_WORDS * size),
    driverEvent: new Int32Array(driver.buffer, offsetInBuffer(driver, config.driver), 1),
    deviceEvent: new Int32Array(device.buffer, offsetInBuffer(device, config.device), 1),
  };
}
