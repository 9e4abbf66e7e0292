import type { ChainFault } from '../chain/descriptor.ts';
import type { DescriptorChain } from '../chain/descriptor-chain.ts';
import { hasFeature, VIRTIO_F } from '../device/features.ts';
import type { DmaBuffer } from '../memory/dma-buffer.ts';
import type { DeviceQueueState, DriverQueueState } from './queue-state.ts';

/** Largest queue of the split and the packed layout (virtio 1.3, 2.7 and 2.8.10.1). */
export const MAX_QUEUE_SIZE = 32768;

export type { DmaBuffer };

/** Where the three parts of a virtqueue lie, as guest-physical addresses (virtio 1.3, 2.6). */
export interface QueueAreas {
  /** Descriptor table (split) or descriptor ring (packed). */
  readonly descriptor: number;
  /** Available ring (split) or driver event suppression (packed): written by the driver. */
  readonly driver: number;
  /** Used ring (split) or device event suppression (packed): written by the device. */
  readonly device: number;
}

/** What both ends must agree on before a queue runs. */
export interface QueueConfig extends QueueAreas {
  /** Number of descriptors, up to 32768; of a split queue a power of two. */
  readonly size: number;
  /** Negotiated feature set; of interest are INDIRECT_DESC, EVENT_IDX, IN_ORDER, RING_PACKED. */
  readonly features: number;
  /** Most bytes of one request that a device takes; 2^32 - 1 when it is not said (virtio 1.3, 2.7.5.2). */
  readonly chainBytes?: number;
}

/**
 * The driver's end of a virtqueue. `T` is whatever the driver wants back when a request is done.
 *
 * A batch is any number of `addBuf` followed by one `kick`: only then is the device sure to see it.
 * A queue whose device broke the rules is `broken`: it takes and gives nothing any more until it is reset.
 */
export interface DriverQueue<T extends {}> {
  readonly size: number;
  /** Descriptors that are free now. */
  readonly free: number;
  /** Requests that are with the device. */
  readonly inFlight: number;
  /** Why the queue stopped, when the device broke the rules. */
  readonly broken: string | undefined;
  /** Bytes that the device says it wrote for the request that `getBuf` gave last; at most what it was given. */
  readonly usedLength: number;
  /** How many free descriptors a request of `buffers` pieces takes: one when it goes into an indirect table. */
  descriptorsFor(buffers: number): number;
  /**
   * Offers one request: `readable` pieces for the device to read, then `writable` ones for it to fill.
   * False when there is no room now, and then nothing has changed. The arrays are not kept.
   * @throws {RangeError} for a request that no empty queue could hold.
   */
  addBuf(readable: readonly DmaBuffer[], writable: readonly DmaBuffer[], token: T): boolean;
  /** Makes everything that was added visible; true when the device wants to be notified of it. */
  kickPrepare(): boolean;
  /** `kickPrepare`, and `notify` when it says so. */
  kick(notify: () => void): void;
  /** Token of a finished request, or undefined when there is none yet. */
  getBuf(): T | undefined;
  /** True when `getBuf` would give something (or the queue is found broken). */
  poll(): boolean;
  /** Asks the device not to notify. A hint: notifications may still come. */
  disableCallback(): void;
  /** Asks the device to notify of the next used buffer. False when there is one already: then go on with `getBuf`. */
  enableCallback(): boolean;
  /** After the device was reset: gives back, one at a time, the requests that it never finished. */
  detachUnused(): T | undefined;
  /** RING_RESET, once the device has carried it out: forgets all requests and starts anew with empty areas. */
  reset(): void;
  /** After the device was reset: frees the indirect tables. The queue is done with. */
  close(): void;
  /** What another queue needs to go on from here. Shows the device what was added. */
  snapshot(): DriverQueueState<T>;
}

/** What a device model sees of a queue: requests come out of it and go back. */
export interface RequestQueue {
  /**
   * The next available chain. A malformed one is given back with nothing written and the next is tried.
   * Chains may be given back in any order; the object is reused after its `pushUsed`.
   */
  pop(): DescriptorChain | undefined;
  /**
   * Gives a chain back; `written` bytes, counted from the first writable one, are valid. The driver sees it
   * at once; with IN_ORDER when all older ones are back too. One of before a reset is let go quietly.
   * @throws {Error} when the chain was given back already.
   */
  pushUsed(chain: DescriptorChain, written: number): void;
}

/** The device's end of a virtqueue. */
export interface DeviceQueue extends RequestQueue {
  readonly size: number;
  /** Chains that were popped and not yet given back. */
  readonly inFlight: number;
  /** Why the queue stopped: the driver broke the ring as a whole; only a reset helps (set NEEDS_RESET). */
  readonly broken: string | undefined;
  /** Chains that were returned unread because they were malformed. */
  readonly malformed: number;
  /** What was wrong with the last of them. */
  readonly malformedReason: ChainFault | undefined;
  /** True when `pop` would have something to look at. */
  poll(): boolean;
  /** As `pushUsed`, for a batch: the driver sees it after `flush` or `needsNotification`. */
  stageUsed(chain: DescriptorChain, written: number): void;
  /** Shows the driver what was staged. */
  flush(): void;
  /** Call after a batch of `pushUsed`: true when the driver wants to be notified of it. */
  needsNotification(): boolean;
  /** Asks the driver to notify of the next available buffer. True when there is one already: then go on with `pop`. */
  enableNotification(): boolean;
  /** Asks the driver not to notify, while the queue is polled. */
  disableNotification(): void;
  /** RING_RESET, or the reset of the whole device: chains that are out lose their memory, all starts anew. */
  reset(): void;
  /** What another queue needs to go on from here. Flushes. The chains that are out are part of it. */
  snapshot(): DeviceQueueState;
}

/** The features that shape a queue, read from the set once. */
export interface QueueFeatures {
  readonly indirect: boolean;
  readonly eventIdx: boolean;
  readonly inOrder: boolean;
  readonly packed: boolean;
}

export function queueFeatures(set: number): QueueFeatures {
  return {
    indirect: hasFeature(set, VIRTIO_F.INDIRECT_DESC),
    eventIdx: hasFeature(set, VIRTIO_F.EVENT_IDX),
    inOrder: hasFeature(set, VIRTIO_F.IN_ORDER),
    packed: hasFeature(set, VIRTIO_F.RING_PACKED),
  };
}

/**
 * Whether a peer that asked to be told of `event` wants a notification, now that the index went from `old`
 * to `now` (virtio 1.3, 2.7.7.2: all modulo 2^16).
 */
export function needEvent(event: number, now: number, old: number): boolean {
  return ((now - event - 1) & 0xffff) < ((now - old) & 0xffff);
}
