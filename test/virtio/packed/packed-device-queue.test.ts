import { describe, expect, it } from 'vitest';
import { type DescriptorChain, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing } from '../../support/mock-guest.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const AVAIL = 0x80;
const USED = 0x8000;
const OWNER = AVAIL | USED;
const EVENT = { ENABLE: 0, DISABLE: 0x1_0000, DESC: 0x2_0000 };
const WRAP = 0x8000;

function deviceOf(size: number, ...features: readonly number[]) {
  const guest = new MockGuest(size, featureSet(VIRTIO_F.RING_PACKED, ...features));
  const queue = guest.device();
  const ring = new RawPackedRing(guest.buffer, guest.config);
  const data = guest.alloc(Uint8Array.from({ length: 64 }, (_, i) => i)).addr;
  let next = 0;
  let wrap = 1;
  /** Makes one list available as a driver does, its descriptors from the last to the first. */
  const offer = (id: number, ...list: readonly { addr: number | bigint; len: number; flags: number }[]) => {
    const places = list.map((piece, i) => {
      const place = { index: next, mark: wrap === 1 ? AVAIL : USED, piece, last: i === list.length - 1 };
      next = (next + 1) % size;
      if (next === 0) wrap ^= 1;
      return place;
    });
    for (const { index, mark, piece, last } of places.reverse()) {
      const flags = piece.flags | mark | (last ? 0 : NEXT);
      ring.setDescriptor(index, { addr: piece.addr, len: piece.len, flags, link: last ? id : 0xdead });
    }
  };
  const read = (n: number, len = 1) => ({ addr: data + n, len, flags: 0 });
  const write = (n: number, len = 1) => ({ addr: data + n, len, flags: WRITE });
  return { guest, queue, ring, data, offer, read, write };
}

describe('2.8 the descriptor ring', () => {
  it('is read as lists: pieces in order, the id of the last', () => {
    const { queue, data, offer, read, write } = deviceOf(8);
    offer(0x1234, read(0, 3), read(8, 2), write(16, 4));
    const chain = queue.pop();
    expect(chain).toMatchObject({ head: 0x1234, descriptors: 3 });
    expect(chain?.readableSegments.buffers()).toEqual([
      { addr: data, len: 3 },
      { addr: data + 8, len: 2 },
    ]);
    expect(chain?.writableSegments.buffers()).toEqual([{ addr: data + 16, len: 4 }]);
    expect(queue.pop()).toBeUndefined();
  });

  it('has requests of one descriptor that are each what their own says, whatever the one before was', () => {
    const { queue, data, offer, read, write } = deviceOf(16);
    offer(1, write(0, 8));
    offer(2, write(8, 8));
    offer(3, write(8, 2));
    offer(4, read(8, 2));
    offer(5, read(8, 2), write(4, 2));
    offer(6, write(4, 2));
    offer(7, { addr: data, len: 0, flags: WRITE });
    offer(8, write(4, 2));
    const halves = Array.from({ length: 8 }, () => {
      const chain = queue.pop() as DescriptorChain;
      const [readable, writable] = [chain.readableSegments.buffers(), chain.writableSegments.buffers()];
      const lengths = [chain.readable.remaining, chain.writable.remaining];
      queue.pushUsed(chain, 0);
      const offsets = [...readable, ...writable].map(({ addr }) => addr - data);
      return [chain.head, chain.descriptors, ...lengths, ...offsets];
    });
    expect(halves).toEqual([
      [1, 1, 0, 8, 0],
      [2, 1, 0, 8, 8],
      [3, 1, 0, 2, 8],
      [4, 1, 2, 0, 8],
      [5, 2, 2, 2, 8, 4],
      [6, 1, 0, 2, 4],
      [7, 1, 0, 0],
      [8, 1, 0, 2, 4],
    ]);
  });

  it('gives requests that are out at once objects of their own, and counts them', () => {
    const { queue, offer, write } = deviceOf(8);
    for (let id = 0; id < 4; id++) offer(id, write(id, 1 + id));
    const [first, second, third] = [queue.pop(), queue.pop(), queue.pop()] as DescriptorChain[];
    queue.pushUsed(first as DescriptorChain, 0);
    const fourth = queue.pop() as DescriptorChain;
    expect(queue.inFlight).toBe(3);
    expect([second, third, fourth].map((chain) => [chain?.head, chain?.writable.length])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    for (const chain of [third, fourth, second] as DescriptorChain[]) queue.pushUsed(chain, 0);
    expect(queue.inFlight).toBe(0);
  });

  it('2.8.15 is not looked at beyond what the driver has marked available in this lap', () => {
    const { queue, ring, data } = deviceOf(2);
    for (const flags of [0, USED, OWNER]) {
      ring.setDescriptor(0, { addr: data, len: 1, flags });
      expect(queue.pop()).toBeUndefined();
      expect(queue.poll()).toBe(false);
    }
    ring.setDescriptor(0, { addr: data, len: 1, flags: AVAIL });
    expect(queue.poll()).toBe(true);
  });

  it('is gone round for ever, with lists over its end and queue sizes that are no power of two', () => {
    for (const size of [1, 2, 3, 5, 7, 16]) {
      const { queue, ring, offer, read, write } = deviceOf(size);
      let used = 0;
      let mark = OWNER;
      for (let i = 0; i < 300; i++) {
        const list = [read(0), read(1), write(2), write(3)].slice(0, 1 + ((i * 7) % Math.min(size, 4)));
        offer(i, ...list);
        const chain = queue.pop() as DescriptorChain;
        expect([chain.head, chain.descriptors]).toEqual([i, list.length]);
        queue.pushUsed(chain, 0);
        expect(ring.descriptor(used)).toMatchObject({ link: i, flags: mark });
        used += list.length;
        if (used >= size) {
          used -= size;
          mark ^= OWNER;
        }
      }
      expect(queue.broken).toBeUndefined();
    }
  });
});

describe('2.8.7 indirect descriptors', () => {
  it('are taken whether negotiated or not; of the entries only WRITE counts, of the table nothing but its place', () => {
    const { guest, queue, data, offer } = deviceOf(4);
    const place = guest.alloc(64);
    const table = new RawPackedRing(guest.buffer, { ...guest.config, descriptor: place.addr + 4 });
    table.setDescriptor(0, { addr: data, len: 2, flags: NEXT | OWNER | INDIRECT, link: 77 });
    table.setDescriptor(1, { addr: data + 8, len: 3, flags: WRITE, link: 78 });
    offer(5, { addr: place.addr + 4, len: 32, flags: INDIRECT | WRITE });
    const chain = queue.pop();
    expect(chain).toMatchObject({ head: 5, descriptors: 1 });
    expect(chain?.readableSegments.buffers()).toEqual([{ addr: data, len: 2 }]);
    expect(chain?.writableSegments.buffers()).toEqual([{ addr: data + 8, len: 3 }]);
  });
});

describe('2.8.4 used descriptors', () => {
  it('carry the id, the length beside WRITE, and the mark of the lap; the address stays', () => {
    const { queue, ring, data, offer, write } = deviceOf(4);
    offer(9, write(3, 8));
    queue.pushUsed(queue.pop() as DescriptorChain, 5);
    expect(ring.descriptor(0)).toEqual({ addr: data + 3, len: 5, flags: OWNER | WRITE, link: 9 });
  });

  it('have no WRITE where nothing was written', () => {
    const { queue, ring, offer, write } = deviceOf(4);
    offer(9, write(3, 8));
    queue.pushUsed(queue.pop() as DescriptorChain, 0);
    expect(ring.descriptor(0).flags).toBe(OWNER);
  });

  it('2.8.12 are written in the order of completion, each list skipped as a whole', () => {
    const { queue, ring, offer, read, write } = deviceOf(8);
    offer(10, read(0), write(0, 8));
    offer(11, write(8, 8));
    offer(12, read(0), read(1), write(16, 8));
    const [a, b, c] = [queue.pop(), queue.pop(), queue.pop()] as [
      DescriptorChain,
      DescriptorChain,
      DescriptorChain,
    ];
    queue.pushUsed(c, 3);
    queue.pushUsed(a, 1);
    queue.pushUsed(b, 2);
    expect([0, 3, 5].map((i) => ring.descriptor(i).link)).toEqual([12, 10, 11]);
    expect([0, 3, 5].map((i) => ring.descriptor(i).len)).toEqual([3, 1, 2]);
    expect(queue.inFlight).toBe(0);
  });

  it('2.8.9 of a staged batch are shown at once: the first is marked last', () => {
    const { queue, ring, offer, write } = deviceOf(4);
    for (const id of [1, 2, 3]) offer(id, write(0, 8));
    for (let i = 0; i < 3; i++) queue.stageUsed(queue.pop() as DescriptorChain, 1);
    expect(ring.descriptor(0).flags & OWNER).toBe(AVAIL);
    queue.flush();
    expect([0, 1, 2].map((i) => ring.descriptor(i).flags)).toEqual(new Array(3).fill(OWNER | WRITE));
  });

  it('2.8.8 with IN_ORDER, wait for older ones, and one stands for a batch that was written whole', () => {
    const { queue, ring, offer, read, write } = deviceOf(8, VIRTIO_F.IN_ORDER);
    offer(0, read(0), write(0, 8));
    offer(2, write(0, 8));
    offer(3, write(0, 8));
    const chains = [0, 1, 2].map(() => queue.pop() as DescriptorChain);
    queue.pushUsed(chains[2] as DescriptorChain, 3);
    queue.pushUsed(chains[1] as DescriptorChain, 8);
    expect(ring.descriptor(0).flags & OWNER).toBe(AVAIL);
    queue.pushUsed(chains[0] as DescriptorChain, 8);
    expect(ring.descriptor(0)).toMatchObject({ link: 3, len: 3, flags: OWNER | WRITE });
    // Those left out are not written over: 2.8.15.
    expect(ring.descriptor(2).flags & OWNER).toBe(AVAIL);
    offer(4, write(0, 8));
    queue.pushUsed(queue.pop() as DescriptorChain, 8);
    expect(ring.descriptor(4)).toMatchObject({ link: 4, len: 8 });
  });
});

describe('2.8.10 event suppression', () => {
  it.each([
    ['all of two laps and one more, the event among them', [9], [true]],
    ['all but what lies before the event of the lap after the next', [3, 6], [true, false]],
    ['one lap and more', [2, 5], [false, true]],
    ['two laps exactly, the event at their first', [2, 8], [false, true]],
  ])('a device that asks seldom: %s', (_name, rounds, wanted) => {
    const { queue, ring, offer, read } = deviceOf(4, VIRTIO_F.EVENT_IDX);
    // Descriptor 2 of the first lap, and so of each second one.
    ring.driverEvent = EVENT.DESC | WRAP | 2;
    const told = rounds.map((count) => {
      for (let i = 0; i < count; i++) {
        offer(i, read(0));
        queue.pushUsed(queue.pop() as DescriptorChain, 0);
      }
      return queue.needsNotification();
    });
    expect(told).toEqual(wanted);
  });

  const setup = (size: number, ...features: readonly number[]) => {
    const made = deviceOf(size, ...features);
    const use = (n = 1) => {
      for (let i = 0; i < n; i++) made.offer(i, made.read(0));
      for (let i = 0; i < n; i++) made.queue.stageUsed(made.queue.pop() as DescriptorChain, 0);
      return made.queue.needsNotification();
    };
    return { ...made, use };
  };

  it('of the driver: notifies on ENABLE, not on DISABLE, not when nothing was used', () => {
    const { queue, ring, use } = setup(8);
    expect(use()).toBe(true);
    expect(queue.needsNotification()).toBe(false);
    ring.driverEvent = EVENT.DISABLE;
    expect(use()).toBe(false);
  });

  it('of the driver, DESC: notifies when that descriptor is used in that lap', () => {
    const { ring, use } = setup(4, VIRTIO_F.EVENT_IDX);
    ring.driverEvent = EVENT.DESC | 1;
    const notified = Array.from({ length: 12 }, () => use());
    expect(notified.map((yes, i) => (yes ? i : -1)).filter((i) => i >= 0)).toEqual([5]);
    ring.driverEvent = EVENT.DESC | 2;
    expect(use(4)).toBe(true);
  });

  it('of the device: DISABLE, and ENABLE or with EVENT_IDX the next descriptor', () => {
    const plain = setup(4);
    plain.queue.disableNotification();
    expect(plain.queue.pop()).toBeUndefined();
    expect(plain.ring.deviceEvent).toBe(EVENT.DISABLE);
    expect(plain.queue.enableNotification()).toBe(false);
    expect(plain.ring.deviceEvent).toBe(EVENT.ENABLE);

    const { queue, ring, use } = setup(4, VIRTIO_F.EVENT_IDX);
    use(3);
    expect(queue.enableNotification()).toBe(false);
    expect(ring.deviceEvent).toBe(EVENT.DESC | WRAP | 3);
    // Off, it stays so whatever comes; on again, it follows.
    queue.disableNotification();
    use();
    expect(queue.pop()).toBeUndefined();
    expect(ring.deviceEvent).toBe(EVENT.DISABLE);
    expect(queue.enableNotification()).toBe(false);
    use(2);
    expect(queue.pop()).toBeUndefined();
    expect(ring.deviceEvent).toBe(EVENT.DESC | 2);
  });

  it('after a reset, is as at the beginning: on, and nothing to tell', () => {
    const { guest, queue, ring, data } = setup(4, VIRTIO_F.EVENT_IDX);
    queue.disableNotification();
    queue.reset();
    expect(queue.needsNotification()).toBe(false);
    guest.bytes({ addr: guest.config.descriptor, len: 64 }).fill(0);
    ring.setDescriptor(0, { addr: data, len: 1, flags: AVAIL });
    queue.pushUsed(queue.pop() as DescriptorChain, 0);
    expect(queue.pop()).toBeUndefined();
    expect(ring.deviceEvent).toBe(EVENT.DESC | WRAP | 1);
  });

  it('of the device: with EVENT_IDX it follows what the device waits for, without being asked', () => {
    const { queue, ring, use } = setup(4, VIRTIO_F.EVENT_IDX);
    const events = Array.from({ length: 5 }, () => {
      use();
      expect(queue.pop()).toBeUndefined();
      return ring.deviceEvent;
    });
    expect(events).toEqual([WRAP | 1, WRAP | 2, WRAP | 3, 0, 1].map((word) => EVENT.DESC | word));
  });

  it.each([[[]], [[VIRTIO_F.EVENT_IDX]]])('says when there is work already: features %j', (features) => {
    const { queue, offer, read } = setup(4, ...features);
    queue.disableNotification();
    offer(0, read(0));
    expect(queue.enableNotification()).toBe(true);
  });
});
