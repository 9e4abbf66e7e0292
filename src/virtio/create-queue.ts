import type { DmaAllocator } from './dma-allocator.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { DeviceQueue, DriverQueue, QueueAreas, QueueConfig } from './queue.ts';
import { SplitDeviceQueue } from './split-device-queue.ts';
import { SplitDriverQueue } from './split-driver-queue.ts';
import { SPLIT_ALIGN, splitAreaSizes } from './split-layout.ts';

/** Bytes that each of the three areas of a queue of `size` descriptors takes, in the negotiated layout. */
export function queueAreaSizes(size: number, _features: number): QueueAreas {
  return splitAreaSizes(size);
}

/** Room for the three areas of a queue of `size` descriptors. @throws {DmaError} */
export function allocateQueueAreas(dma: DmaAllocator, size: number, features: number): QueueAreas {
  const bytes = queueAreaSizes(size, features);
  return {
    descriptor: dma.alloc(bytes.descriptor, SPLIT_ALIGN.descriptor),
    driver: dma.alloc(bytes.driver, SPLIT_ALIGN.driver),
    device: dma.alloc(bytes.device, SPLIT_ALIGN.device),
  };
}

/**
 * The driver's end of a queue in the layout that was negotiated. `dma` lets it use indirect descriptors.
 * @throws {RangeError} for a size or an area that cannot be.
 */
export function createDriverQueue<T extends {}>(
  memory: GuestMemory,
  config: QueueConfig,
  dma?: DmaAllocator,
): DriverQueue<T> {
  return new SplitDriverQueue<T>(memory, config, dma);
}

/**
 * The device's end of a queue in the layout that was negotiated.
 * @throws {RangeError} for a size or an area that cannot be.
 */
export function createDeviceQueue(memory: GuestMemory, config: QueueConfig): DeviceQueue {
  return new SplitDeviceQueue(memory, config);
}
