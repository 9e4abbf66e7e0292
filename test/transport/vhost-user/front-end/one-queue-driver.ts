import type { VhostUserFrontEnd } from '../../../../src/transport/vhost-user/front-end/front-end.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  type DriverQueue,
  driverOk,
  featureSet,
  negotiate,
  VIRTIO_F,
} from '../../../../src/virtio/index.ts';

export const WANTED = featureSet(0, VIRTIO_F.VERSION_1, VIRTIO_F.INDIRECT_DESC, VIRTIO_F.EVENT_IDX);

/** The driver's side of a device with one queue. */
export class OneQueueDriver {
  readonly transport: VhostUserFrontEnd;
  readonly dma: DmaAllocator;
  readonly queue: DriverQueue<number>;

  constructor(transport: VhostUserFrontEnd, size = 16, wanted = WANTED) {
    this.transport = transport;
    this.dma = new DmaAllocator(transport.dmaRange.address, transport.dmaRange.size);
    const features = negotiate(transport, wanted, featureSet(0));
    const config = { ...allocateQueueAreas(this.dma, size, features), size, features };
    this.queue = createDriverQueue<number>(transport.memory, config, this.dma);
    transport.setupQueue(0, config);
    driverOk(transport);
  }

  put(bytes: ArrayLike<number>): { addr: number; len: number } {
    const addr = this.dma.alloc(bytes.length);
    this.transport.memory.slice(addr, bytes.length).set(bytes);
    return { addr, len: bytes.length };
  }

  /** An I2C read of two bytes; the result's place. */
  read(address: number, token: number): { addr: number; len: number } {
    const header = this.put([address << 1, 0, 0, 0, 2, 0, 0, 0]);
    const room = this.put([0xdd, 0xdd]);
    this.queue.addBuf([header], [room, this.put([0xee])], token);
    this.queue.kick(() => this.transport.notify(0));
    return room;
  }

  get(at: { addr: number; len: number }): number[] {
    return [...this.transport.memory.slice(at.addr, at.len)];
  }
}
