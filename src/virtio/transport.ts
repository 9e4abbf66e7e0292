import type { GuestMemory } from './guest-memory.ts';
import type { QueueConfig } from './queue.ts';

/**
 * A device as its driver reaches it (virtio 1.3, 4): the registers that every transport has under one name or
 * another, the doorbells, and the memory that both ends see.
 */
export interface VirtioTransport {
  /** Where rings and buffers live. */
  readonly memory: GuestMemory;
  readonly deviceId: number;
  /** True once nobody answers at the other end any more. */
  readonly gone: boolean;
  /** Longest queue the device takes. */
  maxQueueSize(queue: number): number;
  deviceFeatures(): number;
  setDriverFeatures(features: number): void;
  status(): number;
  /** Writing 0 resets the device; it has let go of every buffer when this returns. */
  setStatus(status: number): void;
  /** `length` bytes of the device's configuration space. */
  readConfig(offset: number, length: number): Uint8Array;
  setupQueue(queue: number, config: QueueConfig): void;
  /** Kick: tells the device that there are buffers. */
  notify(queue: number): void;
  /**
   * How often the device has called back so far. Read it, look at the ring, then wait for it to differ:
   * no call is missed in between.
   */
  calls(queue: number): number;
  /** Waits until `calls` differs from `seen`, at most `timeoutMs`. Blocks the thread. */
  waitSync(queue: number, seen: number, timeoutMs: number): void;
  wait(queue: number, seen: number, timeoutMs: number): Promise<void>;
  close(): void;
}
