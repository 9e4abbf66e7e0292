import type { DeviceNode, Errno } from '../bus/index.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DEVICE_STATUS,
  type DmaAllocator,
  type DriverQueue,
  driverOk,
  featureSet,
  negotiate,
  type QueueAreas,
  VIRTIO_F,
  type VirtioTransport,
} from '../virtio/index.ts';

/** Ring features that every driver of ours can use. */
const RING_FEATURES = featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.INDIRECT_DESC, VIRTIO_F.EVENT_IDX);

const QUEUE_SIZE = 256;

/** What is known of a device before any driver looks at it. */
export interface DeviceDescription {
  /** The node whose children are the bus's clients. */
  readonly node: DeviceNode;
  /** What drivers match, best first. */
  readonly compatible: readonly string[];
  /** Number of the bus, from `aliases`. */
  readonly number: number;
  readonly transport: VirtioTransport;
  /** Where the driver's rings and buffers come from. */
  readonly dma: DmaAllocator;
  /** Asks the back-end why a request failed with this errno a moment ago; undefined where it does not know more. */
  readonly reasonOf?: ((code: Errno) => string | undefined) | undefined;
}

/** A virtio device in the hands of its driver: initialisation step by step (virtio 1.3, 3.1.1) and queues. */
export class VirtioDeviceHandle implements DeviceDescription {
  /** `virtio0` */
  readonly name: string;
  readonly node: DeviceNode;
  readonly compatible: readonly string[];
  readonly number: number;
  readonly transport: VirtioTransport;
  readonly dma: DmaAllocator;
  readonly reasonOf: ((code: Errno) => string | undefined) | undefined;
  /** What was agreed on; 0 before. */
  features = 0;
  readonly #areas: QueueAreas[] = [];

  constructor(name: string, description: DeviceDescription) {
    this.name = name;
    this.node = description.node;
    this.compatible = description.compatible;
    this.number = description.number;
    this.transport = description.transport;
    this.dma = description.dma;
    this.reasonOf = description.reasonOf;
  }

  get deviceId(): number {
    return this.transport.deviceId;
  }

  get status(): number {
    return this.transport.status();
  }

  /**
   * Steps 1 to 6: resets the device and agrees on features.
   * @param known device-specific bits that the driver can use
   * @param required those it cannot do without
   * @throws {NegotiationError}
   */
  negotiate(known: number, required = 0): number {
    this.features = negotiate(this.transport, RING_FEATURES + known, required);
    return this.features;
  }

  /** Step 7: makes a queue and tells the device where it lies. */
  createQueue<T extends {}>(index: number): DriverQueue<T> {
    const size = Math.min(QUEUE_SIZE, this.transport.maxQueueSize(index));
    if (size === 0) throw new Error(`${this.node.path}: the device has no queue ${index}`);
    const areas = allocateQueueAreas(this.dma, size, this.features);
    this.#areas.push(areas);
    const config = { ...areas, size, features: this.features };
    const queue = createDriverQueue<T>(this.transport.memory, config, this.dma);
    this.transport.setupQueue(index, config);
    return queue;
  }

  /** Step 8: DRIVER_OK. */
  ready(): void {
    driverOk(this.transport);
  }

  /** The driver gives up on the device. */
  fail(): void {
    if (!this.transport.gone) this.transport.setStatus(this.status | DEVICE_STATUS.FAILED);
  }

  /** Resets the device and frees its queues. */
  reset(): void {
    if (!this.transport.gone) this.transport.setStatus(0);
    this.features = 0;
    for (const areas of this.#areas.splice(0)) {
      for (const address of [areas.descriptor, areas.driver, areas.device]) this.dma.free(address);
    }
  }
}
