import { describe, expect, it, vi } from 'vitest';
import {
  CHAIN_FAULT,
  type ChainFault,
  type DescriptorChain,
  featureSet,
  VIRTIO_F,
} from '../../src/virtio/index.ts';
import { MockGuest, RawPackedRing } from '../support/mock-guest.ts';
import { AVAIL, INDIRECT, LIES, MEMORY, NEXT, OWNER, type Piece, WRITE } from './chain-lies.ts';

/** A driver that tells the truth only by chance, on a packed queue of 8: `offer` writes descriptors as they are told, in the first lap. */
function packed(...features: readonly number[]) {
  const guest = new MockGuest(8, featureSet(VIRTIO_F.RING_PACKED, ...features), MEMORY);
  const queue = guest.device();
  const ring = new RawPackedRing(guest.buffer, guest.config);
  const data = guest.alloc(256, 0xee);
  const table = guest.alloc(2048 * 16);
  const inTable = new RawPackedRing(guest.buffer, { ...guest.config, descriptor: table.addr });
  let at = 0;
  const offer = (id: number, pieces: readonly Piece[]) => {
    for (const [i, piece] of pieces.entries()) {
      const more = i < pieces.length - 1 ? NEXT : 0;
      ring.setDescriptor(at++, { ...piece, flags: piece.flags | more | AVAIL, link: id });
    }
  };
  const expectWorking = () => {
    const used = at;
    offer(77, [{ addr: data.addr, len: 4, flags: WRITE }]);
    const chain = queue.pop() as DescriptorChain;
    expect(chain?.head).toBe(77);
    queue.pushUsed(chain, 4);
    expect(ring.descriptor(used)).toMatchObject({ link: 77, len: 4, flags: OWNER | WRITE });
  };
  return { guest, queue, ring, data: data.addr, table: table.addr, inTable, offer, expectWorking };
}

describe('a packed queue whose driver lies about a list gives it back unread and works on', () => {
  const check = (setup: ReturnType<typeof packed>, reason: ChainFault) => {
    const { queue, ring } = setup;
    expect(queue.pop()).toBeUndefined();
    expect([queue.malformed, queue.malformedReason, queue.broken]).toEqual([1, reason, undefined]);
    expect(ring.descriptor(0)).toMatchObject({ link: 42, len: 0, flags: OWNER });
    for (let i = 0; i < 3; i++) expect(queue.pop()).toBeUndefined();
    expect(queue.malformed).toBe(1);
    setup.expectWorking();
  };

  it.each(LIES)('%s', (_name, pieces, reason) => {
    const setup = packed();
    setup.offer(42, pieces(setup));
    check(setup, reason);
  });

  it('a table in a list, first or last', () => {
    for (const order of [1, -1]) {
      const setup = packed();
      const list = [
        { addr: setup.data, len: 4, flags: 0 },
        { addr: setup.table, len: 16, flags: INDIRECT },
      ];
      setup.offer(42, order === 1 ? list : list.reverse());
      check(setup, CHAIN_FAULT.INDIRECT_AND_NEXT);
    }
  });

  it('and looks at one round of rubbish at a time, however fast the driver refills it', () => {
    const { guest, queue, ring } = packed();
    let offered = 0;
    const rubbish = () => {
      const mark = Math.floor(offered / 8) % 2 === 0 ? AVAIL : OWNER & ~AVAIL;
      ring.setDescriptor(offered++ % 8, { addr: MEMORY, len: 4, flags: mark, link: 1 });
    };
    rubbish();
    vi.spyOn(guest.memory, 'has').mockImplementation(() => {
      if (queue.malformed < 1000) rubbish();
      return false;
    });
    expect(queue.pop()).toBeUndefined();
    expect(queue.malformed).toBe(8);
    expect(queue.enableNotification()).toBe(true);
  });

  it('a table of more than 1024', () => {
    const setup = packed();
    setup.offer(42, [{ addr: setup.table, len: 1025 * 16, flags: INDIRECT }]);
    check(setup, CHAIN_FAULT.TABLE_LOOP);
  });

  it('an entry of a table outside memory', () => {
    const setup = packed();
    setup.inTable.setDescriptor(0, { addr: MEMORY, len: 1, flags: 0 });
    setup.offer(42, [{ addr: setup.table, len: 16, flags: INDIRECT }]);
    check(setup, CHAIN_FAULT.UNMAPPED);
  });

  it('an entry of a table readable behind a writable one', () => {
    const setup = packed();
    setup.inTable.setDescriptor(0, { addr: setup.data, len: 1, flags: WRITE });
    setup.inTable.setDescriptor(1, { addr: setup.data, len: 1, flags: 0 });
    setup.offer(42, [{ addr: setup.table, len: 32, flags: INDIRECT }]);
    check(setup, CHAIN_FAULT.ORDER);
  });
});

describe('a packed queue whose driver lies about the ring', () => {
  it('stops at a list without an end: nobody knows where the next one starts', () => {
    const { queue, ring, data } = packed();
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: data, len: 1, flags: NEXT | AVAIL });
    expect(queue.pop()).toBeUndefined();
    expect(queue.broken).toBe('descriptor list is longer than the free part of the ring, at 0 of 8');
    expect([queue.poll(), queue.enableNotification(), queue.inFlight]).toEqual([false, false, 0]);
    ring.setDescriptor(0, { addr: data, len: 1, flags: AVAIL });
    expect(queue.pop()).toBeUndefined();
  });

  it('stops when descriptors that the device still has are made available again', () => {
    const { queue, ring, data } = packed();
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: data, len: 1, flags: AVAIL, link: i });
    for (let i = 0; i < 8; i++) expect(queue.pop()).toBeDefined();
    ring.setDescriptor(0, { addr: data, len: 1, flags: 0x8000 });
    expect(queue.pop()).toBeUndefined();
    expect(queue.broken).toContain('longer than the free part of the ring');
  });

  it('takes any buffer id, twice too: it is the driver that must tell them apart', () => {
    const { queue, ring, offer, data } = packed();
    offer(0xffff, [{ addr: data, len: 4, flags: WRITE }]);
    offer(0xffff, [{ addr: data, len: 4, flags: WRITE }]);
    const [a, b] = [queue.pop(), queue.pop()] as [DescriptorChain, DescriptorChain];
    queue.pushUsed(b, 2);
    queue.pushUsed(a, 1);
    expect([0, 1].map((i) => ring.descriptor(i)).map(({ link, len }) => [link, len])).toEqual([
      [0xffff, 2],
      [0xffff, 1],
    ]);
  });

  it('does not care what becomes of the descriptors once a list was popped', () => {
    const { queue, ring, offer, data, guest } = packed();
    offer(3, [{ addr: data, len: 4, flags: WRITE }]);
    const chain = queue.pop() as DescriptorChain;
    ring.setDescriptor(0, { addr: 0, len: 0xffff_ffff, flags: WRITE | NEXT, link: 9 });
    chain.writable.writeU32(0x01020304);
    queue.pushUsed(chain, 4);
    expect([...guest.bytes({ addr: data, len: 5 })]).toEqual([4, 3, 2, 1, 0xee]);
    expect(ring.descriptor(0)).toMatchObject({ link: 3, len: 4, flags: OWNER | WRITE });
  });

  it('reads any event suppression word', () => {
    const { queue, ring, offer, data } = packed(VIRTIO_F.EVENT_IDX);
    for (const word of [0x3_0000, 0xffff_ffff, 0x2_7fff, 0x2_ffff]) {
      ring.driverEvent = word;
      offer(3, [{ addr: data, len: 4, flags: WRITE }]);
      queue.stageUsed(queue.pop() as DescriptorChain, 0);
      expect(typeof queue.needsNotification()).toBe('boolean');
    }
  });
});
