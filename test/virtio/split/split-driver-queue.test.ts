import { describe, expect, it } from 'vitest';
import { featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest, RawSplitRing } from '../../support/mock-guest.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

function driverOf(size: number, ...features: readonly number[]) {
  const guest = new MockGuest(size, featureSet(...features));
  const queue = guest.driver<string>();
  const ring = new RawSplitRing(guest.buffer, guest.config);
  return { guest, queue, ring };
}

const at = (addr: number, len: number) => ({ addr, len });

describe('2.7.5 the descriptor table', () => {
  it('holds a request as a chain: readable pieces, then writable ones, the last without NEXT', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 16), at(0x3000, 4)], [at(0x1_2345_6789, 7)], 'a');
    queue.kickPrepare();
    const head = ring.availEntry(0);
    const first = ring.descriptor(head);
    const second = ring.descriptor(first.link);
    const third = ring.descriptor(second.link);
    expect(first).toMatchObject({ addr: 0x2000, len: 16, flags: NEXT });
    expect(second).toMatchObject({ addr: 0x3000, len: 4, flags: NEXT });
    expect(third).toMatchObject({ addr: 0x1_2345_6789, len: 7, flags: WRITE });
    expect(new Set([head, first.link, second.link]).size).toBe(3);
  });

  it('2.7.5.2 with IN_ORDER, next is the following descriptor, and 0 behind the last', () => {
    const { queue, ring } = driverOf(4, VIRTIO_F.IN_ORDER);
    for (const [round, heads] of [0, 3, 2, 1].entries()) {
      queue.addBuf([at(0x2000, 1), at(0x2001, 1)], [at(0x3000, 1)], 'a');
      queue.kickPrepare();
      expect(ring.availEntry(round)).toBe(heads);
      expect(ring.descriptor(heads).link).toBe((heads + 1) % 4);
      expect(ring.descriptor((heads + 1) % 4).link).toBe((heads + 2) % 4);
      ring.use({ id: heads, len: 0 });
      expect(queue.getBuf()).toBe('a');
    }
  });
});

describe('2.7.5.3 indirect descriptors', () => {
  it('hold the pieces in a table, linked 1, 2, …; the ring has one descriptor of the table’s length', () => {
    const { queue, ring, guest } = driverOf(8, VIRTIO_F.INDIRECT_DESC);
    queue.addBuf([at(0x2000, 16), at(0x3000, 4)], [at(0x4000, 7)], 'a');
    queue.kickPrepare();
    const { addr, len, flags } = ring.descriptor(ring.availEntry(0));
    expect({ len, flags }).toEqual({ len: 48, flags: INDIRECT });
    const table = new RawSplitRing(guest.buffer, { ...guest.config, descriptor: addr });
    expect(table.descriptor(0)).toEqual({ addr: 0x2000, len: 16, flags: NEXT, link: 1 });
    expect(table.descriptor(1)).toEqual({ addr: 0x3000, len: 4, flags: NEXT, link: 2 });
    expect(table.descriptor(2)).toEqual({ addr: 0x4000, len: 7, flags: WRITE, link: 0 });
    expect(queue.free).toBe(7);
  });

  it('are not used unless they were negotiated', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 16)], [at(0x4000, 7)], 'a');
    queue.kickPrepare();
    expect(ring.descriptor(ring.availEntry(0)).flags).toBe(NEXT);
  });

  it('are not used for a single piece, which needs none', () => {
    const { queue, ring } = driverOf(8, VIRTIO_F.INDIRECT_DESC);
    queue.addBuf([], [at(0x4000, 7)], 'a');
    queue.kickPrepare();
    expect(ring.descriptor(ring.availEntry(0))).toMatchObject({ addr: 0x4000, flags: WRITE });
  });

  it('let a queue of four carry four requests of four pieces', () => {
    const { queue } = driverOf(4, VIRTIO_F.INDIRECT_DESC);
    const pieces = [at(0x2000, 1), at(0x3000, 1)];
    for (let i = 0; i < 4; i++) expect(queue.addBuf(pieces, pieces, 'a')).toBe(true);
    expect(queue.addBuf(pieces, pieces, 'a')).toBe(false);
  });

  it('2.7.5.3.1 are no longer than the queue either', () => {
    const { queue } = driverOf(4, VIRTIO_F.INDIRECT_DESC);
    const pieces = [at(0x2000, 1), at(0x2001, 1), at(0x2002, 1)];
    expect(() => queue.addBuf(pieces, pieces, 'a')).toThrow('6 buffers do not fit in a queue of 4');
    expect([queue.free, queue.inFlight]).toEqual([4, 0]);
  });

  it('exchange a table that is too short for a longer one', () => {
    const { guest, queue, ring } = driverOf(64, VIRTIO_F.INDIRECT_DESC);
    const before = guest.dma.available;
    for (const [i, count] of [2, 9, 8, 40].entries()) {
      queue.addBuf(new Array(count).fill(at(0x2000, 1)), [], 'a');
      queue.kickPrepare();
      expect(ring.descriptor(ring.availEntry(i)).len).toBe(count * 16);
      ring.use({ id: ring.availEntry(i), len: 0 });
      expect(queue.getBuf()).toBe('a');
    }
    queue.close();
    expect(guest.dma.available).toBe(before);
  });

  it('give their tables back when the queue is closed', () => {
    const { guest, queue } = driverOf(64, VIRTIO_F.INDIRECT_DESC);
    const before = guest.dma.available;
    queue.addBuf([at(0x2000, 1)], [at(0x3000, 1)], 'a');
    queue.addBuf([at(0x2000, 1), at(0x2000, 1)], new Array(40).fill(at(0x3000, 1)), 'b');
    expect(guest.dma.available).toBeLessThan(before);
    while (queue.detachUnused() !== undefined);
    queue.close();
    expect(guest.dma.available).toBe(before);
    expect(queue.addBuf([at(0x2000, 1)], [], 'c')).toBe(false);
  });
});

describe('2.7.6 the available ring', () => {
  it('shows the heads in the order of the requests, and idx counts them modulo 2^16', () => {
    const { queue, ring } = driverOf(4);
    for (let i = 0; i < 70_000; i++) {
      queue.addBuf([at(0x2000 + (i % 7), 1)], [], 'a');
      queue.kickPrepare();
      expect(ring.availIdx).toBe((i + 1) & 0xffff);
      const head = ring.availEntry(i);
      if (i % 1000 === 0) expect(ring.descriptor(head).addr).toBe(0x2000 + (i % 7));
      ring.use({ id: head, len: 0 });
      if (queue.getBuf() !== 'a') throw new Error(`nothing back at ${i}: ${queue.broken}`);
    }
  });

  it('2.7.13 shows nothing of a batch before the kick, and all of it at once then', () => {
    const { queue, ring } = driverOf(8);
    for (const token of ['a', 'b', 'c']) queue.addBuf([at(0x2000, 1)], [], token);
    expect(ring.availIdx).toBe(0);
    queue.kickPrepare();
    expect(ring.availIdx).toBe(3);
  });
});

describe('2.7.10 available buffer notification suppression', () => {
  it('without EVENT_IDX, notifies unless the used ring’s flags say no', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 1)], [], 'a');
    expect(queue.kickPrepare()).toBe(true);
    ring.usedFlags = 1;
    queue.addBuf([at(0x2000, 1)], [], 'b');
    expect(queue.kickPrepare()).toBe(false);
  });

  it('without EVENT_IDX, ignores avail_event', () => {
    const { queue, ring } = driverOf(8);
    ring.availEvent = 500;
    queue.addBuf([at(0x2000, 1)], [], 'a');
    expect(queue.kickPrepare()).toBe(true);
  });

  it('with EVENT_IDX, notifies when the index passes avail_event, whatever the flags say', () => {
    const { queue, ring } = driverOf(8, VIRTIO_F.EVENT_IDX);
    ring.usedFlags = 1;
    ring.availEvent = 2;
    const kicks = [1, 2, 3, 4].map(() => {
      queue.addBuf([at(0x2000, 1)], [], 'a');
      return queue.kickPrepare();
    });
    expect(kicks).toEqual([false, false, true, false]);
  });

  it('with EVENT_IDX, notifies once for a batch that passes avail_event', () => {
    const { queue, ring } = driverOf(8, VIRTIO_F.EVENT_IDX);
    ring.availEvent = 1;
    for (let i = 0; i < 4; i++) queue.addBuf([at(0x2000, 1)], [], 'a');
    let notified = 0;
    queue.kick(() => notified++);
    queue.kick(() => notified++);
    expect(notified).toBe(1);
  });
});

describe('2.7.7 used buffer notification suppression', () => {
  it('without EVENT_IDX, sets and clears the flag', () => {
    const { queue, ring } = driverOf(8);
    queue.disableCallback();
    expect(ring.availFlags).toBe(1);
    expect(queue.enableCallback()).toBe(true);
    expect(ring.availFlags).toBe(0);
  });

  it('with EVENT_IDX, keeps the flags 0 and asks for the next used buffer', () => {
    const { queue, ring } = driverOf(8, VIRTIO_F.EVENT_IDX);
    for (let i = 0; i < 3; i++) {
      queue.addBuf([at(0x2000, 1)], [], 'a');
      queue.kickPrepare();
      ring.use({ id: ring.availEntry(i), len: 0 });
      queue.getBuf();
    }
    expect(queue.enableCallback()).toBe(true);
    expect(ring.usedEvent).toBe(3);
    queue.disableCallback();
    expect(ring.availFlags).toBe(0);
    expect(ring.usedEvent).toBe(2);
  });

  it.each([[[]], [[VIRTIO_F.EVENT_IDX]]])(
    'says when there is a used buffer already: features %j',
    (features) => {
      const { queue, ring } = driverOf(8, ...features);
      queue.addBuf([at(0x2000, 1)], [], 'a');
      queue.kickPrepare();
      ring.use({ id: ring.availEntry(0), len: 0 });
      expect(queue.enableCallback()).toBe(false);
      expect(queue.getBuf()).toBe('a');
      expect(queue.enableCallback()).toBe(true);
    },
  );
});

describe('2.7.8 the used ring', () => {
  it('gives requests back in the order of the device, with the length it wrote', () => {
    const { queue, ring } = driverOf(8);
    for (const token of ['a', 'b', 'c']) queue.addBuf([], [at(0x2000, 100)], token);
    queue.kickPrepare();
    const heads = [0, 1, 2].map((i) => ring.availEntry(i));
    ring.use({ id: heads[2] as number, len: 30 }, { id: heads[0] as number, len: 10 });
    expect(queue.poll()).toBe(true);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['c', 30]);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['a', 10]);
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.poll()).toBe(false);
    expect(queue.inFlight).toBe(1);
  });

  it('never says more was written than there was room for', () => {
    const { queue, ring } = driverOf(8);
    queue.addBuf([at(0x2000, 50)], [at(0x3000, 10)], 'a');
    queue.kickPrepare();
    ring.use({ id: ring.availEntry(0), len: 0xffff_ffff });
    queue.getBuf();
    expect(queue.usedLength).toBe(10);
  });

  it('2.7.9 with IN_ORDER, one element stands for a batch: the others were used completely', () => {
    const { queue, ring } = driverOf(8, VIRTIO_F.IN_ORDER);
    for (const [i, token] of ['a', 'b', 'c', 'd'].entries()) queue.addBuf([], [at(0x2000, 10 + i)], token);
    queue.kickPrepare();
    ring.use({ id: ring.availEntry(2), len: 5 });
    ring.usedIdx = 3;
    const back = [1, 2, 3].map(() => [queue.getBuf(), queue.usedLength]);
    expect(back).toEqual([
      ['a', 10],
      ['b', 11],
      ['c', 5],
    ]);
    expect(queue.getBuf()).toBeUndefined();
    // The next element lies where the first buffer of the next batch would put it.
    ring.use({ id: ring.availEntry(3), len: 1 });
    expect([queue.getBuf(), queue.usedLength]).toEqual(['d', 1]);
  });
});

describe('room', () => {
  it('is all or nothing: a request that does not fit changes nothing', () => {
    const { queue, ring } = driverOf(4);
    queue.addBuf([at(0x2000, 1), at(0x2001, 1)], [], 'a');
    queue.kickPrepare();
    const before = Buffer.from(ring.view.buffer as SharedArrayBuffer).toString('latin1');
    expect(queue.addBuf([at(0x2000, 1)], [at(0x3000, 1), at(0x3001, 1)], 'b')).toBe(false);
    expect(queue.kickPrepare()).toBe(false);
    expect(Buffer.from(ring.view.buffer as SharedArrayBuffer).toString('latin1') === before).toBe(true);
    expect([queue.free, queue.inFlight]).toEqual([2, 1]);
  });

  it('tells a request that never fits from one that does not fit now', () => {
    const { queue } = driverOf(4);
    const pieces = Array.from({ length: 5 }, (_, i) => at(0x2000 + i, 1));
    expect(() => queue.addBuf(pieces, [], 'a')).toThrow('5 buffers do not fit in a queue of 4');
    expect(() => queue.addBuf([], [], 'a')).toThrow('a request needs at least one buffer');
  });

  it('says beforehand what a request takes', () => {
    expect(driverOf(4).queue.descriptorsFor(3)).toBe(3);
    expect(driverOf(4, VIRTIO_F.INDIRECT_DESC).queue.descriptorsFor(3)).toBe(1);
    expect(driverOf(4, VIRTIO_F.INDIRECT_DESC).queue.descriptorsFor(1)).toBe(1);
  });
});

describe('a configuration that cannot be', () => {
  it.each([
    ['no power of two', { size: 6 }, 'invalid queue size: expected a power of two up to 32768, got 6'],
    ['too large', { size: 65_536 }, 'invalid queue size: expected a power of two up to 32768, got 65536'],
    [
      'descriptor table misaligned',
      { descriptor: 0x1008 },
      'descriptor table at 0x1008 is not aligned to 16',
    ],
    ['available ring misaligned', { driver: 0x1001 }, 'available ring at 0x1001 is not aligned to 2'],
    ['used ring misaligned', { device: 0x1002 }, 'used ring at 0x1002 is not aligned to 4'],
    ['used ring outside', { device: 0xffff0 }, 'used ring at 0xffff0+70 is not inside one memory region'],
  ])('is refused: %s', (_what, change, sentence) => {
    const guest = new MockGuest(8);
    Object.assign(guest.config, change);
    expect(() => guest.driver()).toThrow(sentence);
    expect(() => guest.device()).toThrow(RangeError);
  });
});
