import { describe, expect, it, vi } from 'vitest';
import {
  CHAIN_FAULT,
  type ChainFault,
  type DescriptorChain,
  type DeviceQueue,
  featureSet,
  VIRTIO_F,
} from '../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../support/mock-guest.ts';
import { INDIRECT, LIES, MEMORY, NEXT, OWNER, WRITE } from './chain-lies.ts';

/** A driver that tells the truth only by chance, on a split queue of 8. */
function split(...features: readonly number[]) {
  const guest = new MockGuest(8, featureSet(...features), MEMORY);
  const queue = guest.device();
  const ring = new RawSplitRing(guest.buffer, guest.config);
  const data = guest.alloc(256, 0xee);
  const table = guest.alloc(2048 * 16);
  const inTable = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: table.addr });
  /** After the lie, an honest request must come through. */
  const expectWorking = () => {
    ring.setDescriptor(7, { addr: data.addr, len: 4, flags: WRITE });
    const before = ring.usedIdx;
    ring.offer(7);
    const chain = queue.pop() as DescriptorChain;
    expect(chain?.head).toBe(7);
    queue.pushUsed(chain, 4);
    expect(ring.usedEntry(before)).toEqual({ id: 7, len: 4 });
  };
  return { guest, queue, ring, data: data.addr, table: table.addr, inTable, expectWorking };
}

describe('a split queue whose driver lies about a chain gives it back unread and works on', () => {
  const check = (setup: ReturnType<typeof split>, head: number, reason: ChainFault, id = head) => {
    const { queue, ring, guest } = setup;
    const before = guest.bytes({ addr: setup.data, len: 256 }).slice();
    ring.offer(head);
    expect(queue.pop()).toBeUndefined();
    expect([queue.malformed, queue.malformedReason]).toEqual([1, reason]);
    expect(ring.usedIdx).toBe(1);
    expect(ring.usedEntry(0)).toEqual({ id, len: 0 });
    expect(guest.bytes({ addr: setup.data, len: 256 })).toEqual(before);
    expect(queue.broken).toBeUndefined();
    expect(queue.inFlight).toBe(0);
    setup.expectWorking();
    expect(queue.malformed).toBe(1);
  };

  it.each(LIES)('%s', (_name, pieces, reason) => {
    const setup = split();
    for (const [i, piece] of pieces(setup).entries()) {
      const more = i < pieces(setup).length - 1;
      setup.ring.setDescriptor(i, { ...piece, flags: piece.flags | (more ? NEXT : 0), link: i + 1 });
    }
    check(setup, 0, reason);
  });

  it('a chain that leads to itself', () => {
    const setup = split();
    setup.ring.setDescriptor(3, { addr: setup.data, len: 1, flags: NEXT, link: 3 });
    check(setup, 3, CHAIN_FAULT.LOOP);
  });

  it('a chain that loops through all descriptors', () => {
    const setup = split();
    for (let i = 0; i < 8; i++)
      setup.ring.setDescriptor(i, { addr: setup.data, len: 1, flags: NEXT, link: (i + 1) % 8 });
    check(setup, 0, CHAIN_FAULT.LOOP);
  });

  it('a chain that loops with empty descriptors', () => {
    const setup = split();
    setup.ring.setDescriptor(0, { addr: 0, len: 0, flags: NEXT | WRITE, link: 1 });
    setup.ring.setDescriptor(1, { addr: 0, len: 0, flags: NEXT | WRITE, link: 0 });
    check(setup, 0, CHAIN_FAULT.LOOP);
  });

  it('next beyond the table', () => {
    const setup = split();
    setup.ring.setDescriptor(0, { addr: setup.data, len: 1, flags: NEXT, link: 8 });
    check(setup, 0, CHAIN_FAULT.NEXT);
  });

  it.each([8, 0x1234, 0xffff])('a head beyond the table, %i, which comes back under its own name', (head) => {
    check(split(), head, CHAIN_FAULT.HEAD);
  });

  it('a table that goes on behind itself', () => {
    const setup = split();
    setup.ring.setDescriptor(0, { addr: setup.table, len: 16, flags: INDIRECT | NEXT, link: 1 });
    check(setup, 0, CHAIN_FAULT.INDIRECT_AND_NEXT);
  });

  it('a table inside a table', () => {
    const setup = split();
    setup.inTable.setDescriptor(0, { addr: setup.table, len: 16, flags: INDIRECT });
    setup.ring.setDescriptor(0, { addr: setup.table, len: 16, flags: INDIRECT });
    check(setup, 0, CHAIN_FAULT.TABLE_NESTED);
  });

  it('a table whose chain leads to itself', () => {
    const setup = split();
    setup.inTable.setDescriptor(0, { addr: setup.data, len: 1, flags: NEXT, link: 0 });
    setup.ring.setDescriptor(0, { addr: setup.table, len: 32, flags: INDIRECT });
    check(setup, 0, CHAIN_FAULT.TABLE_LOOP);
  });

  it('a table whose chain leaves it', () => {
    const setup = split();
    setup.inTable.setDescriptor(0, { addr: setup.data, len: 1, flags: NEXT, link: 2 });
    setup.ring.setDescriptor(0, { addr: setup.table, len: 32, flags: INDIRECT });
    check(setup, 0, CHAIN_FAULT.TABLE_NEXT);
  });

  it.each([1025, 2048])('a table chain of %i', (count) => {
    const setup = split();
    for (let i = 0; i < count; i++) {
      const flags = i < count - 1 ? NEXT : 0;
      setup.inTable.setDescriptor(i, { addr: setup.data, len: 1, flags, link: i + 1 });
    }
    setup.ring.setDescriptor(0, { addr: setup.table, len: count * 16, flags: INDIRECT });
    check(setup, 0, CHAIN_FAULT.TABLE_LOOP);
  });

  it('readable behind writable inside a table', () => {
    const setup = split();
    setup.inTable.setDescriptor(0, { addr: setup.data, len: 1, flags: WRITE | NEXT, link: 1 });
    setup.inTable.setDescriptor(1, { addr: setup.data, len: 1, flags: 0 });
    setup.ring.setDescriptor(0, { addr: setup.table, len: 32, flags: INDIRECT });
    check(setup, 0, CHAIN_FAULT.ORDER);
  });

  it('2^32 bytes in all', () => {
    const guest = new MockGuest(8, 0, 1 << 22);
    const queue = guest.device();
    const ring = new RawSplitRing(guest.buffer, guest.config);
    const table = guest.alloc(1024 * 16);
    const inTable = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: table.addr });
    const all = (count: number) => {
      for (let i = 0; i < count; i++) {
        const flags = i < count - 1 ? WRITE | NEXT : WRITE;
        inTable.setDescriptor(i, { addr: 0, len: 1 << 22, flags, link: i + 1 });
      }
      ring.setDescriptor(0, { addr: table.addr, len: 1024 * 16, flags: INDIRECT });
      ring.offer(0);
      return queue.pop()?.writable.length;
    };
    expect(all(1024)).toBeUndefined();
    expect(queue.malformedReason).toBe(CHAIN_FAULT.TOO_LONG);
    expect(all(1023)).toBe(1023 * 2 ** 22);
  });

  it('a head that the device still has: the first one goes on, the second comes back', () => {
    const setup = split();
    const { queue, ring, data } = setup;
    ring.setDescriptor(0, { addr: data, len: 4, flags: WRITE });
    ring.offer(0, 0);
    const chain = queue.pop() as DescriptorChain;
    expect(queue.pop()).toBeUndefined();
    expect(queue.malformedReason).toBe(CHAIN_FAULT.TWICE);
    expect(ring.usedEntry(0)).toEqual({ id: 0, len: 0 });
    queue.pushUsed(chain, 4);
    expect(ring.usedEntry(1)).toEqual({ id: 0, len: 4 });
    setup.expectWorking();
  });

  it('with IN_ORDER, gives it back in its turn', () => {
    const { queue, ring, data } = split(VIRTIO_F.IN_ORDER);
    ring.setDescriptor(0, { addr: data, len: 4, flags: WRITE });
    ring.setDescriptor(1, { addr: MEMORY, len: 4, flags: WRITE });
    ring.setDescriptor(2, { addr: data, len: 4, flags: WRITE });
    ring.offer(0, 1, 2);
    const first = queue.pop() as DescriptorChain;
    const third = queue.pop() as DescriptorChain;
    expect([first.head, third.head, ring.usedIdx]).toEqual([0, 2, 0]);
    queue.pushUsed(third, 4);
    queue.pushUsed(first, 4);
    // The entry of 1 stands for 0 and 1; nobody may take 1 for written, so 2 has its own.
    expect(ring.usedIdx).toBe(3);
    expect([ring.usedEntry(0), ring.usedEntry(2)]).toEqual([
      { id: 1, len: 0 },
      { id: 2, len: 4 },
    ]);
  });

  it('never parses the same head twice: each comes back once, however often the device looks', () => {
    const { queue, ring } = split();
    ring.setDescriptor(0, { addr: MEMORY, len: 4, flags: 0 });
    ring.offer(0);
    for (let i = 0; i < 10; i++) expect(queue.pop()).toBeUndefined();
    expect([queue.malformed, ring.usedIdx]).toEqual([1, 1]);
  });

  it('looks at one round of rubbish at a time, so that a driver that refills it cannot hold the device', () => {
    const { guest, queue, ring } = split();
    ring.setDescriptor(0, { addr: MEMORY, len: 4, flags: 0 });
    ring.offer(0);
    // The driver's thread is as fast as ours: whenever a chain is looked at, the next one is there.
    vi.spyOn(guest.memory, 'has').mockImplementation(() => {
      if (queue.malformed < 1000) ring.offer(0);
      return false;
    });
    expect(queue.pop()).toBeUndefined();
    expect(queue.malformed).toBe(8);
    expect(queue.enableNotification()).toBe(true);
  });
});

describe('a split queue whose driver lies about the ring', () => {
  it.each([
    ['jumps by more than the queue holds', 9],
    ['goes backwards', 0xffff],
    ['jumps half way round', 0x8000],
  ])('stops when the available index %s', (_what, index) => {
    const { queue, ring } = split();
    ring.availIdx = index;
    expect(queue.pop()).toBeUndefined();
    expect(queue.broken).toBe(`the available index went from 0 to ${index} in a queue of 8`);
    expect([queue.poll(), queue.enableNotification(), ring.usedIdx]).toEqual([false, false, 0]);
    expect(queue.pop()).toBeUndefined();
    // It stays so when the index is as it should be again: only a reset helps.
    ring.availIdx = 1;
    expect([queue.poll(), queue.pop(), ring.usedIdx]).toEqual([false, undefined, 0]);
  });

  it('takes as many at once as the queue holds', () => {
    const { queue, ring, data } = split();
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: data, len: 4, flags: WRITE });
    ring.offer(0, 1, 2, 3, 4, 5, 6, 7);
    for (let i = 0; i < 8; i++) expect(queue.pop()?.head).toBe(i);
    expect([queue.pop(), queue.broken]).toEqual([undefined, undefined]);
  });

  it('knows a head that is out again from one that was out before a reset', () => {
    const { queue, ring, data } = split();
    ring.setDescriptor(0, { addr: data, len: 4, flags: WRITE });
    ring.offer(0);
    const stale = queue.pop() as DescriptorChain;
    queue.reset();
    [ring.availIdx, ring.usedIdx] = [0, 0];
    ring.offer(0);
    expect(queue.pop()?.head).toBe(0);
    queue.pushUsed(stale, 4);
    expect([queue.inFlight, ring.usedIdx]).toEqual([1, 0]);
    ring.offer(0);
    expect([queue.pop(), queue.malformedReason]).toEqual([undefined, CHAIN_FAULT.TWICE]);
  });

  it('does not care what the driver writes into the used ring', () => {
    const { queue, ring, data, expectWorking, guest } = split();
    ring.setDescriptor(0, { addr: data, len: 4, flags: WRITE });
    ring.offer(0);
    const chain = queue.pop() as DescriptorChain;
    guest.bytes({ addr: guest.config.device, len: 4 + 64 + 2 }).fill(0xff);
    queue.pushUsed(chain, 4);
    expect(ring.usedIdx).toBe(1);
    expect(ring.usedEntry(0)).toEqual({ id: 0, len: 4 });
    expectWorking();
  });

  it('does not care what becomes of the descriptors once a chain was popped', () => {
    const { queue, ring, data, guest } = split();
    ring.setDescriptor(0, { addr: data, len: 4, flags: WRITE });
    ring.offer(0);
    const chain = queue.pop() as DescriptorChain;
    ring.setDescriptor(0, { addr: 0, len: 0xffff_ffff, flags: WRITE | NEXT });
    chain.writable.writeU32(0x01020304);
    expect(chain.writable.remaining).toBe(0);
    expect([...guest.bytes({ addr: data, len: 5 })]).toEqual([4, 3, 2, 1, 0xee]);
  });

  it('goes on after a reset', () => {
    const { queue, ring, expectWorking } = split();
    ring.availIdx = 500;
    queue.pop();
    queue.reset();
    ring.availIdx = 0;
    ring.usedIdx = 0;
    expect(queue.broken).toBeUndefined();
    expectWorking();
  });
});

describe('a ring that is taken out of memory', () => {
  it.each([
    ['split', 0],
    ['packed', featureSet(VIRTIO_F.RING_PACKED)],
  ])('stops a %s queue, with a reason, and nothing is written', (_layout, features) => {
    const guest = new MockGuest(8, features);
    const driver = guest.driver<string>();
    const queue = guest.device();
    driver.addBuf([], [guest.alloc(4)], 'a');
    driver.kickPrepare();
    const chain = queue.pop() as DescriptorChain;
    guest.memory.replace([]);
    expect(queue.poll()).toBe(false);
    expect(queue.broken).toMatch(/is not inside one memory region$/);
    queue.pushUsed(chain, 4);
    expect(queue.pop()).toBeUndefined();
    expect(queue.enableNotification()).toBe(false);
    queue.disableNotification();
  });

  it.each([
    ['split', 0],
    ['packed', featureSet(VIRTIO_F.RING_PACKED)],
  ])('is found at its new place in a %s queue when it only moved', (_layout, features) => {
    const guest = new MockGuest(8, features);
    const driver = guest.driver<string>();
    const queue = guest.device();
    driver.addBuf([], [guest.alloc(4)], 'a');
    driver.addBuf([], [guest.alloc(4)], 'b');
    driver.kickPrepare();
    const chain = queue.pop() as DescriptorChain;
    const moved = new SharedArrayBuffer(guest.buffer.byteLength);
    new Uint8Array(moved).set(new Uint8Array(guest.buffer));
    guest.memory.replace([{ guestAddress: 0, size: moved.byteLength, buffer: moved, byteOffset: 0 }]);
    queue.pushUsed(chain, 3);
    // What the driver finds there is complete, and the old place is left alone.
    const { head } = chain;
    if (features === 0) {
      const ring = new RawSplitRing(moved, guest.config);
      expect([ring.usedIdx, ring.usedEntry(0)]).toEqual([1, { id: head, len: 3 }]);
    } else {
      const used = new RawPackedRing(moved, guest.config).descriptor(0);
      expect(used).toMatchObject({ link: head, len: 3, flags: OWNER | WRITE });
    }
    expect(queue.pop()).toBeDefined();
    expect(driver.getBuf()).toBeUndefined();
    expect(queue.broken).toBeUndefined();
  });

  describe.each([
    ['split', 0],
    ['packed', featureSet(VIRTIO_F.RING_PACKED)],
  ])('and comes back at another place, of a %s queue', (_layout, features) => {
    function moved() {
      const guest = new MockGuest(8, features);
      const driver = guest.driver<string>();
      const queue = guest.device();
      driver.addBuf([guest.alloc(4)], [], 'a');
      driver.kickPrepare();
      const buffer = new SharedArrayBuffer(guest.buffer.byteLength);
      new Uint8Array(buffer).set(new Uint8Array(guest.buffer));
      // At the old place nothing was made available, as if the memory were another's now.
      new Uint8Array(guest.buffer).fill(0);
      guest.memory.replace([{ guestAddress: 0, size: buffer.byteLength, buffer, byteOffset: 0 }]);
      const oldIsUntouched = () => new Uint8Array(guest.buffer).every((byte) => byte === 0);
      const wordAt = () => new DataView(buffer).getUint32(guest.config.device, true);
      return { queue, oldIsUntouched, wordAt };
    }
    /** Flags of the used ring; flags of the event suppression structure. */
    const [on, off] = features === 0 ? [0, 1] : [0, 0x1_0000];

    it.each([
      ['pop', (queue: DeviceQueue) => queue.pop() !== undefined],
      ['poll', (queue: DeviceQueue) => queue.poll()],
      ['enableNotification', (queue: DeviceQueue) => queue.enableNotification()],
    ])('%s finds what was made available there', (_name, look) => {
      const { queue, oldIsUntouched } = moved();
      expect([look(queue), oldIsUntouched()]).toEqual([true, true]);
    });

    it('the driver is asked there for notifications, or for none', () => {
      const { queue, oldIsUntouched, wordAt } = moved();
      queue.disableNotification();
      expect(wordAt()).toBe(off);
      expect(oldIsUntouched()).toBe(true);
      const other = moved();
      other.queue.enableNotification();
      expect(other.wordAt()).toBe(on);
    });
  });
});
