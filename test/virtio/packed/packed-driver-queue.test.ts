import { describe, expect, it } from 'vitest';
import { featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing } from '../../support/mock-guest.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const AVAIL = 0x80;
const USED = 0x8000;
const EVENT = { ENABLE: 0, DISABLE: 0x1_0000, DESC: 0x2_0000 };
const WRAP = 0x8000;

function driverOf(size: number, ...features: readonly number[]) {
  const guest = new MockGuest(size, featureSet(VIRTIO_F.RING_PACKED, ...features));
  const queue = guest.driver<string>();
  const ring = new RawPackedRing(guest.buffer, guest.config);
  /** What a device does at position `at` in a lap with this wrap counter. */
  const use = (at: number, wrap: number, id: number, len: number | undefined) =>
    ring.setDescriptor(at, {
      addr: 0,
      len: len ?? 0x5555,
      flags: (wrap === 1 ? AVAIL | USED : 0) | (len === undefined ? 0 : WRITE),
      link: id,
    });
  return { guest, queue, ring, use };
}

const at = (addr: number, len: number) => ({ addr, len });

describe('2.8.6 a request as a list in the ring', () => {
  it('has NEXT on all but the last, AVAIL set and USED clear in the first lap, the id on the last', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 16), at(0x3000, 4)], [at(0x1_2345_6789, 7)], 'a');
    queue.kickPrepare();
    expect(ring.descriptor(0)).toMatchObject({ addr: 0x2000, len: 16, flags: NEXT | AVAIL });
    expect(ring.descriptor(1)).toMatchObject({ addr: 0x3000, len: 4, flags: NEXT | AVAIL });
    expect(ring.descriptor(2)).toMatchObject({ addr: 0x1_2345_6789, len: 7, flags: WRITE | AVAIL });
    expect(ring.descriptor(3).flags).toBe(0);
  });

  it('2.8.1 has AVAIL clear and USED set in the second lap, and so on in turn', () => {
    const { queue, ring, use } = driverOf(3);
    for (let i = 0; i < 30; i++) {
      queue.addBuf([at(0x2000 + i, 1)], [], 'a');
      queue.kickPrepare();
      const lap = Math.floor(i / 3);
      const { flags, link, addr } = ring.descriptor(i % 3);
      expect([addr, flags]).toEqual([0x2000 + i, lap % 2 === 0 ? AVAIL : USED]);
      use(i % 3, lap % 2 === 0 ? 1 : 0, link, undefined);
      expect(queue.getBuf()).toBe('a');
    }
  });

  it('goes over the end of the ring: the mark changes there, inside the list', () => {
    const { queue, ring, use } = driverOf(5);
    queue.addBuf([at(0x2000, 1), at(0x2001, 1), at(0x2002, 1)], [], 'a');
    queue.kickPrepare();
    use(0, 1, ring.descriptor(2).link, undefined);
    expect(queue.getBuf()).toBe('a');
    queue.addBuf([at(0x3000, 1), at(0x3001, 1)], [at(0x3002, 1)], 'b');
    queue.kickPrepare();
    expect(ring.descriptor(3).flags).toBe(NEXT | AVAIL);
    expect(ring.descriptor(4).flags).toBe(NEXT | AVAIL);
    expect(ring.descriptor(0)).toMatchObject({ addr: 0x3002, flags: WRITE | USED });
    // The device uses the list at its first descriptor and skips over the end with it.
    use(3, 1, ring.descriptor(0).link, 1);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['b', 1]);
    queue.addBuf([at(0x4000, 1)], [], 'c');
    queue.kickPrepare();
    expect(ring.descriptor(1).flags).toBe(USED);
    use(1, 0, ring.descriptor(1).link, undefined);
    expect(queue.getBuf()).toBe('c');
  });

  it('2.8.21.1 shows nothing of a batch before the kick: the first descriptor comes last', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 1), at(0x2001, 1)], [], 'a');
    queue.addBuf([at(0x2002, 1)], [], 'b');
    expect(ring.descriptor(0).flags).toBe(0);
    queue.kickPrepare();
    expect([0, 1, 2].map((i) => ring.descriptor(i).flags)).toEqual([NEXT | AVAIL, AVAIL, AVAIL]);
  });

  it('has an id that no other request has at the time', () => {
    const { queue, ring, use } = driverOf(4);
    for (const token of ['a', 'b', 'c', 'd']) queue.addBuf([at(0x2000, 1)], [], token);
    queue.kickPrepare();
    const ids = [0, 1, 2, 3].map((i) => ring.descriptor(i).link);
    expect(new Set(ids).size).toBe(4);
    use(0, 1, ids[2] as number, undefined);
    expect(queue.getBuf()).toBe('c');
    queue.addBuf([at(0x2000, 1)], [], 'e');
    queue.kickPrepare();
    expect(ring.descriptor(0).link).toBe(ids[2]);
  });
});

describe('2.8.7 indirect descriptors', () => {
  it('hold the pieces in a table where only WRITE is set', () => {
    const { guest, queue, ring } = driverOf(8, VIRTIO_F.INDIRECT_DESC);
    queue.addBuf([at(0x2000, 16), at(0x3000, 4)], [at(0x4000, 7)], 'a');
    queue.kickPrepare();
    const { addr, len, flags } = ring.descriptor(0);
    expect({ len, flags }).toEqual({ len: 48, flags: INDIRECT | AVAIL });
    const table = new RawPackedRing(guest.buffer, { ...guest.config, descriptor: addr });
    expect([0, 1, 2].map((i) => table.descriptor(i))).toEqual([
      { addr: 0x2000, len: 16, flags: 0, link: 0 },
      { addr: 0x3000, len: 4, flags: 0, link: 0 },
      { addr: 0x4000, len: 7, flags: WRITE, link: 0 },
    ]);
    expect(queue.free).toBe(7);
  });
});

describe('2.8.17 room in the ring', () => {
  it.each([[[]], [[VIRTIO_F.INDIRECT_DESC]]])('no list is longer than the queue: features %j', (features) => {
    const { queue } = driverOf(5, ...features);
    const pieces = [at(0x2000, 1), at(0x2001, 1), at(0x2002, 1)];
    expect(() => queue.addBuf(pieces, pieces, 'a')).toThrow('6 buffers do not fit in a queue of 5');
  });

  it('a list that does not fit is not begun', () => {
    const { queue, ring } = driverOf(3);
    queue.addBuf([at(0x2000, 1), at(0x2001, 1)], [], 'a');
    queue.kickPrepare();
    expect(queue.addBuf([at(0x3000, 1)], [at(0x3001, 1)], 'b')).toBe(false);
    expect(queue.kickPrepare()).toBe(false);
    expect(ring.descriptor(2)).toEqual({ addr: 0, len: 0, flags: 0, link: 0 });
  });
});

describe('2.8.4 used descriptors', () => {
  it('give requests back in the order of the device, with the length it wrote', () => {
    const { queue, ring, use } = driverOf(8);
    for (const token of ['a', 'b', 'c']) queue.addBuf([], [at(0x2000, 100)], token);
    queue.kickPrepare();
    const ids = [0, 1, 2].map((i) => ring.descriptor(i).link as number);
    use(0, 1, ids[2] as number, 30);
    use(1, 1, ids[0] as number, 10);
    expect(queue.poll()).toBe(true);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['c', 30]);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['a', 10]);
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.poll()).toBe(false);
  });

  it('have no length without the WRITE flag', () => {
    const { queue, ring, use } = driverOf(8);
    queue.addBuf([], [at(0x2000, 100)], 'a');
    queue.kickPrepare();
    use(0, 1, ring.descriptor(0).link, undefined);
    queue.getBuf();
    expect(queue.usedLength).toBe(0);
  });

  it('never say more was written than there was room for', () => {
    const { queue, ring, use } = driverOf(8);
    queue.addBuf([at(0x2000, 50)], [at(0x3000, 10)], 'a');
    queue.kickPrepare();
    use(0, 1, ring.descriptor(1).link, 0xffff_ffff);
    queue.getBuf();
    expect(queue.usedLength).toBe(10);
  });

  it('2.8.8 with IN_ORDER, one stands for a batch, at the place of the first: the others were used completely', () => {
    const { queue, ring, use } = driverOf(8, VIRTIO_F.IN_ORDER);
    for (const [i, token] of ['a', 'b', 'c', 'd'].entries()) {
      queue.addBuf([at(0x2000, 1)], [at(0x3000, 10 + i)], token);
    }
    queue.kickPrepare();
    use(0, 1, ring.descriptor(5).link, 5);
    const back = [1, 2, 3].map(() => [queue.getBuf(), queue.usedLength]);
    expect(back).toEqual([
      ['a', 10],
      ['b', 11],
      ['c', 5],
    ]);
    expect(queue.getBuf()).toBeUndefined();
    use(6, 1, ring.descriptor(7).link, 13);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['d', 13]);
  });
});

describe('2.8.10 event suppression', () => {
  const kick = (queue: ReturnType<typeof driverOf>['queue']) => {
    queue.addBuf([at(0x2000, 1)], [], 'a');
    return queue.kickPrepare();
  };

  it('of the device: notifies on ENABLE, not on DISABLE', () => {
    const { queue, ring } = driverOf(8);
    expect(kick(queue)).toBe(true);
    ring.deviceEvent = EVENT.DISABLE;
    expect(kick(queue)).toBe(false);
  });

  it('of the device: DESC without EVENT_IDX is not valid and means notify', () => {
    const { queue, ring } = driverOf(8);
    ring.deviceEvent = EVENT.DESC | WRAP | 5;
    expect(kick(queue)).toBe(true);
  });

  it('of the device, DESC: notifies when that descriptor is made available in that lap', () => {
    const { queue, ring, use } = driverOf(4, VIRTIO_F.EVENT_IDX);
    const kicks: boolean[] = [];
    for (let i = 0; i < 12; i++) {
      // Descriptor 2 of the second lap, whose wrap counter is 0.
      ring.deviceEvent = EVENT.DESC | 2;
      kicks.push(kick(queue));
      use(i % 4, Math.floor(i / 4) % 2 === 0 ? 1 : 0, ring.descriptor(i % 4).link, undefined);
      queue.getBuf();
    }
    expect(kicks.map((kicked, i) => (kicked ? i : -1)).filter((i) => i >= 0)).toEqual([6]);
  });

  it('of the device, DESC: notifies once for a batch that passes it, over the end of the ring too', () => {
    const { queue, ring, use } = driverOf(4, VIRTIO_F.EVENT_IDX);
    for (let i = 0; i < 3; i++) {
      kick(queue);
      use(i, 1, ring.descriptor(i).link, undefined);
      queue.getBuf();
    }
    ring.deviceEvent = EVENT.DESC | WRAP | 3;
    for (let i = 0; i < 3; i++) queue.addBuf([at(0x2000, 1)], [], 'b');
    expect(queue.kickPrepare()).toBe(true);
    expect(queue.kickPrepare()).toBe(false);
  });

  it('of the driver: DISABLE, and ENABLE or with EVENT_IDX the next descriptor to be used', () => {
    const plain = driverOf(8);
    plain.queue.disableCallback();
    expect(plain.ring.driverEvent).toBe(EVENT.DISABLE);
    expect(plain.queue.enableCallback()).toBe(true);
    expect(plain.ring.driverEvent).toBe(EVENT.ENABLE);

    const { queue, ring, use } = driverOf(4, VIRTIO_F.EVENT_IDX);
    const events: number[] = [];
    for (let i = 0; i < 5; i++) {
      queue.enableCallback();
      events.push(ring.driverEvent);
      kick(queue);
      use(i % 4, i < 4 ? 1 : 0, ring.descriptor(i % 4).link, undefined);
      queue.getBuf();
    }
    expect(events).toEqual([0, 1, 2, 3, 0].map((n, i) => EVENT.DESC | (i < 4 ? WRAP : 0) | n));
    queue.disableCallback();
    expect(ring.driverEvent).toBe(EVENT.DISABLE);
  });

  it.each([[[]], [[VIRTIO_F.EVENT_IDX]]])(
    'says when there is a used buffer already: features %j',
    (features) => {
      const { queue, ring, use } = driverOf(8, ...features);
      kick(queue);
      use(0, 1, ring.descriptor(0).link, undefined);
      expect(queue.enableCallback()).toBe(false);
      expect(queue.getBuf()).toBe('a');
      expect(queue.enableCallback()).toBe(true);
    },
  );
});

describe('a configuration that cannot be', () => {
  it.each([
    ['empty', { size: 0 }, 'invalid queue size: expected 1 to 32768, got 0'],
    ['too large', { size: 32_769 }, 'invalid queue size: expected 1 to 32768, got 32769'],
    ['ring misaligned', { descriptor: 0x1008 }, 'descriptor ring at 0x1008 is not aligned to 16'],
    ['driver area misaligned', { driver: 0x1002 }, 'driver event suppression at 0x1002 is not aligned to 4'],
    ['device area outside', { device: 0x100000 }, 'device event suppression at 0x100000+4 is not inside'],
  ])('is refused: %s', (_what, change, sentence) => {
    const guest = new MockGuest(7, featureSet(VIRTIO_F.RING_PACKED));
    Object.assign(guest.config, change);
    expect(() => guest.driver()).toThrow(sentence);
    expect(() => guest.device()).toThrow(RangeError);
  });
});
