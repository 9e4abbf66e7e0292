import type { GuestMemory } from '../memory/guest-memory.ts';
import type { QueueConfig } from '../queue/queue.ts';
import type { StatusRegisters } from './status.ts';

/** How a driver reaches its device: the operations that virtio 1.3, chapter 4 asks of every transport. */
export interface VirtioTransport extends StatusRegisters {
  /** Memory that both ends see. */
  readonly memory: GuestMemory;
  /** Virtio device id. */
  readonly deviceId: number;
  /** True once the other end has ended: nothing will be answered any more. */
  readonly gone: boolean;
  /** Most descriptors that the queue may have; 0 when there is no such queue. */
  maxQueueSize(queue: number): number;
  /** Copy of configuration space; shorter where it ends. */
  readConfig(offset: number, length: number): Uint8Array;
  setupQueue(queue: number, config: QueueConfig): void;
  /** Available buffer notification: the doorbell. */
  notify(queue: number): void;
  /**
   * Counts the used buffer notifications of a queue. Read it, look at the ring, then wait for it to differ:
   * no call is missed in between.
   */
  calls(queue: number): number;
  /** Waits, blocking the thread, until `calls(queue)` is no longer `seen` or the time is up. */
  waitSync(queue: number, seen: number, timeoutMs: number): void;
  /** As `waitSync`, without blocking. */
  wait(queue: number, seen: number, timeoutMs: number): Promise<void>;
  /** Resets the device and lets go of it. */
  close(): void;
}
