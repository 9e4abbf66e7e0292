import { hasFeature, VIRTIO_F } from '../device/features.ts';
import type { DmaAllocator } from '../memory/dma-allocator.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PackedDeviceQueue } from '../packed/packed-device-queue.ts';
import { PackedDriverQueue } from '../packed/packed-driver-queue.ts';
import { PACKED_ALIGN, packedAreaSizes } from '../packed/packed-layout.ts';
import { SplitDeviceQueue } from '../split/split-device-queue.ts';
import { SplitDriverQueue } from '../split/split-driver-queue.ts';
import { SPLIT_ALIGN, splitAreaSizes } from '../split/split-layout.ts';
import type { DeviceQueue, DriverQueue, QueueAreas, QueueConfig } from './queue.ts';
import type { DeviceQueueState, DriverQueueState } from './queue-state.ts';

/** Bytes that each of the three areas of a queue of `size` descriptors takes, in the negotiated layout. */
export function queueAreaSizes(size: number, features: number): QueueAreas {
  return isPacked(features) ? packedAreaSizes(size) : splitAreaSizes(size);
}

/** Room for the three areas of a queue of `size` descriptors. @throws {DmaError} */
export function allocateQueueAreas(dma: DmaAllocator, size: number, features: number): QueueAreas {
  const bytes = queueAreaSizes(size, features);
  const align = isPacked(features) ? PACKED_ALIGN : SPLIT_ALIGN;
  return {
    descriptor: dma.alloc(bytes.descriptor, align.descriptor),
    driver: dma.alloc(bytes.driver, align.driver),
    device: dma.alloc(bytes.device, align.device),
  };
}

/**
 * The driver's end of a queue in the layout that was negotiated. `dma` lets it use indirect descriptors.
 * @param state goes on where another queue was saved: kick once, what was saved may be new to the device
 * @throws {RangeError} for a size or an area that cannot be.
 */
export function createDriverQueue<T extends {}>(
  memory: GuestMemory,
  config: QueueConfig,
  dma?: DmaAllocator,
  state?: DriverQueueState<T>,
): DriverQueue<T> {
  return isPacked(config.features)
    ? new PackedDriverQueue<T>(memory, config, dma, state)
    : new SplitDriverQueue<T>(memory, config, dma, state);
}

/**
 * The device's end of a queue in the layout that was negotiated. Indirect descriptors are taken whether they
 * were negotiated or not: there are front-ends that use them all the same.
 * @param state goes on where another queue was saved
 * @throws {RangeError} for a size or an area that cannot be, or a state that does not fit.
 */
export function createDeviceQueue(
  memory: GuestMemory,
  config: QueueConfig,
  state?: DeviceQueueState,
): DeviceQueue {
  return isPacked(config.features)
    ? new PackedDeviceQueue(memory, config, state)
    : new SplitDeviceQueue(memory, config, state);
}

function isPacked(features: number): boolean {
  return hasFeature(features, VIRTIO_F.RING_PACKED);
}
