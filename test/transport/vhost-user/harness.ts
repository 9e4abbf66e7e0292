import { existsSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemfd, EventFd, FileDescriptor, Mapping, unixSocketPair } from '../../../src/os/index.ts';
import {
  type ConnectionOptions,
  VhostUserConnection,
} from '../../../src/transport/vhost-user/connection/connection.ts';
import { EventLoop } from '../../../src/transport/vhost-user/event-loop.ts';
import {
  decodePayload,
  NO_PAYLOAD,
  type Payload,
  u64,
} from '../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../src/transport/vhost-user/messages/message-socket.ts';
import { REQUEST, REQUEST_FORMATS } from '../../../src/transport/vhost-user/messages/protocol.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  type DescriptorChain,
  type DeviceQueue,
  DmaAllocator,
  type DriverQueue,
  DTBUS_F_ERRNO,
  featureSet,
  GuestMemory,
  type QueueConfig,
  VIRTIO_F,
  type VirtioDevice,
} from '../../../src/virtio/index.ts';
import { openFiles } from '../../os/open-files.ts';

export const GUEST = 0x1000_0000;
export const USER = 0x7000_0000_0000;
export const MEMORY_BYTES = 1 << 16;
export const NEED_REPLY = 8;

/** Files that a back-end and its tests open: what a leak would show up in. */
export const leaks = (): string[] => openFiles(/memfd|socket|eventfd|eventpoll|timerfd|zero$/);

/** A device that keeps its requests until it is told to give them back. */
export class HoldingDevice implements VirtioDevice {
  readonly deviceId: number;
  readonly features = featureSet(0, DTBUS_F_ERRNO);
  readonly queueCount: number;
  readonly config: Uint8Array;
  readonly held: { queue: number; chain: DescriptorChain }[] = [];
  resets = 0;
  activations = 0;
  /** What `processQueue` answers. */
  due = Number.POSITIVE_INFINITY;
  #queues: readonly DeviceQueue[] = [];
  #notify: (queue: number) => void = () => {};

  constructor(queueCount = 1, deviceId = 34, config = new Uint8Array(0)) {
    this.queueCount = queueCount;
    this.deviceId = deviceId;
    this.config = config;
  }

  get busy(): boolean {
    return this.held.length > 0;
  }

  acceptFeatures(features: number): boolean {
    return features % 2 === 1;
  }

  activate(queues: readonly DeviceQueue[], notifyUsed: (queue: number) => void): void {
    this.activations++;
    this.#queues = queues;
    this.#notify = notifyUsed;
  }

  reset(): void {
    this.resets++;
    this.held.length = 0;
    this.#queues = [];
  }

  processQueue(queue: number): number {
    for (let chain = this.#queues[queue]?.pop(); chain !== undefined; chain = this.#queues[queue]?.pop()) {
      this.held.push({ queue, chain });
    }
    return this.due;
  }

  /** First byte that the driver may read of each held request. */
  get firstBytes(): number[] {
    return this.held.map(({ chain }) => {
      chain.readable.rewind();
      return chain.readable.readU8();
    });
  }

  /** Gives one back, the oldest unless told otherwise, its writable part filled with `value`. */
  release(value = 0, position = 0): void {
    const [first] = this.held.splice(position, 1);
    if (first === undefined) throw new Error('nothing is held');
    const { chain, queue } = first;
    chain.writable.write(new Uint8Array(chain.writable.remaining).fill(value));
    this.#queues[queue]?.pushUsed(chain, chain.writable.length);
    this.#notify(queue);
  }
}

/** A back-end and the loop that it lives in; `peer` is the front-end's end of its socket. */
export class World {
  readonly loop: EventLoop;
  readonly backEnd: VhostUserConnection;
  readonly device: VirtioDevice;
  readonly trace: string[] = [];
  closed: string | undefined;
  readonly peer: MessageSocket;
  readonly memory: TestMemory;

  constructor(device: VirtioDevice, options: ConnectionOptions = {}, memory = new TestMemory()) {
    this.loop = new EventLoop({
      onError: (error) => {
        throw error;
      },
    });
    this.device = device;
    this.memory = memory;
    const [ours, theirs] = unixSocketPair();
    this.peer = new MessageSocket(ours);
    this.backEnd = new VhostUserConnection(theirs, device, this.loop, {
      ...options,
      trace: (sentence) => this.trace.push(sentence),
      onClose: (reason) => {
        this.closed = reason;
      },
    });
  }

  send(request: number, payload: Payload = NO_PAYLOAD, fds: readonly number[] = [], flags = 0): void {
    this.peer.send(request, flags, payload, fds);
    this.loop.poll();
  }

  /** The next answer, or undefined when there is none. */
  answer(): { request: number; flags: number; payload: Payload; files: FileDescriptor[] } | undefined {
    const message = this.peer.receive();
    if (message === undefined || message === 'ended') return undefined;
    const { request, flags, size } = message.header;
    const reply = REQUEST_FORMATS.get(request)?.reply ?? 'none';
    const kind = size === 8 && reply === 'none' ? 'u64' : reply;
    const files = message.files.splice(0);
    return { request, flags, payload: decodePayload(kind, message.payload), files };
  }

  ask(request: number, payload: Payload = NO_PAYLOAD, fds: readonly number[] = []): Payload | undefined {
    this.send(request, payload, fds);
    return this.answer()?.payload;
  }

  /** Sends with NEED_REPLY: true when the back-end says yes. */
  acknowledged(
    request: number,
    payload: Payload = NO_PAYLOAD,
    fds: readonly number[] = [],
  ): boolean | undefined {
    this.send(request, payload, fds, NEED_REPLY);
    const answer = this.answer()?.payload;
    return answer?.kind === 'u64' ? answer.low === 0 : undefined;
  }

  vring(request: number, index: number, num: number): void {
    this.send(request, { kind: 'vring-state', index, num });
  }

  /** Features, protocol features and memory: everything but the rings. */
  greet(features = NEGOTIATED, protocol = PROTOCOL): void {
    this.send(REQUEST.SET_OWNER);
    this.send(REQUEST.SET_PROTOCOL_FEATURES, u64(protocol));
    this.send(REQUEST.SET_FEATURES, u64(features));
    this.shareMemory();
  }

  shareMemory(memory = this.memory): void {
    this.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [memory.region] }, [memory.file.fd]);
  }

  /** `memory: false` leaves it for whoever comes after. */
  async close({ memory = true } = {}): Promise<void> {
    this.backEnd.close();
    this.peer.close();
    if (memory) this.memory.close();
    await this.loop.close();
  }
}

/** MQ, LOG_SHMFD, REPLY_ACK, BACKEND_REQ, INFLIGHT_SHMFD, RESET_DEVICE, STATUS. */
const PROTOCOL = featureSet(0, 1, 3, 5, 12, 13, 16);

export const NEGOTIATED = featureSet(0, VIRTIO_F.VERSION_1, VIRTIO_F.PROTOCOL_FEATURES);

/** A file of zeros that cannot be sealed, as the memory of a User-Mode Linux is: it may be made shorter at any time. */
export function plainFile(size: number): FileDescriptor {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'dtbus-ram-'));
  const file = new FileDescriptor(openSync(join(folder, 'ram'), 'w+'));
  rmSync(folder, { recursive: true });
  ftruncateSync(file.fd, size);
  return file;
}

/** The guest's memory, as its front-end has it. */
export class TestMemory {
  readonly file: FileDescriptor;
  readonly mapping: Mapping;
  readonly guest: GuestMemory;
  readonly dma: DmaAllocator;
  readonly bytes: Uint8Array;
  readonly offset: number;

  constructor(offset = 0, file = createMemfd('guest-ram', MEMORY_BYTES + offset)) {
    this.offset = offset;
    this.file = file;
    this.mapping = new Mapping(this.file.fd, MEMORY_BYTES + offset);
    const buffer = this.mapping.view(offset, MEMORY_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.guest = GuestMemory.over(buffer, GUEST);
    this.dma = new DmaAllocator(GUEST, MEMORY_BYTES);
  }

  get region() {
    return { guestAddress: GUEST, size: MEMORY_BYTES, userAddress: USER, mmapOffset: this.offset };
  }

  /** `content` at an address of its own. */
  put(content: ArrayLike<number>): { addr: number; len: number } {
    const addr = this.dma.alloc(Math.max(content.length, 1));
    this.bytes.set(content, addr - GUEST);
    return { addr, len: content.length };
  }

  get(buffer: { addr: number; len: number }): number[] {
    return [...this.bytes.subarray(buffer.addr - GUEST, buffer.addr - GUEST + buffer.len)];
  }

  close(): void {
    this.mapping.unmap();
    this.file.close();
  }
}

/** A ring of a world's memory with the driver's end of it. */
export class TestRing {
  readonly kick = EventFd.create();
  readonly call = EventFd.create();
  readonly queue: DriverQueue<number>;
  readonly config: QueueConfig;
  readonly index: number;
  #world: World;

  constructor(world: World, index = 0, size = 16, features = NEGOTIATED) {
    this.#world = world;
    this.index = index;
    const areas = allocateQueueAreas(world.memory.dma, size, features);
    this.config = { ...areas, size, features };
    this.queue = createDriverQueue<number>(world.memory.guest, this.config, world.memory.dma);
  }

  /** All messages up to but without SET_VRING_ENABLE, to this world or to one that takes its place. */
  describe(world = this.#world, base = 0): void {
    this.#world = world;
    const { index, config } = this;
    world.vring(REQUEST.SET_VRING_NUM, index, config.size);
    world.vring(REQUEST.SET_VRING_BASE, index, base);
    world.send(REQUEST.SET_VRING_ADDR, this.addresses());
    world.send(REQUEST.SET_VRING_CALL, u64(index), [this.call.fd]);
    world.send(REQUEST.SET_VRING_KICK, u64(index), [this.kick.fd]);
  }

  addresses(): Payload {
    const user = (address: number): number => address - GUEST + USER;
    return {
      kind: 'vring-addr',
      index: this.index,
      flags: 0,
      descriptor: user(this.config.descriptor),
      used: user(this.config.device),
      available: user(this.config.driver),
      log: 0,
    };
  }

  start(world = this.#world, base = 0): this {
    this.describe(world, base);
    world.vring(REQUEST.SET_VRING_ENABLE, this.index, 1);
    return this;
  }

  /** Offers one request and kicks when the device wants it; true when it did. */
  offer(
    token: number,
    readable: { addr: number; len: number }[],
    writable: { addr: number; len: number }[],
  ): boolean {
    if (!this.queue.addBuf(readable, writable, token)) throw new Error('the queue is full');
    const wanted = this.queue.kickPrepare();
    if (wanted) this.kick.signal();
    this.#world.loop.poll();
    return wanted;
  }

  /** Tokens of what came back. */
  finished(): number[] {
    const tokens: number[] = [];
    for (let token = this.queue.getBuf(); token !== undefined; token = this.queue.getBuf())
      tokens.push(token);
    return tokens;
  }

  close(): void {
    this.kick.close();
    this.call.close();
  }
}

/** The pieces of an I2C write or read (virtio 1.3, 5.21.6), laid out in a world's memory. */
export function i2cRequest(
  memory: TestMemory,
  address: number,
  data: { write?: number[]; read?: number; failNext?: boolean },
): {
  readable: { addr: number; len: number }[];
  writable: { addr: number; len: number }[];
  status: { addr: number; len: number };
  data: { addr: number; len: number };
} {
  const flags = (data.failNext === true ? 1 : 0) | (data.read === undefined ? 0 : 2);
  const header = memory.put([(address << 1) & 0xff, 0, 0, 0, flags, 0, 0, 0]);
  const status = memory.put([0xee]);
  if (data.read !== undefined) {
    const room = memory.put(new Uint8Array(data.read).fill(0xdd));
    return { readable: [header], writable: [room, status], status, data: room };
  }
  const bytes = memory.put(data.write ?? []);
  const readable = bytes.len > 0 ? [header, bytes] : [header];
  return { readable, writable: [status], status, data: bytes };
}
