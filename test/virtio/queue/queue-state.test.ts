import { describe, expect, it } from 'vitest';
import {
  CHAIN_FAULT,
  createDeviceQueue,
  type DescriptorChain,
  type DeviceQueueState,
  featureSet,
  fromVringBase,
  VIRTIO_F,
  vringBase,
} from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../../support/mock-guest.ts';

const state = (change: Partial<DeviceQueueState>): DeviceQueueState => ({
  nextAvail: 0,
  nextUsed: 0,
  availWrap: 0,
  usedWrap: 0,
  outstanding: [],
  ...change,
});

describe('the vring base of vhost-user', () => {
  it('is the next available index of a split queue', () => {
    expect(vringBase(state({ nextAvail: 0xfffe, nextUsed: 0xfff0 }), false)).toBe(0xfffe);
    expect(fromVringBase(0xfffe, false)).toEqual(state({ nextAvail: 0xfffe, nextUsed: 0xfffe }));
  });

  it('is position and wrap counter of both sides of a packed queue', () => {
    // vhost-user.rst, VHOST_USER_SET_VRING_BASE: bits 0-14 and 15 available, 16-30 and 31 used.
    const there = state({ nextAvail: 0x123, availWrap: 1, nextUsed: 0x7fff, usedWrap: 1 });
    expect(vringBase(there, true)).toBe(0xffff_8123);
    expect(fromVringBase(0xffff_8123, true)).toEqual(there);
    expect(fromVringBase(0x0005_0005, true)).toEqual(state({ nextAvail: 5, nextUsed: 5 }));
  });
});

describe('a device’s split queue that takes up where another was killed', () => {
  const WRITE = 2;

  function killed() {
    const guest = new MockGuest(8);
    const ring = new RawSplitRing(guest.buffer, guest.config);
    const data = guest.alloc(16).addr;
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: data + i, len: 1, flags: WRITE });
    ring.offer(0, 1, 2, 3);
    ring.use({ id: 1, len: 1 });
    return { guest, ring };
  }

  it('runs the heads that were in flight first, read again from the table, then what is new', () => {
    const { guest, ring } = killed();
    const outstanding = [{ head: 0 }, { head: 2 }];
    const queue = createDeviceQueue(
      guest.memory,
      guest.config,
      state({ nextAvail: 3, nextUsed: 1, outstanding }),
    );
    expect([queue.inFlight, queue.poll()]).toEqual([2, true]);
    const chains = [queue.pop(), queue.pop(), queue.pop()] as DescriptorChain[];
    expect(chains.map(({ head }) => head)).toEqual([0, 2, 3]);
    expect(queue.pop()).toBeUndefined();
    for (const chain of chains) queue.pushUsed(chain, 1);
    expect([1, 2, 3].map((i) => ring.usedEntry(i).id)).toEqual([0, 2, 3]);
    expect(ring.usedIdx).toBe(4);
  });

  it('gives a head back unread that is malformed by now', () => {
    const { guest, ring } = killed();
    ring.setDescriptor(0, { addr: 1 << 30, len: 1, flags: WRITE });
    const outstanding = [{ head: 0 }, { head: 99 }, { head: 2 }, { head: 2 }];
    const queue = createDeviceQueue(
      guest.memory,
      guest.config,
      state({ nextAvail: 4, nextUsed: 1, outstanding }),
    );
    expect([queue.malformed, queue.malformedReason]).toEqual([3, CHAIN_FAULT.TWICE]);
    expect([1, 2, 3].map((i) => ring.usedEntry(i))).toEqual([0, 99, 2].map((id) => ({ id, len: 0 })));
    expect(queue.pop()?.head).toBe(2);
    expect(queue.pop()).toBeUndefined();
  });

  it('takes the pieces that were saved, whatever the table says by now', () => {
    const { guest, ring } = killed();
    const place = guest.alloc(8).addr;
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: 1 << 30, len: 1, flags: WRITE });
    const pieces = { readable: [{ addr: place, len: 3 }], writable: [{ addr: place + 4, len: 2 }] };
    const outstanding = [
      { head: 0, descriptors: 2, ...pieces },
      { head: 2, ...pieces },
    ];
    const queue = createDeviceQueue(
      guest.memory,
      guest.config,
      state({ nextAvail: 4, nextUsed: 1, outstanding }),
    );
    for (const head of [0, 2]) {
      const chain = queue.pop() as DescriptorChain;
      expect(chain.head).toBe(head);
      expect([chain.readableSegments.buffers(), chain.writableSegments.buffers()]).toEqual([
        pieces.readable,
        pieces.writable,
      ]);
    }
    expect(queue.malformed).toBe(0);
  });

  it.each([[{ readable: [] }], [{ writable: [] }], [{}]])(
    'reads the table again for a chain of which only this is known: %j',
    (known) => {
      const { guest } = killed();
      const outstanding = [{ head: 2, ...known }];
      const queue = createDeviceQueue(
        guest.memory,
        guest.config,
        state({ nextAvail: 4, nextUsed: 1, outstanding }),
      );
      expect(queue.pop()?.writable.length).toBe(1);
    },
  );

  it('with IN_ORDER, holds what was finished until the older ones are', () => {
    const { guest, ring } = killed();
    const config = { ...guest.config, features: featureSet(VIRTIO_F.IN_ORDER) };
    const outstanding = [{ head: 0 }, { head: 2, finished: 0 }, { head: 3, finished: 1 }];
    const there = state({ nextAvail: 4, nextUsed: 1, outstanding });
    const first = createDeviceQueue(guest.memory, config, there);
    // A queue says of itself what another needs; the pieces are part of it.
    const [a, b, c] = first.snapshot().outstanding;
    expect(first.snapshot()).toMatchObject({ nextAvail: 4, nextUsed: 1, availWrap: 0, usedWrap: 0 });
    expect([a?.head, b?.head, c?.head]).toEqual([0, 2, 3]);
    expect([a?.finished, b?.finished, c?.finished]).toEqual([undefined, 0, 1]);
    expect(a?.writable).toHaveLength(1);
    const queue = createDeviceQueue(guest.memory, config, first.snapshot());
    expect([queue.inFlight, queue.poll(), ring.usedIdx]).toEqual([1, true, 1]);
    const chain = queue.pop() as DescriptorChain;
    expect([chain.head, queue.pop()]).toEqual([0, undefined]);
    queue.pushUsed(chain, 1);
    expect(ring.usedIdx).toBe(4);
    // The first was written whole, and so was the last; the second was not, and has an entry of its own.
    expect([ring.usedEntry(1), ring.usedEntry(3)]).toEqual([
      { id: 2, len: 0 },
      { id: 3, len: 1 },
    ]);
  });

  it('without IN_ORDER, leaves out of what is saved what went back', () => {
    const { guest } = killed();
    const outstanding = [{ head: 0 }, { head: 2 }, { head: 3 }];
    const queue = createDeviceQueue(
      guest.memory,
      guest.config,
      state({ nextAvail: 4, nextUsed: 1, outstanding }),
    );
    queue.pop();
    queue.pushUsed(queue.pop() as DescriptorChain, 1);
    const saved = queue.snapshot();
    expect(saved.outstanding.map(({ head }) => head)).toEqual([0, 3]);
    expect(saved).toMatchObject({ nextAvail: 4, nextUsed: 2 });
  });

  it('tells the driver in any case: nobody knows what it was told', () => {
    const { guest, ring } = killed();
    ring.usedEvent = 100;
    const config = { ...guest.config, features: featureSet(VIRTIO_F.EVENT_IDX) };
    const queue = createDeviceQueue(guest.memory, config, state({ nextAvail: 4, nextUsed: 1 }));
    expect([queue.needsNotification(), queue.needsNotification()]).toEqual([true, false]);
  });
});

describe('a device’s packed queue', () => {
  const guest = new MockGuest(8, featureSet(VIRTIO_F.RING_PACKED));
  const restore = (change: Partial<DeviceQueueState>) => () =>
    createDeviceQueue(guest.memory, guest.config, state(change));

  it('refuses a position that is not in it', () => {
    expect(restore({ nextAvail: 8 })).toThrow('invalid ring position: expected 0 to 7, got 8 and 0');
    expect(restore({ nextUsed: 8 })).toThrow('invalid ring position: expected 0 to 7, got 0 and 8');
    expect(restore({ nextAvail: 7, nextUsed: 7 })).not.toThrow();
  });

  it.each([
    [{}],
    [{ readable: [], writable: [] }],
    [{ descriptors: 1, writable: [] }],
    [{ descriptors: 1, readable: [] }],
  ])('refuses a chain without its pieces, which the ring no longer has: %j', (known) => {
    expect(restore({ outstanding: [{ head: 3, ...known }] })).toThrow(
      'cannot restore chain 3: saved state lacks the buffers',
    );
  });

  it('goes on with what was out and what was held, and knows how much of the ring that is', () => {
    const fresh = new MockGuest(8, featureSet(VIRTIO_F.RING_PACKED, VIRTIO_F.IN_ORDER));
    const ring = new RawPackedRing(fresh.buffer, fresh.config);
    const { addr } = fresh.alloc(8);
    const piece = (len: number) => [{ addr, len }];
    const outstanding = [
      { head: 5, descriptors: 2, readable: piece(3), writable: piece(4) },
      { head: 6, descriptors: 1, readable: [], writable: piece(2), finished: 2 },
    ];
    const there = state({ nextAvail: 3, availWrap: 1, nextUsed: 0, usedWrap: 1, outstanding });
    const queue = createDeviceQueue(fresh.memory, fresh.config, there);
    expect([queue.inFlight, queue.poll()]).toEqual([1, true]);
    expect(queue.snapshot()).toEqual(there);
    const chain = queue.pop() as DescriptorChain;
    expect([chain.head, queue.pop(), queue.poll()]).toEqual([5, undefined, false]);
    expect(chain.readableSegments.buffers()).toEqual(piece(3));
    // Five descriptors are free, and no list is longer.
    for (const place of [3, 4, 5, 6]) ring.setDescriptor(place, { addr, len: 1, flags: 0x81 });
    ring.setDescriptor(7, { addr, len: 1, flags: 0x80, link: 9 });
    expect(queue.pop()).toMatchObject({ head: 9, descriptors: 5 });
    // What was told before the restore is not known.
    expect([queue.needsNotification(), queue.needsNotification()]).toEqual([true, false]);
    queue.pushUsed(chain, 4);
    expect([ring.descriptor(0).link, ring.descriptor(0).len]).toEqual([6, 2]);
    const full = createDeviceQueue(fresh.memory, fresh.config, there);
    ring.setDescriptor(7, { addr, len: 1, flags: 0x81 });
    ring.setDescriptor(0, { addr, len: 1, flags: 0x8000, link: 9 });
    full.pop();
    expect(full.pop()).toBeUndefined();
    expect(full.broken).toBe('descriptor list is longer than the free part of the ring, at 3 of 8');
  });

  it('refuses a chain whose memory is gone', () => {
    const outstanding = [{ head: 3, descriptors: 1, readable: [{ addr: 1 << 30, len: 1 }], writable: [] }];
    expect(restore({ outstanding })).toThrow('descriptor outside guest memory');
  });
});
