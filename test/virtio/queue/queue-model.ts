import { expect } from 'vitest';
import {
  createDeviceQueue,
  createDriverQueue,
  type DescriptorChain,
  type DeviceQueue,
  type DmaBuffer,
  type DriverQueue,
  featureSet,
  hasFeature,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../../support/mock-guest.ts';

/** A request, and how far it has come. */
interface Request {
  readonly name: string;
  readonly readable: readonly DmaBuffer[];
  readonly writable: readonly DmaBuffer[];
  readonly content: readonly number[];
  readonly room: number;
  /** Ring descriptors that it takes. */
  readonly cost: number;
  chain?: DescriptorChain;
  finished?: { readonly written: number; readonly seed: number };
}

/** When a side wants to be notified: always, never, or when a count passes `at`. */
type Ask = 'always' | 'never' | { readonly at: number };

/** Where both ends stand at the start: any state that a queue in use can be in with nothing on the ring. */
export interface Start {
  /** Split: the index. Packed: descriptors made available so far, in laps of the queue's size. */
  readonly position: number;
}

/**
 * Both ends of a queue driven together, and beside them what the specification says must be the case: which
 * requests are where, in which order they come out, who is to be notified. The model counts without wrapping.
 */
export class ModelledQueue {
  private readonly guest: MockGuest;
  private readonly packed: boolean;
  private readonly eventIdx: boolean;
  private readonly inOrder: boolean;
  private readonly indirect: boolean;
  private readonly size: number;
  private driver: DriverQueue<string>;
  private device: DeviceQueue;
  private readonly requests = new Map<string, Request>();
  private serial = 0;

  // Where the requests are, each list in order.
  private staged: Request[] = [];
  private available: Request[] = [];
  /** Popped and not on the ring again, oldest first. */
  private out: Request[] = [];
  private stagedUsed: Request[] = [];
  private used: Request[] = [];

  // Counts without end: buffers of a split queue, descriptors of a packed one.
  private addedCount = 0;
  private publishedCount = 0;
  private poppedCount = 0;
  private usedCount = 0;
  private signalledCount = 0;
  private gotCount = 0;
  private signalledKnown = false;
  private deviceNotify = true;
  private deviceAsk: Ask;
  private driverAsk: Ask;

  constructor(size: number, features: readonly number[], start: Start) {
    const set = featureSet(...features);
    this.guest = new MockGuest(size, set, 1 << 17);
    this.size = size;
    this.packed = hasFeature(set, VIRTIO_F.RING_PACKED);
    this.eventIdx = hasFeature(set, VIRTIO_F.EVENT_IDX);
    this.inOrder = hasFeature(set, VIRTIO_F.IN_ORDER);
    this.indirect = hasFeature(set, VIRTIO_F.INDIRECT_DESC);
    const { position } = start;
    this.restartAt(position);
    const { memory, config, dma, buffer } = this.guest;
    const lap = Math.floor(position / size);
    const index = this.packed ? position % size : position & 0xffff;
    const wrap = this.packed ? 1 - (lap % 2) : 0;
    if (this.packed) {
      // What the laps before have left behind: used descriptors.
      const ring = new RawPackedRing(buffer, config);
      for (let i = 0; i < size; i++) {
        const mark = (i < index ? wrap : 1 - wrap) === 1 ? 0x8080 : 0;
        ring.setDescriptor(i, { addr: 0, len: 0, flags: position === 0 ? 0 : mark });
      }
    } else {
      const ring = new RawSplitRing(buffer, config);
      ring.availIdx = index;
      ring.usedIdx = index;
    }
    const ends = { availWrap: wrap, usedWrap: wrap, outstanding: [] };
    this.driver = createDriverQueue<string>(memory, config, dma, {
      nextAvail: index,
      lastUsed: index,
      ...ends,
    });
    this.device = createDeviceQueue(memory, config, { nextAvail: index, nextUsed: index, ...ends });
    // The event fields are 0: of a split queue index 0, which comes with the next wrap; of a packed one ENABLE.
    const zero: Ask =
      this.packed || !this.eventIdx ? 'always' : { at: Math.ceil(position / 65_536) * 65_536 };
    this.deviceAsk = zero;
    this.driverAsk = zero;
  }

  add(reads: readonly number[], writes: readonly number[]): void {
    const name = `request ${this.serial++}`;
    const pieces = reads.length + writes.length;
    if (pieces === 0) return;
    const cost = this.indirect && pieces > 1 ? 1 : pieces;
    if (pieces > this.size) {
      expect(() => this.driver.addBuf(this.nowhere(reads), this.nowhere(writes), name)).toThrow(RangeError);
      return;
    }
    const content: number[] = [];
    const readable = reads.map((len) => {
      const bytes = Uint8Array.from({ length: len }, () => (this.serial * 31 + content.length) & 0xff);
      content.push(...bytes);
      return this.guest.alloc(bytes);
    });
    const writable = writes.map((len) => this.guest.alloc(len, 0xee));
    const room = writes.reduce((sum, len) => sum + len, 0);
    const request = { name, readable, writable, content, room, cost };
    const fits = cost <= this.free();
    expect(this.driver.addBuf(readable, writable, name), name).toBe(fits);
    if (!fits) {
      this.forget(request);
      return;
    }
    this.requests.set(name, request);
    this.staged.push(request);
    this.addedCount += this.weight(request);
    this.check();
  }

  kick(): void {
    const wanted = this.staged.length > 0 && this.wants(this.deviceAsk, this.publishedCount, this.addedCount);
    expect(this.driver.kickPrepare(), 'kick').toBe(wanted);
    this.publish();
    this.check();
  }

  pop(): void {
    const request = this.available.shift();
    const chain = this.device.pop();
    if (request === undefined) {
      expect(chain).toBeUndefined();
      if (this.eventIdx && this.deviceNotify) this.deviceAsk = { at: this.poppedCount };
      return;
    }
    if (chain === undefined) throw new Error(`${request.name} was not popped: ${this.device.broken}`);
    expect([...chain.readable.take(chain.readable.remaining)], request.name).toEqual(request.content);
    expect(chain.writable.length).toBe(request.room);
    request.chain = chain;
    this.out.push(request);
    this.poppedCount += this.weight(request);
    this.check();
  }

  /** Gives the `which`th chain that is out back. */
  finish(which: number, share: number, flush: boolean): void {
    const open = this.out.filter(({ finished }) => finished === undefined);
    const request = open[which % Math.max(1, open.length)];
    if (request?.chain === undefined) return;
    const { chain, room } = request;
    const written = Math.min(room, Math.floor((room * share) / 100));
    const seed = this.serial++;
    chain.writable.write(pattern(seed, written));
    if (flush) this.device.pushUsed(chain, written);
    else this.device.stageUsed(chain, written);
    request.finished = { written, seed };
    delete request.chain;
    this.drain();
    if (flush) this.flushUsed();
    this.check();
  }

  flush(): void {
    this.device.flush();
    this.flushUsed();
    this.check();
  }

  needsNotification(): void {
    const { signalledKnown, signalledCount, usedCount } = this;
    // A queue that was restored does not know: of a split one it says yes, of a packed one it looks a lap back.
    let wanted: boolean;
    if (signalledKnown)
      wanted = signalledCount !== usedCount && this.wants(this.driverAsk, signalledCount, usedCount);
    else if (this.packed) wanted = this.wants(this.driverAsk, usedCount - this.size, usedCount);
    else wanted = this.eventIdx || this.driverAsk === 'always';
    expect(this.device.needsNotification(), 'needsNotification').toBe(wanted);
    this.flushUsed();
    this.signalledCount = usedCount;
    this.signalledKnown = true;
    this.check();
  }

  get(): void {
    const request = this.used.shift();
    expect(this.driver.poll()).toBe(request !== undefined);
    expect(this.driver.getBuf()).toBe(request?.name);
    if (request?.finished === undefined) return;
    const { written, seed } = request.finished;
    expect(this.driver.usedLength, request.name).toBe(written);
    const bytes = request.writable.flatMap((piece) => [...this.guest.bytes(piece)]);
    expect(bytes.slice(0, written)).toEqual([...pattern(seed, written)]);
    this.gotCount += this.weight(request);
    this.forget(request);
    this.check();
  }

  enableCallback(): void {
    expect(this.driver.enableCallback()).toBe(this.used.length === 0);
    this.driverAsk = this.eventIdx ? { at: this.gotCount } : 'always';
  }

  disableCallback(): void {
    this.driver.disableCallback();
    this.driverAsk = this.eventIdx && !this.packed ? { at: this.gotCount - 1 } : 'never';
  }

  enableNotification(): void {
    expect(this.device.enableNotification()).toBe(this.available.length > 0);
    this.deviceNotify = true;
    this.deviceAsk = this.eventIdx ? { at: this.poppedCount } : 'always';
  }

  disableNotification(): void {
    this.device.disableNotification();
    this.deviceNotify = false;
    this.deviceAsk = this.eventIdx && !this.packed ? { at: this.poppedCount - 1 } : 'never';
  }

  /** The driver goes on in another object, as after a move of its process. */
  moveDriver(): void {
    const state = structuredClone(this.driver.snapshot());
    this.driver = createDriverQueue<string>(this.guest.memory, this.guest.config, this.guest.dma, state);
    this.publish();
    this.check();
  }

  /** The device goes on in another object; the chains that are out are popped there again. */
  moveDevice(): void {
    const state = structuredClone(this.device.snapshot());
    this.device = createDeviceQueue(this.guest.memory, this.guest.config, state);
    this.flushUsed();
    this.signalledKnown = false;
    this.deviceNotify = true;
    const byHead = new Map(this.out.map((request) => [request.chain?.head, request]));
    const order: (Request | undefined)[] = [];
    for (const { chain } of this.out) {
      if (chain === undefined) continue;
      const again = this.device.pop() as DescriptorChain;
      const request = byHead.get(again.head);
      expect([...again.readable.take(again.readable.remaining)]).toEqual(request?.content);
      expect(again.writable.length).toBe(request?.room);
      if (request !== undefined) request.chain = again;
      order.push(request);
    }
    if (this.inOrder) expect(order).toEqual(this.out.filter(({ chain }) => chain !== undefined));
    expect(new Set(order).size).toBe(order.length);
    this.check();
  }

  /** RING_RESET: both ends start anew. */
  reset(): void {
    const chains = this.out.flatMap(({ chain }) => (chain === undefined ? [] : [chain]));
    this.device.reset();
    for (const chain of chains) {
      expect([chain.readable.remaining, chain.writable.remaining]).toEqual([0, 0]);
      this.device.pushUsed(chain, 0);
    }
    this.driver.reset();
    for (const request of this.requests.values()) this.forget(request);
    this.requests.clear();
    for (const list of [this.staged, this.available, this.out, this.stagedUsed, this.used]) list.length = 0;
    this.restartAt(0);
    this.signalledKnown = true;
    this.deviceNotify = true;
    this.deviceAsk = this.packed || !this.eventIdx ? 'always' : { at: 0 };
    this.driverAsk = this.deviceAsk;
    this.check();
  }

  /** Works everything off: at the end nothing may be left anywhere. */
  finishAll(): void {
    this.kick();
    while (this.available.length > 0) this.pop();
    while (this.out.length > 0) this.finish(0, 100, true);
    this.flush();
    while (this.used.length > 0) this.get();
    expect([this.driver.free, this.driver.inFlight, this.device.inFlight]).toEqual([this.size, 0, 0]);
  }

  private restartAt(count: number): void {
    this.addedCount = count;
    this.publishedCount = count;
    this.poppedCount = count;
    this.usedCount = count;
    this.signalledCount = count;
    this.gotCount = count;
  }

  private check(): void {
    expect(this.driver.free).toBe(this.free());
    expect(this.driver.inFlight).toBe(this.requests.size);
    expect(this.device.inFlight).toBe(this.out.filter(({ finished }) => finished === undefined).length);
    expect(this.device.poll()).toBe(this.available.length > 0);
    expect([this.driver.broken, this.device.broken, this.device.malformed]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  }

  private free(): number {
    let free = this.size;
    for (const { cost } of this.requests.values()) free -= cost;
    return free;
  }

  private weight({ cost }: Request): number {
    return this.packed ? cost : 1;
  }

  /** Whether `ask` lies among the counts from `old` to before `now`. */
  private wants(ask: Ask, old: number, now: number): boolean {
    if (typeof ask === 'string') return ask === 'always';
    // A packed event names a descriptor and the parity of its lap: it comes again every two laps.
    const period = this.packed ? 2 * this.size : 65_536;
    for (let at = ask.at; at < now; at += period) if (at >= old) return true;
    return false;
  }

  private publish(): void {
    this.available.push(...this.staged.splice(0));
    this.publishedCount = this.addedCount;
  }

  /** Moves what may go back to the ring there: with IN_ORDER only behind everything older. */
  private drain(): void {
    const ready = (): Request | undefined =>
      this.inOrder
        ? this.out[0]?.finished === undefined
          ? undefined
          : this.out[0]
        : this.out.find((r) => r.finished);
    for (let request = ready(); request !== undefined; request = ready()) {
      this.out.splice(this.out.indexOf(request), 1);
      this.stagedUsed.push(request);
      this.usedCount += this.weight(request);
    }
  }

  private flushUsed(): void {
    this.used.push(...this.stagedUsed.splice(0));
  }

  private forget({ name, readable, writable }: Request): void {
    for (const { addr } of [...readable, ...writable]) this.guest.dma.free(addr);
    this.requests.delete(name);
  }

  private nowhere(lengths: readonly number[]): DmaBuffer[] {
    return lengths.map((len) => ({ addr: 0, len }));
  }
}

function pattern(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 17 + i * 5) & 0xff);
}
