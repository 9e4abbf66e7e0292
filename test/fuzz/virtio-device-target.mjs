import { createDeviceQueue, VIRTIO_F } from '../../dist/src/virtio/index.js';
import { must } from './random.mjs';
import {
  AVAIL,
  DATA,
  GUARD,
  GUARD_BYTE,
  guestMemory,
  HIGH_ADDRESS,
  HIGH_BYTES,
  INDIRECT,
  isMapped,
  LOW_BYTES,
  NEXT,
  ringsOf,
  TABLES,
  USED,
  WRITE,
} from './virtio-memory.mjs';

/** One queue whose driver is this fuzzer. */
export class DeviceTarget {
  constructor(random, packed, size, features) {
    Object.assign(this, guestMemory(), { random, packed, size });
    const { config, ringsEnd } = ringsOf(packed, size, features);
    Object.assign(this, { config, ringsEnd });
    this.inOrder = features.includes(VIRTIO_F.IN_ORDER);
    this.queue = createDeviceQueue(this.memory, this.config);
    this.start();
  }

  start() {
    this.queue.reset();
    new Uint8Array(this.view.buffer, GUARD, this.ringsEnd).fill(0);
    this.held = [];
    this.offered = 0;
    this.popped = 0;
    this.returned = 0;
    this.malformedBefore = this.queue.malformed;
    this.next = 0;
    this.wrap = 1;
  }

  /** One round: offer, spoil, work off. Returns how many chains the device was made to look at. */
  round() {
    const before = this.popped + this.queue.malformed;
    if (this.packed) this.offerPacked();
    else this.offerSplit();
    this.spoil();
    const spoilsRing = this.work();
    for (const guard of this.guards) {
      for (let i = 0; i < GUARD; i += 8)
        must(guard[i] === GUARD_BYTE, 'a byte outside guest memory was written');
    }
    const looked = this.popped + this.queue.malformed - before;
    if (this.queue.broken !== undefined || spoilsRing || this.random(64) === 0) this.start();
    return looked;
  }

  writeDescriptor(at, address, length, flags, link) {
    const { view, packed } = this;
    view.setUint32(at, address % 2 ** 32, true);
    view.setUint32(at + 4, address / 2 ** 32, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, packed ? (flags << 16) | link : (link << 16) | flags, true);
  }

  /** An honest piece: address and length of data. */
  piece() {
    const { random } = this;
    const length = random(100);
    if (random(4) === 0) return [HIGH_ADDRESS + random(HIGH_BYTES - length), length];
    return [DATA + random(LOW_BYTES - DATA - length), length];
  }

  /** An honest indirect table; returns its address and length. */
  table() {
    const { random } = this;
    const count = 1 + random(5);
    const at = TABLES + 16 * random((DATA - TABLES) / 16 - count);
    const writable = random(count + 1);
    for (let i = 0; i < count; i++) {
      const flags = (i >= writable ? WRITE : 0) | (i < count - 1 && !this.packed ? NEXT : 0);
      this.writeDescriptor(at + 16 * i, ...this.piece(), flags, i + 1);
    }
    return [at, 16 * count];
  }

  offerSplit() {
    const { random, view, config, size } = this;
    const room = size - this.held.length;
    const idx = view.getUint16(config.driver + 2, true);
    let descriptor = random(size);
    let count = 0;
    for (; count < room && random(6) !== 0; count++) {
      const pieces = 1 + random(Math.min(4, size));
      const head = descriptor;
      for (let i = 0; i < pieces; i++) {
        const last = i === pieces - 1;
        const next = (descriptor + 1) % size;
        const indirect = last && random(4) === 0;
        const [address, length] = indirect ? this.table() : this.piece();
        const flags = indirect ? INDIRECT : (i * 2 >= pieces ? WRITE : 0) | (last ? 0 : NEXT);
        this.writeDescriptor(config.descriptor + 16 * descriptor, address, length, flags, last ? 0 : next);
        descriptor = next;
      }
      view.setUint16(config.driver + 4 + 2 * ((idx + count) % size), head, true);
    }
    view.setUint16(config.driver + 2, idx + count, true);
  }

  offerPacked() {
    const { random, config, size } = this;
    let room = size - this.held.reduce((sum, { descriptors }) => sum + descriptors, 0);
    while (room > 0 && random(6) !== 0) {
      const pieces = 1 + random(Math.min(4, room));
      const indirect = pieces === 1 && random(3) === 0;
      for (let i = 0; i < pieces; i++) {
        const [address, length] = indirect ? this.table() : this.piece();
        const mark = this.wrap === 1 ? AVAIL : USED;
        const flags =
          (indirect ? INDIRECT : i * 2 >= pieces ? WRITE : 0) | (i < pieces - 1 ? NEXT : 0) | mark;
        this.writeDescriptor(config.descriptor + 16 * this.next, address, length, flags, random(0x10000));
        this.next++;
        if (this.next === size) {
          this.next = 0;
          this.wrap ^= 1;
        }
      }
      room -= pieces;
    }
  }

  /** Changes a few words of rings and tables, to values that are likely to hurt. */
  spoil() {
    const { random, view, ringsEnd, config } = this;
    for (let n = random(4); n > 0; n--) {
      const inTables = random(3) === 0;
      const at = inTables
        ? TABLES + 4 * random((DATA - TABLES) / 4)
        : config.descriptor + 2 * random((ringsEnd - config.descriptor) / 2);
      switch (random(6)) {
        case 0:
          view.setUint8(at, view.getUint8(at) ^ (1 << random(8)));
          break;
        case 1:
          view.setUint16(at, [0, 1, 0x7fff, 0x8000, 0xffff, this.size, this.size - 1][random(7)], true);
          break;
        case 2:
          view.setUint16(at, random(this.size * 2), true);
          break;
        case 3:
          view.setUint32(
            at & ~3,
            [0xffff_ffff, 0x8000_0000, LOW_BYTES, LOW_BYTES - 1, 2, 0][random(6)],
            true,
          );
          break;
        case 4:
          view.setUint16(at, random(0x10000), true);
          break;
        default:
          view.setUint8(at, random(256));
      }
    }
  }

  /** Plays the device. Returns true when a chain let it write over the rings themselves. */
  work() {
    const { random, queue, held } = this;
    let spoilsRing = false;
    const most = this.size * 2 + 2;
    for (let n = 0; ; n++) {
      must(n <= most, 'the ring never runs dry');
      const chain = queue.pop();
      if (chain === undefined) break;
      this.popped++;
      must(this.packed || chain.head < this.size, `head ${chain.head} is beyond the queue`);
      must(
        this.packed || held.every(({ head }) => head !== chain.head),
        `head ${chain.head} was popped twice`,
      );
      spoilsRing = this.use(chain) || spoilsRing;
      held.push(chain);
      while (held.length > random(4)) this.completeChain();
    }
    while (held.length > random(6)) this.completeChain();
    queue.flush();
    queue.needsNotification();
    if (random(4) === 0) queue.enableNotification();
    if (random(8) === 0) queue.disableNotification();
    must(queue.inFlight === held.length, `${queue.inFlight} chains are said to be out, ${held.length} are`);
    if (!this.packed && !this.inOrder && !spoilsRing) {
      const index = this.view.getUint16(this.config.device + 2, true);
      const expected = (this.returned + queue.malformed - this.malformedBefore) & 0xffff;
      // The fuzzer may have changed the index itself; the next used chain puts it right.
      this.mismatch = index === expected ? 0 : (this.mismatch ?? 0) + 1;
    }
    return spoilsRing;
  }

  completeChain() {
    const { random, queue, held } = this;
    const [chain] = held.splice(random(held.length), 1);
    const written = random(3) === 0 ? random(2 ** 31) : chain.writable.length;
    if (random(2) === 0) queue.pushUsed(chain, written);
    else queue.stageUsed(chain, written);
    this.returned++;
  }

  /** Reads and writes all of a chain, and checks that all of it is guest memory. */
  use(chain) {
    const { random } = this;
    let spoilsRing = false;
    for (const list of [chain.readableSegments, chain.writableSegments]) {
      let length = 0;
      for (let i = 0; i < list.count; i++) {
        const address = list.addresses[i];
        must(
          list.sizes[i] > 0 && isMapped(address, list.sizes[i]),
          `piece ${address}+${list.sizes[i]} is not mapped`,
        );
        length += list.sizes[i];
        if (list === chain.writableSegments && address < this.ringsEnd) spoilsRing = true;
      }
      must(length === list.length, 'the length of a chain is not the sum of its pieces');
    }
    const { readable, writable } = chain;
    const total = readable.remaining;
    if (total >= 8) readable.readU32();
    if (total >= 8) readable.readU16();
    if (readable.remaining > 0) readable.readU8();
    const half = random(readable.remaining + 1);
    must(readable.take(half).length === half, 'a reader gave less than was asked for');
    readable.skip(readable.remaining);
    // An error object costs more than all the rest.
    const tryEnds = random(64) === 0;
    if (tryEnds)
      must(
        throws(() => readable.readU8()),
        'a reader read beyond its end',
      );
    if (writable.length > 0) writable.writeLastU8(1);
    if (writable.remaining >= 4) writable.writeU32(0x01020304);
    writable.take(random(writable.remaining + 1)).fill(7);
    writable.write(new Uint8Array(writable.remaining));
    if (tryEnds)
      must(
        throws(() => writable.writeU8(1)),
        'a writer wrote beyond its end',
      );
    return spoilsRing;
  }
}

function throws(act) {
  try {
    act();
    return false;
  } catch (error) {
    if (error.name === 'ChainTooShort') return true;
    throw error;
  }
}
