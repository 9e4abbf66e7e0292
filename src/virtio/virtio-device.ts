import type { DeviceQueue } from './queue.ts';

/** A device model, whatever the transport that shows it to a driver. */
export interface VirtioDevice {
  /** Virtio device id: 34 I2C, 45 SPI, 41 GPIO. */
  readonly deviceId: number;
  /** Device-specific feature set (bits 0 to 23); the transport adds those of the ring. */
  readonly features: number;
  readonly queueCount: number;
  /** Configuration space as the driver reads it; empty where the device has none. */
  readonly config: Uint8Array;
  /** True while a request waits for a promise: the event loop of this thread has to run. */
  readonly busy: boolean;
  /** The device's own rules for the set that the driver chose. */
  acceptFeatures(features: number): boolean;
  /**
   * The driver is ready (DRIVER_OK). `notify(queue)` is to be called after chains of that queue were given
   * back; it asks the queue whether the driver wants to know.
   */
  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void;
  /**
   * Works off what is available. Returns when it wants to be called again although nobody kicked, in ms of
   * `performance.now()`; `Infinity` when never.
   */
  processQueue(queue: number): number;
  /** Drops all requests and goes back to the state before `activate`. */
  reset(): void;
}
