import { connectUnix } from '../../src/os/index.ts';
import { VhostUserFrontEnd } from '../../src/transport/index.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  type DriverQueue,
  driverOk,
  featureSet,
  negotiate,
  VIRTIO_F,
} from '../../src/virtio/index.ts';

/** A request as its bytes: what the device reads, and how much it may write, the status byte included. */
export interface RawRequest {
  readonly sent: ArrayLike<number>;
  readonly room: number;
}

const SIZE = 64;
const PATIENCE_MS = 5000;

/**
 * A driver that means ill: puts requests of any bytes into the ring, as many as it likes before one kick. It
 * knows nothing of messages, so that nothing of ours stands between it and the device.
 */
export class BatchingDriver {
  readonly #transport: VhostUserFrontEnd;
  readonly #dma: DmaAllocator;
  readonly #queue: DriverQueue<number>;

  constructor(socket: string, deviceId: 34 | 45) {
    this.#transport = new VhostUserFrontEnd({ connect: () => connectUnix(socket), deviceId });
    const own = deviceId === 34 ? featureSet(0) : 0;
    const features = negotiate(this.#transport, featureSet(VIRTIO_F.VERSION_1), own);
    const { address, size } = this.#transport.dmaRange;
    this.#dma = new DmaAllocator(address, size);
    const config = { ...allocateQueueAreas(this.#dma, SIZE, features), size: SIZE, features };
    this.#queue = createDriverQueue<number>(this.#transport.memory, config, this.#dma);
    this.#transport.setupQueue(0, config);
    driverOk(this.#transport);
  }

  /** All in one kick. @returns what the device wrote for each, its status last; 0xee where it wrote nothing */
  batch(requests: readonly RawRequest[]): number[][] {
    const seen = this.#transport.calls(0);
    const answers = requests.map(({ sent, room }, index) => {
      const readable = this.#put(sent);
      const writable = this.#put(new Uint8Array(room).fill(0xee));
      if (!this.#queue.addBuf([readable], [writable], index)) throw new Error('the ring is full');
      return writable;
    });
    this.#queue.kick(() => this.#transport.notify(0));
    const giveUp = performance.now() + PATIENCE_MS;
    for (let done = 0, calls = seen; done < requests.length; ) {
      if (performance.now() > giveUp) throw new Error(`${requests.length - done} requests were not answered`);
      if (this.#queue.getBuf() === undefined) {
        this.#transport.waitSync(0, calls, 50);
        calls = this.#transport.calls(0);
      } else done++;
    }
    return answers.map(({ addr, len }) => [...this.#transport.memory.slice(addr, len)]);
  }

  close(): void {
    this.#transport.close();
  }

  #put(bytes: ArrayLike<number>): { addr: number; len: number } {
    const addr = this.#dma.alloc(bytes.length);
    this.#transport.memory.slice(addr, bytes.length).set(bytes);
    return { addr, len: bytes.length };
  }
}

/** A write to a seven-bit address, as virtio 1.4, 5.16.6 lays it out; `join`: FAIL_NEXT. */
export function i2cWrite(address: number, data: readonly number[], join = false): RawRequest {
  return { sent: [address << 1, 0, 0, 0, join ? 1 : 0, 0, 0, 0, ...data], room: 1 };
}

export function i2cRead(address: number, length: number, join = false): RawRequest {
  return { sent: [address << 1, 0, 0, 0, join ? 3 : 2, 0, 0, 0], room: length + 1 };
}

/** A full-duplex transfer as virtio 1.4, 5.21.6 lays it out: a head of 32 bytes, then the data. */
export function spiTransfer(chipSelect: number, data: readonly number[], csChange = 0): RawRequest {
  const head = new Uint8Array(32);
  head.set([chipSelect, 8, csChange]);
  return { sent: [...head, ...data], room: data.length + 1 };
}
