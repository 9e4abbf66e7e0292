import { describe, expect, it } from 'vitest';
import { createDriverQueue, type DriverQueueState, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../../support/mock-guest.ts';

const { RING_PACKED, INDIRECT_DESC, IN_ORDER } = VIRTIO_F;
const SIZE = 8;
const NEXT = 1;
const WRITE = 2;
const OWNER = 0x8080;

/** Pieces of these lengths. */
const pieces = (...lengths: readonly number[]) => lengths.map((len, i) => ({ addr: 0x2000 + 64 * i, len }));

describe.each([
  ['split', []],
  ['packed', [RING_PACKED]],
])('a driver’s %s queue that goes on in another object', (layout, features) => {
  function driverOf(...more: readonly number[]) {
    const guest = new MockGuest(SIZE, featureSet(...features, ...more));
    const ring = new (layout === 'split' ? RawSplitRing : RawPackedRing)(guest.buffer, guest.config);
    /** The device uses `count` requests by one entry, which names the last of them; `at` is its place. */
    const use = (at: number, id: number, len: number, count = 1) => {
      if (ring instanceof RawSplitRing) {
        ring.use({ id, len });
        ring.usedIdx = ring.usedIdx + count - 1;
      } else
        ring.setDescriptor(at % SIZE, { addr: 0, len, flags: at < SIZE ? OWNER | WRITE : WRITE, link: id });
    };
    /** What names the request that was made available as this one, whose last descriptor is at `at`. */
    const idOf = (count: number, at: number) =>
      ring instanceof RawSplitRing ? ring.availEntry(count) : ring.descriptor(at % SIZE).link;
    /** As JSON: what a file or another process would hold. */
    const again = (state: DriverQueueState<string>) =>
      createDriverQueue<string>(guest.memory, guest.config, guest.dma, JSON.parse(JSON.stringify(state)));
    return { guest, ring, queue: guest.driver<string>(), use, idOf, again };
  }

  it('with IN_ORDER, in the middle of a batch', () => {
    const { queue, use, idOf, again } = driverOf(IN_ORDER);
    for (const [i, token] of ['a', 'b', 'c'].entries()) queue.addBuf([], pieces(10 + i), token);
    queue.addBuf(pieces(1), pieces(20), 'd');
    queue.kickPrepare();
    const last = idOf(2, 2);
    use(0, last, 5, 3);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['a', 10]);
    const state = queue.snapshot();
    expect(state.batch).toEqual({ head: last, length: 5 });
    const other = again(state);
    expect([other.free, other.inFlight, other.poll()]).toEqual([SIZE - 4, 3, true]);
    expect([other.getBuf(), other.usedLength]).toEqual(['b', 11]);
    expect([other.getBuf(), other.usedLength]).toEqual(['c', 5]);
    expect([other.getBuf(), other.poll()]).toEqual([undefined, false]);
    use(3, idOf(3, 4), 7);
    expect([other.getBuf(), other.usedLength]).toEqual(['d', 7]);
    expect([other.free, other.inFlight, other.snapshot().batch]).toEqual([SIZE, 0, undefined]);
    // All descriptors are there again, from where the ring is now.
    for (let i = 0; i < SIZE; i++) expect(other.addBuf([], pieces(30 + i), `${i}`)).toBe(true);
    expect([other.free, other.addBuf([], pieces(1), 'x')]).toEqual([0, false]);
    other.kickPrepare();
    for (let i = 0; i < SIZE; i++) {
      use(5 + i, idOf(4 + i, 5 + i), 1000);
      expect([other.getBuf(), other.usedLength]).toEqual([`${i}`, 30 + i]);
    }
  });

  it('with IN_ORDER, with nothing in flight, from any place', () => {
    const { ring, queue, use, idOf, again } = driverOf(IN_ORDER);
    for (let i = 0; i < 5; i++) {
      queue.addBuf([], pieces(1), 'x');
      queue.kickPrepare();
      use(i, idOf(i, i), 1);
      queue.getBuf();
    }
    const other = again(queue.snapshot());
    other.addBuf(pieces(2), pieces(3), 'y');
    other.kickPrepare();
    if (ring instanceof RawSplitRing) expect(ring.availIdx).toBe(6);
    else expect([5, 6].map((i) => ring.descriptor(i).len)).toEqual([2, 3]);
    use(5, idOf(5, 6), 3);
    expect([other.getBuf(), other.usedLength, other.free]).toEqual(['y', 3, SIZE]);
  });

  it('with holes among its descriptors', () => {
    const { ring, queue, use, idOf, again } = driverOf();
    queue.addBuf(pieces(1), [], 'a');
    queue.addBuf(pieces(1), pieces(2), 'b');
    queue.addBuf(pieces(1, 2), pieces(3), 'c');
    queue.kickPrepare();
    const [a, b, c] = [idOf(0, 0), idOf(1, 2), idOf(2, 5)];
    use(0, b, 2);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['b', 2]);
    const other = again(queue.snapshot());
    expect([other.free, other.inFlight]).toEqual([4, 2]);
    // What is free is used, and nothing that is in flight.
    const more = ['d', 'e', 'f', 'g'];
    for (const token of more) expect(other.addBuf([], pieces(4), token)).toBe(true);
    expect([other.free, other.addBuf(pieces(1), [], 'x')]).toEqual([0, false]);
    other.kickPrepare();
    const ids = more.map((_, i) => idOf(3 + i, 6 + i));
    if (ring instanceof RawSplitRing) {
      const taken = [a, c];
      for (let at = c; (ring.descriptor(at).flags & NEXT) !== 0; at = ring.descriptor(at).link)
        taken.push(ring.descriptor(at).link);
      expect(taken).toHaveLength(4);
      expect(new Set([...taken, ...ids]).size).toBe(SIZE);
      expect(ring.descriptor(a)).toMatchObject({ len: 1 });
    } else expect(new Set([a, c, ...ids]).size).toBe(6);
    use(2, c, 3);
    expect([other.getBuf(), other.usedLength]).toEqual(['c', 3]);
    use(5, a, 0);
    expect(other.getBuf()).toBe('a');
    for (const [i, id] of ids.entries()) {
      use(6 + i, id, 4);
      expect([other.getBuf(), other.usedLength]).toEqual([more[i], 4]);
    }
    expect([other.free, other.inFlight]).toEqual([SIZE, 0]);
    expect(other.addBuf(pieces(1, 2, 3, 4), pieces(5, 6, 7, 8), 'whole')).toBe(true);
    other.kickPrepare();
    if (ring instanceof RawSplitRing) {
      const all = [ring.availEntry(7)];
      while ((ring.descriptor(all.at(-1) as number).flags & NEXT) !== 0 && all.length < 20)
        all.push(ring.descriptor(all.at(-1) as number).link);
      expect([...all].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(all.map((index) => ring.descriptor(index).len)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it('with its indirect tables, which are given back at the end', () => {
    const { guest, queue, use, idOf, again } = driverOf(INDIRECT_DESC);
    const before = guest.dma.available;
    queue.addBuf(pieces(1, 2), pieces(3), 'a');
    queue.addBuf([], pieces(4), 'b');
    queue.kickPrepare();
    const state = queue.snapshot();
    const [a, b] = state.outstanding;
    expect([a?.table?.capacity, b && 'table' in b]).toEqual([8, false]);
    const other = again(state);
    use(0, idOf(0, 0), 3);
    expect([other.getBuf(), other.usedLength]).toEqual(['a', 3]);
    // The table is there for the next request.
    const taken = guest.dma.available;
    other.addBuf(pieces(1, 1, 1, 1), pieces(1, 1, 1, 1), 'c');
    expect(guest.dma.available).toBe(taken);
    other.close();
    expect(guest.dma.available).toBe(before);
  });

  it('a reset links all descriptors anew', () => {
    const { ring, queue, use, idOf } = driverOf();
    for (const [i, token] of ['a', 'b', 'c'].entries()) queue.addBuf(pieces(i, i), [], token);
    queue.kickPrepare();
    use(0, idOf(1, 3), 0);
    queue.getBuf();
    queue.reset();
    expect([queue.free, queue.inFlight]).toEqual([SIZE, 0]);
    for (let i = 0; i < SIZE; i++) expect(queue.addBuf(pieces(i + 1), [], `${i}`)).toBe(true);
    queue.kickPrepare();
    const ids = Array.from({ length: SIZE }, (_, i) => idOf(i, i));
    expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ids.map((_, i) => ring.descriptor(i).len)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
