import type { RequestQueue } from '../queue/queue.ts';
import type { Failure } from '../requests/failure.ts';

/**
 * A device model, whatever transport carries it: what a BE driver implements, and what the local and the
 * vhost-user back-end call. One thread calls all of it.
 */
export interface VirtioDevice {
  /** Virtio device id: 34 I2C, 41 GPIO, 45 SPI. */
  readonly deviceId: number;
  /** Device-specific feature bits offered (0 to 23). The ring's own bits are the transport's. */
  readonly features: number;
  readonly queueCount: number;
  /** The configuration space as it is now; empty where the device has none. */
  readonly config: Uint8Array;
  /** Why its last request failed, for a driver that has accepted `DTBUS_F_ERRNO`; see `DTBUS_REASON`. */
  readonly failure?: Failure | undefined;
  /**
   * True while requests are in the hands of something that answers by promise: the thread must then let its
   * event loop run instead of sleeping.
   */
  readonly busy: boolean;
  /** FEATURES_OK: may the driver go on with these? (virtio 1.3, 3.1.1 step 6) */
  acceptFeatures(features: number): boolean;
  /**
   * DRIVER_OK: the queues are live. After chains were given back the device calls `notifyUsed`, which tells
   * the driver if the driver wants to be told.
   */
  activate(queues: readonly RequestQueue[], notifyUsed: (queue: number) => void): void;
  /**
   * There may be chains in this queue: takes all of them. Called on a kick, or while polling.
   * @returns when it wants to be called again without a kick, on `performance.now()`'s clock in ms;
   * `Infinity` where a kick is enough.
   */
  processQueue(queue: number): number;
  /** Lets go of all queues. What was in flight is completed or forgotten, never written afterwards. */
  reset(): void;
}
