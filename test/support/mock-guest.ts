import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  type DeviceQueue,
  DmaAllocator,
  type DmaBuffer,
  type DriverQueue,
  GuestMemory,
  type QueueConfig,
} from '../../src/virtio/index.ts';

/** Guest memory with one queue in it, for tests of drivers and of device models. */
export class MockGuest {
  readonly buffer: SharedArrayBuffer;
  readonly memory: GuestMemory;
  readonly dma: DmaAllocator;
  readonly config: QueueConfig;

  /** @param bytes of guest memory, from address 0 on; the first page is never handed out */
  constructor(size: number, features = 0, bytes = 1 << 20) {
    this.buffer = new SharedArrayBuffer(bytes);
    this.memory = GuestMemory.over(this.buffer);
    this.dma = new DmaAllocator(4096, bytes - 4096);
    this.config = { size, features, ...allocateQueueAreas(this.dma, size, features) };
  }

  /** The driver's end, with indirect descriptors when they are negotiated. */
  driver<T extends {}>(): DriverQueue<T> {
    return createDriverQueue<T>(this.memory, this.config, this.dma);
  }

  device(): DeviceQueue {
    return createDeviceQueue(this.memory, this.config);
  }

  /** A buffer of `len` bytes, each `fill`, or one that holds `content`. */
  alloc(content: number | Uint8Array, fill = 0): DmaBuffer {
    const len = typeof content === 'number' ? content : content.length;
    const buffer = { addr: this.dma.alloc(Math.max(1, len)), len };
    if (typeof content === 'number') this.bytes(buffer).fill(fill);
    else this.bytes(buffer).set(content);
    return buffer;
  }

  /** What is in a buffer. */
  bytes({ addr, len }: DmaBuffer): Uint8Array {
    return new Uint8Array(this.buffer, addr, len);
  }
}

/** A descriptor as it lies in memory, true or not. */
export interface RawDescriptor {
  readonly addr: number | bigint;
  readonly len: number;
  readonly flags: number;
  /** `next` of a split, `id` of a packed descriptor. */
  readonly link?: number;
}

/** A descriptor that was read from memory. */
export interface SeenDescriptor {
  addr: number;
  len: number;
  flags: number;
  link: number;
}

/** Writes a descriptor of either layout at guest address `at`. Split: flags, next; packed: id, flags. */
export function writeRawDescriptor(
  view: DataView,
  at: number,
  descriptor: RawDescriptor,
  packed: boolean,
): void {
  view.setBigUint64(at, BigInt(descriptor.addr), true);
  view.setUint32(at + 8, descriptor.len, true);
  view.setUint16(at + (packed ? 14 : 12), descriptor.flags, true);
  view.setUint16(at + (packed ? 12 : 14), descriptor.link ?? 0, true);
}

/**
 * A split queue's memory by the offsets of virtio 1.3, 2.7, for playing a driver or a device that lies. It
 * shares nothing with the queues but the specification.
 */
export class RawSplitRing {
  readonly view: DataView;
  readonly #config: QueueConfig;

  /** @param buffer guest memory from address 0 on */
  constructor(buffer: SharedArrayBuffer, config: QueueConfig) {
    this.view = new DataView(buffer);
    this.#config = config;
  }

  setDescriptor(index: number, descriptor: RawDescriptor): void {
    writeRawDescriptor(this.view, this.#config.descriptor + 16 * index, descriptor, false);
  }

  descriptor(index: number): SeenDescriptor {
    const at = this.#config.descriptor + 16 * index;
    return {
      addr: Number(this.view.getBigUint64(at, true)),
      len: this.view.getUint32(at + 8, true),
      flags: this.view.getUint16(at + 12, true),
      link: this.view.getUint16(at + 14, true),
    };
  }

  /** Makes heads available, one after the other. */
  offer(...heads: readonly number[]): void {
    for (const head of heads) {
      this.setAvailEntry(this.availIdx, head);
      this.availIdx = this.availIdx + 1;
    }
  }

  get availFlags(): number {
    return this.view.getUint16(this.#config.driver, true);
  }

  set availFlags(flags: number) {
    this.view.setUint16(this.#config.driver, flags, true);
  }

  get availIdx(): number {
    return this.view.getUint16(this.#config.driver + 2, true);
  }

  set availIdx(index: number) {
    this.view.setUint16(this.#config.driver + 2, index, true);
  }

  availEntry(index: number): number {
    return this.view.getUint16(this.#config.driver + 4 + 2 * (index % this.#config.size), true);
  }

  setAvailEntry(index: number, head: number): void {
    this.view.setUint16(this.#config.driver + 4 + 2 * (index % this.#config.size), head, true);
  }

  get usedEvent(): number {
    return this.view.getUint16(this.#config.driver + 4 + 2 * this.#config.size, true);
  }

  set usedEvent(index: number) {
    this.view.setUint16(this.#config.driver + 4 + 2 * this.#config.size, index, true);
  }

  get usedFlags(): number {
    return this.view.getUint16(this.#config.device, true);
  }

  set usedFlags(flags: number) {
    this.view.setUint16(this.#config.device, flags, true);
  }

  get usedIdx(): number {
    return this.view.getUint16(this.#config.device + 2, true);
  }

  set usedIdx(index: number) {
    this.view.setUint16(this.#config.device + 2, index, true);
  }

  usedEntry(index: number): { id: number; len: number } {
    const at = this.#config.device + 4 + 8 * (index % this.#config.size);
    return { id: this.view.getUint32(at, true), len: this.view.getUint32(at + 4, true) };
  }

  /** Uses buffers, one after the other, as a device would. */
  use(...entries: readonly { id: number; len: number }[]): void {
    for (const { id, len } of entries) {
      const at = this.#config.device + 4 + 8 * (this.usedIdx % this.#config.size);
      this.view.setUint32(at, id, true);
      this.view.setUint32(at + 4, len, true);
      this.usedIdx = this.usedIdx + 1;
    }
  }

  get availEvent(): number {
    return this.view.getUint16(this.#config.device + 4 + 8 * this.#config.size, true);
  }

  set availEvent(index: number) {
    this.view.setUint16(this.#config.device + 4 + 8 * this.#config.size, index, true);
  }
}

/** As `RawSplitRing`, of a packed queue (virtio 1.3, 2.8). */
export class RawPackedRing {
  readonly view: DataView;
  readonly #config: QueueConfig;

  constructor(buffer: SharedArrayBuffer, config: QueueConfig) {
    this.view = new DataView(buffer);
    this.#config = config;
  }

  /** Writes a descriptor with exactly these flags: AVAIL is 0x80, USED 0x8000. */
  setDescriptor(index: number, descriptor: RawDescriptor): void {
    writeRawDescriptor(this.view, this.#config.descriptor + 16 * index, descriptor, true);
  }

  descriptor(index: number): SeenDescriptor {
    const at = this.#config.descriptor + 16 * index;
    return {
      addr: Number(this.view.getBigUint64(at, true)),
      len: this.view.getUint32(at + 8, true),
      flags: this.view.getUint16(at + 14, true),
      link: this.view.getUint16(at + 12, true),
    };
  }

  /** Event suppression structures: offset and wrap counter in the lower, flags in the upper half. */
  get driverEvent(): number {
    return this.view.getUint32(this.#config.driver, true);
  }

  set driverEvent(word: number) {
    this.view.setUint32(this.#config.driver, word, true);
  }

  get deviceEvent(): number {
    return this.view.getUint32(this.#config.device, true);
  }

  set deviceEvent(word: number) {
    this.view.setUint32(this.#config.device, word, true);
  }
}
