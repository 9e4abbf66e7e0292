import { describe, expect, it } from 'vitest';
import {
  CHAIN_FAULT,
  createDeviceQueue,
  type DescriptorChain,
  featureSet,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';
import { MockGuest, RawSplitRing } from '../../support/mock-guest.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

function deviceOf(size: number, ...features: readonly number[]) {
  const guest = new MockGuest(size, featureSet(...features));
  const queue = guest.device();
  const ring = new RawSplitRing(guest.buffer, guest.config);
  const data = guest.alloc(Uint8Array.from({ length: 64 }, (_, i) => i));
  return { guest, queue, ring, data: data.addr };
}

const pieces = (chain: DescriptorChain | undefined) => ({
  readable: chain?.readableSegments.buffers(),
  writable: chain?.writableSegments.buffers(),
});

describe('2.7.5 the descriptor table', () => {
  it('is followed by next, in any order of indices', () => {
    const { queue, ring, data } = deviceOf(8);
    ring.setDescriptor(5, { addr: data, len: 3, flags: NEXT, link: 1 });
    ring.setDescriptor(1, { addr: data + 3, len: 2, flags: NEXT, link: 7 });
    ring.setDescriptor(7, { addr: data + 8, len: 4, flags: WRITE });
    ring.offer(5);
    const chain = queue.pop();
    expect(pieces(chain)).toEqual({
      readable: [
        { addr: data, len: 3 },
        { addr: data + 3, len: 2 },
      ],
      writable: [{ addr: data + 8, len: 4 }],
    });
    expect([...(chain?.readable.take(5) ?? [])]).toEqual([0, 1, 2, 3, 4]);
    expect(chain).toMatchObject({ head: 5, descriptors: 3 });
  });

  it('2.7.5.1 is never written by the device', () => {
    const { guest, queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: data, len: 8, flags: WRITE });
    ring.offer(0);
    const before = [...guest.bytes({ addr: guest.config.descriptor, len: 64 })];
    const chain = queue.pop() as DescriptorChain;
    chain.writable.writeU32(7);
    queue.pushUsed(chain, 4);
    expect([...guest.bytes({ addr: guest.config.descriptor, len: 64 })]).toEqual(before);
  });

  it('may hold empty descriptors, which add nothing', () => {
    const { queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: 2n ** 63n, len: 0, flags: NEXT, link: 1 });
    ring.setDescriptor(1, { addr: data, len: 1, flags: 0 });
    ring.offer(0);
    expect(pieces(queue.pop()).readable).toEqual([{ addr: data, len: 1 }]);
  });
});

describe('2.7.5.3 indirect descriptors', () => {
  it('are taken whether they were negotiated or not, at any alignment, WRITE of the table ignored', () => {
    const { guest, queue, ring, data } = deviceOf(4);
    const place = guest.alloc(64);
    const table = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: place.addr + 3 });
    table.setDescriptor(0, { addr: data, len: 2, flags: NEXT, link: 2 });
    table.setDescriptor(2, { addr: data + 16, len: 5, flags: WRITE });
    ring.setDescriptor(1, { addr: place.addr + 3, len: 48, flags: INDIRECT | WRITE });
    ring.offer(1);
    const chain = queue.pop();
    expect(pieces(chain)).toEqual({
      readable: [{ addr: data, len: 2 }],
      writable: [{ addr: data + 16, len: 5 }],
    });
    expect(chain?.descriptors).toBe(1);
  });

  it('2.7.5.3.2 may end a chain of normal ones', () => {
    const { guest, queue, ring, data } = deviceOf(4);
    const place = guest.alloc(64);
    const table = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: place.addr });
    table.setDescriptor(0, { addr: data + 16, len: 5, flags: WRITE });
    ring.setDescriptor(0, { addr: data, len: 2, flags: NEXT, link: 3 });
    ring.setDescriptor(3, { addr: place.addr, len: 16, flags: INDIRECT });
    ring.offer(0);
    expect(pieces(queue.pop())).toEqual({
      readable: [{ addr: data, len: 2 }],
      writable: [{ addr: data + 16, len: 5 }],
    });
  });

  it('may be longer than the queue, as Linux makes them, up to 1024', () => {
    const { guest, queue, ring, data } = deviceOf(4);
    const place = guest.alloc(1025 * 16);
    const table = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: place.addr });
    for (let i = 0; i < 1025; i++) table.setDescriptor(i, { addr: data, len: 1, flags: NEXT, link: i + 1 });
    table.setDescriptor(1023, { addr: data, len: 1, flags: 0 });
    ring.setDescriptor(0, { addr: place.addr, len: 1024 * 16, flags: INDIRECT });
    ring.offer(0);
    expect(queue.pop()?.readable.remaining).toBe(1024);
  });
});

describe('2.7.6 the available ring', () => {
  it('is read in order, through the wrap of its index', () => {
    const { queue, ring, data } = deviceOf(4);
    for (let i = 0; i < 4; i++) ring.setDescriptor(i, { addr: data + i, len: 1, flags: 0 });
    for (let i = 0; i < 70_000; i++) {
      ring.offer((i * 3) % 4);
      const chain = queue.pop();
      if (chain?.head !== (i * 3) % 4 || queue.pop() !== undefined) throw new Error(`entry ${i}`);
      queue.pushUsed(chain, 0);
    }
    expect(ring.usedIdx).toBe(70_000 & 0xffff);
  });

  it('may have several chains out at once, given back in any order', () => {
    const { queue, ring, data } = deviceOf(4);
    for (let i = 0; i < 3; i++) ring.setDescriptor(i, { addr: data + 8 * i, len: 8, flags: WRITE });
    ring.offer(0, 1, 2);
    const [a, b, c] = [queue.pop(), queue.pop(), queue.pop()] as [
      DescriptorChain,
      DescriptorChain,
      DescriptorChain,
    ];
    expect(queue.inFlight).toBe(3);
    queue.pushUsed(c, 3);
    queue.pushUsed(a, 1);
    queue.pushUsed(b, 2);
    expect([0, 1, 2].map((i) => ring.usedEntry(i))).toEqual([
      { id: 2, len: 3 },
      { id: 0, len: 1 },
      { id: 1, len: 2 },
    ]);
    expect(queue.inFlight).toBe(0);
  });
});

describe('2.7.8 the used ring', () => {
  it('gets at most the length of the writable half', () => {
    const { queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: data, len: 8, flags: WRITE });
    ring.setDescriptor(1, { addr: data, len: 8, flags: 0 });
    ring.offer(0, 1);
    for (let i = 0; i < 2; i++) queue.pushUsed(queue.pop() as DescriptorChain, 100);
    expect([ring.usedEntry(0).len, ring.usedEntry(1).len]).toEqual([8, 0]);
  });

  it('gets 0 for a negative length', () => {
    const { queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: data, len: 8, flags: WRITE });
    ring.offer(0);
    queue.pushUsed(queue.pop() as DescriptorChain, -1);
    expect(ring.usedEntry(0)).toEqual({ id: 0, len: 0 });
  });

  it('shows a staged batch at once, on flush', () => {
    const { queue, ring, data } = deviceOf(4);
    for (let i = 0; i < 3; i++) ring.setDescriptor(i, { addr: data, len: 8, flags: WRITE });
    ring.offer(0, 1, 2);
    for (let i = 0; i < 3; i++) queue.stageUsed(queue.pop() as DescriptorChain, 1);
    expect(ring.usedIdx).toBe(0);
    queue.flush();
    expect(ring.usedIdx).toBe(3);
  });

  it('takes a chain back once only, after a reset too', () => {
    const { queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: data, len: 8, flags: WRITE });
    ring.offer(0);
    const chain = queue.pop() as DescriptorChain;
    queue.pushUsed(chain, 1);
    expect(() => queue.pushUsed(chain, 1)).toThrow('the descriptor chain was given back already');
    expect(ring.usedIdx).toBe(1);
    queue.reset();
    expect(() => queue.pushUsed(chain, 1)).toThrow('the descriptor chain was given back already');
  });

  it('uses the same object for one request after the other', () => {
    const { queue, ring, data } = deviceOf(4);
    for (let i = 0; i < 4; i++) ring.setDescriptor(i, { addr: data, len: 8, flags: WRITE });
    ring.offer(0, 1);
    const [a, b] = [queue.pop(), queue.pop()] as [DescriptorChain, DescriptorChain];
    queue.pushUsed(a, 1);
    queue.pushUsed(b, 1);
    ring.offer(2, 3);
    expect(new Set([queue.pop(), queue.pop()])).toEqual(new Set([a, b]));
    expect([a.head, b.head].sort()).toEqual([2, 3]);
  });

  it('2.7.9 with IN_ORDER, goes on from batch to batch', () => {
    const { queue, ring, data } = deviceOf(4, VIRTIO_F.IN_ORDER);
    for (let i = 0; i < 4; i++) ring.setDescriptor(i, { addr: data, len: 8, flags: WRITE });
    const seen: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      ring.offer(0, 1, 2);
      const [a, b, c] = [queue.pop(), queue.pop(), queue.pop()] as DescriptorChain[] as [
        DescriptorChain,
        DescriptorChain,
        DescriptorChain,
      ];
      queue.pushUsed(a, 1);
      seen.push(ring.usedIdx);
      // One comes while two are out, and is back before them.
      ring.offer(3);
      queue.pushUsed(queue.pop() as DescriptorChain, 2);
      seen.push(ring.usedIdx);
      queue.pushUsed(c, 3);
      seen.push(ring.usedIdx);
      queue.pushUsed(b, 4);
      seen.push(ring.usedIdx);
      expect([0, 1, 2, 3].map((i) => ring.usedEntry(4 * round + i))).toEqual([
        { id: 0, len: 1 },
        { id: 1, len: 4 },
        { id: 2, len: 3 },
        { id: 3, len: 2 },
      ]);
    }
    expect(seen).toEqual([1, 1, 1, 4, 5, 5, 5, 8, 9, 9, 9, 12]);
    expect(queue.inFlight).toBe(0);
  });

  it('2.7.9 with IN_ORDER, holds back what overtook an older one, and batches what was written whole', () => {
    const { queue, ring, data } = deviceOf(8, VIRTIO_F.IN_ORDER);
    for (let i = 0; i < 5; i++) ring.setDescriptor(i, { addr: data, len: 8, flags: WRITE });
    ring.offer(0, 1, 2, 3, 4);
    const chains = Array.from({ length: 5 }, () => queue.pop() as DescriptorChain);
    const back = (i: number, written: number) => queue.pushUsed(chains[i] as DescriptorChain, written);
    back(1, 8);
    back(2, 3);
    expect(ring.usedIdx).toBe(0);
    back(0, 8);
    // 0 and 1 were written whole: the entry of 2 stands for all three, at the place of the first.
    expect(ring.usedIdx).toBe(3);
    expect(ring.usedEntry(0)).toEqual({ id: 2, len: 3 });
    back(4, 8);
    back(3, 7);
    // 3 was not written whole: it needs an entry of its own.
    expect([ring.usedEntry(3), ring.usedEntry(4)]).toEqual([
      { id: 3, len: 7 },
      { id: 4, len: 8 },
    ]);
  });
});

describe('2.7.7 used buffer notification suppression', () => {
  const usedOnce = (...features: readonly number[]) => {
    const setup = deviceOf(8, ...features);
    for (let i = 0; i < 8; i++) setup.ring.setDescriptor(i, { addr: setup.data, len: 1, flags: 0 });
    const use = (n: number) => {
      for (let i = 0; i < n; i++) setup.ring.offer(i);
      for (let i = 0; i < n; i++) setup.queue.stageUsed(setup.queue.pop() as DescriptorChain, 0);
      return setup.queue.needsNotification();
    };
    return { ...setup, use };
  };

  it('without EVENT_IDX, notifies unless the available ring’s flags say no; ignores used_event', () => {
    const { ring, use } = usedOnce();
    ring.usedEvent = 500;
    expect(use(1)).toBe(true);
    ring.availFlags = 1;
    expect(use(1)).toBe(false);
  });

  it('with EVENT_IDX, notifies when the index passes used_event; ignores the flags', () => {
    const { ring, use } = usedOnce(VIRTIO_F.EVENT_IDX);
    ring.availFlags = 1;
    ring.usedEvent = 2;
    expect([use(1), use(1), use(1), use(1)]).toEqual([false, false, true, false]);
    ring.usedEvent = 6;
    expect(use(5)).toBe(true);
  });

  it.each([[[]], [[VIRTIO_F.EVENT_IDX]]])(
    'does not notify when nothing was used: features %j',
    (features) => {
      const { queue, use } = usedOnce(...features);
      expect(use(1)).toBe(true);
      expect(queue.needsNotification()).toBe(false);
    },
  );
});

describe('2.7.10 available buffer notification suppression', () => {
  it('without EVENT_IDX, sets and clears the flag', () => {
    const { queue, ring } = deviceOf(4);
    queue.disableNotification();
    expect(ring.usedFlags).toBe(1);
    expect(queue.enableNotification()).toBe(false);
    expect(ring.usedFlags).toBe(0);
  });

  it('with EVENT_IDX, keeps avail_event at what it waits for, without being asked', () => {
    const { queue, ring, data } = deviceOf(4, VIRTIO_F.EVENT_IDX);
    ring.setDescriptor(0, { addr: data, len: 1, flags: 0 });
    for (let i = 1; i < 4; i++) {
      ring.offer(0);
      queue.pushUsed(queue.pop() as DescriptorChain, 0);
      expect(queue.pop()).toBeUndefined();
      expect(ring.availEvent).toBe(i);
    }
    expect(ring.usedFlags).toBe(0);
  });

  it('with EVENT_IDX and notifications off, leaves avail_event behind', () => {
    const { queue, ring, data } = deviceOf(4, VIRTIO_F.EVENT_IDX);
    ring.setDescriptor(0, { addr: data, len: 1, flags: 0 });
    queue.disableNotification();
    expect(ring.availEvent).toBe(0xffff);
    ring.offer(0);
    queue.pushUsed(queue.pop() as DescriptorChain, 0);
    expect(queue.pop()).toBeUndefined();
    expect(ring.availEvent).toBe(0xffff);
    expect(queue.enableNotification()).toBe(false);
    expect(ring.availEvent).toBe(1);
    // From now on it follows again.
    ring.offer(0);
    queue.pushUsed(queue.pop() as DescriptorChain, 0);
    expect(queue.pop()).toBeUndefined();
    expect(ring.availEvent).toBe(2);
  });

  it.each([[[]], [[VIRTIO_F.EVENT_IDX]]])('says when there is work already: features %j', (features) => {
    const { queue, ring, data } = deviceOf(4, ...features);
    queue.disableNotification();
    ring.setDescriptor(0, { addr: data, len: 1, flags: 0 });
    ring.offer(0);
    expect(queue.enableNotification()).toBe(true);
    expect(queue.poll()).toBe(true);
  });
});

describe('a reset', () => {
  it('2.6.1 takes what is out away from whoever has it: to give it back does nothing', () => {
    const { guest, queue, ring, data } = deviceOf(4);
    ring.setDescriptor(0, { addr: data, len: 8, flags: WRITE });
    ring.offer(0);
    const chain = queue.pop() as DescriptorChain;
    queue.reset();
    for (let i = 0; i < 2; i++) queue.pushUsed(chain, 8);
    expect([queue.inFlight, ring.usedIdx, chain.writable.length]).toEqual([0, 0, 0]);
    expect([...guest.bytes({ addr: data, len: 4 })]).toEqual([0, 1, 2, 3]);
    expect(queue.needsNotification()).toBe(false);
  });

  it('wants notifications again, which were off', () => {
    const { queue, ring, data } = deviceOf(4, VIRTIO_F.EVENT_IDX);
    ring.setDescriptor(0, { addr: data, len: 1, flags: 0 });
    queue.disableNotification();
    queue.reset();
    ring.availEvent = 0;
    ring.offer(0);
    queue.pushUsed(queue.pop() as DescriptorChain, 0);
    expect(queue.pop()).toBeUndefined();
    expect(ring.availEvent).toBe(1);
  });
});

describe('what a queue is made of', () => {
  it.each([0, 3, 12, 1.5, -8, 65_536, Number.NaN])(
    'a size of %d is refused: 2.7 wants a power of two',
    (size) => {
      const guest = new MockGuest(8);
      expect(() => createDeviceQueue(guest.memory, { ...guest.config, size })).toThrow(
        `invalid queue size: expected a power of two up to 32768, got ${size}`,
      );
    },
  );

  it.each([1, 32_768])('a size of %i is taken', (size) => {
    const guest = new MockGuest(size, 0, 1 << 21);
    expect(guest.device().size).toBe(size);
  });

  it('a device may take fewer bytes a request than the specification allows', () => {
    const { guest, ring, data } = deviceOf(4);
    const queue = createDeviceQueue(guest.memory, { ...guest.config, chainBytes: 8 });
    ring.setDescriptor(0, { addr: data, len: 3, flags: NEXT, link: 1 });
    ring.setDescriptor(1, { addr: data, len: 5, flags: WRITE });
    ring.setDescriptor(2, { addr: data, len: 9, flags: 0 });
    ring.offer(2, 0);
    expect(queue.pop()?.head).toBe(0);
    expect([queue.malformed, queue.malformedReason]).toEqual([1, CHAIN_FAULT.TOO_LONG]);
  });
});
