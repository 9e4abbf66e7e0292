import { createDriverQueue, DmaAllocator } from '../../dist/src/virtio/index.js';
import { must } from './random.mjs';
import {
  AVAIL,
  DATA,
  GUARD_BYTE,
  guestMemory,
  NEXT,
  ringsOf,
  TABLES,
  USED,
  WRITE,
} from './virtio-memory.mjs';

/** One queue whose device is this fuzzer. */
export class DriverTarget {
  constructor(random, packed, size, features) {
    Object.assign(this, guestMemory(), { random, packed, size });
    this.config = ringsOf(packed, size, features).config;
    this.queue = createDriverQueue(this.memory, this.config, new DmaAllocator(TABLES, DATA - TABLES));
    this.serial = 0;
    this.out = new Map();
    this.shown = new Set();
    this.lied = false;
    this.used = 0;
    this.wrap = 1;
  }

  round() {
    const { random, queue, out } = this;
    let looked = 0;
    while (random(5) !== 0) {
      const readable = Array.from({ length: random(3) }, () => ({ addr: DATA, len: random(50) }));
      const writable = Array.from({ length: random(3) }, () => ({ addr: DATA, len: random(50) }));
      if (readable.length + writable.length === 0 || readable.length + writable.length > this.size) continue;
      const token = `${this.serial++}`;
      if (!queue.addBuf(readable, writable, token)) break;
      out.set(
        token,
        writable.reduce((sum, { len }) => sum + len, 0),
      );
    }
    if (random(4) !== 0) {
      queue.kickPrepare();
      for (const token of out.keys()) this.shown.add(token);
    }
    this.useSome();
    for (let token = queue.getBuf(); token !== undefined; token = queue.getBuf()) {
      must(out.has(token), `request ${token} came back that was not out`);
      must(this.shown.delete(token) || this.lied, `request ${token} came back before it was kicked`);
      must(queue.usedLength <= out.get(token), 'more is said to be written than there was room for');
      out.delete(token);
      looked++;
    }
    if (random(3) === 0) queue.enableCallback();
    if (random(5) === 0) queue.disableCallback();
    must(queue.inFlight === out.size, `${queue.inFlight} requests are said to be out, ${out.size} are`);
    must(queue.free >= 0 && queue.free <= this.size, `${queue.free} of ${this.size} descriptors are free`);
    if (queue.broken !== undefined || random(50) === 0) {
      for (let token = queue.detachUnused(); token !== undefined; token = queue.detachUnused()) {
        must(out.delete(token), `request ${token} was detached that was not out`);
      }
      must(out.size === 0 && queue.free === this.size, 'a request was lost');
      queue.reset();
      this.shown.clear();
      this.lied = false;
      this.used = 0;
      this.wrap = 1;
      looked++;
    }
    for (const guard of this.guards) must(guard[0] === GUARD_BYTE, 'a byte outside guest memory was written');
    return looked;
  }

  /** Uses what is available as a device would, now and then not quite. */
  useSome() {
    const { random, view, config, size } = this;
    const lie = random(8) === 0;
    if (lie) this.lied = true;
    if (this.packed) {
      for (let n = random(4); n > 0; n--) {
        const at = config.descriptor + 16 * this.used;
        const id = lie ? random(size * 2) : view.getUint16(at + 12, true);
        const isList = (view.getUint16(at + 14, true) & (AVAIL | USED)) === (this.wrap === 1 ? AVAIL : USED);
        if (!isList && !lie) return;
        let count = 1;
        let end = this.used;
        while ((view.getUint16(config.descriptor + 16 * end + 14, true) & NEXT) !== 0 && count < size) {
          end = (end + 1) % size;
          count++;
        }
        const lastId = lie ? id : view.getUint16(config.descriptor + 16 * end + 12, true);
        view.setUint32(at + 8, random(200), true);
        view.setUint16(at + 12, lastId, true);
        view.setUint16(at + 14, (this.wrap === 1 ? AVAIL | USED : 0) | (random(2) ? WRITE : 0), true);
        this.used += count;
        if (this.used >= size) {
          this.used -= size;
          this.wrap ^= 1;
        }
      }
      return;
    }
    const avail = view.getUint16(config.driver + 2, true);
    let idx = view.getUint16(config.device + 2, true);
    for (let n = random(4); n > 0 && (idx !== avail || lie); n--) {
      const at = config.device + 4 + 8 * (idx % size);
      view.setUint32(
        at,
        lie ? random(size * 2) : view.getUint16(config.driver + 4 + 2 * (idx % size), true),
        true,
      );
      view.setUint32(at + 4, random(200), true);
      idx = (idx + 1) & 0xffff;
    }
    view.setUint16(config.device + 2, lie && random(3) === 0 ? random(0x10000) : idx, true);
  }
}
