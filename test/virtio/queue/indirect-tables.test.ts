import { describe, expect, it } from 'vitest';
import { type DmaBuffer, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../../support/mock-guest.ts';

const { RING_PACKED, INDIRECT_DESC } = VIRTIO_F;
const INDIRECT = 4;
const WRITE = 2;
const NEXT = 1;
const OWNER = 0x8080;

/** Pieces of these lengths, one behind the other, beyond 4 GiB. */
const far = (...lengths: readonly number[]): DmaBuffer[] =>
  lengths.map((len, i) => ({ addr: 0x1_2345_6000 + 64 * i, len }));

describe.each([
  ['split', []],
  ['packed', [RING_PACKED]],
])('a driver’s %s queue with INDIRECT_DESC', (layout, features) => {
  function driverOf(size: number, ...more: readonly number[]) {
    const guest = new MockGuest(size, featureSet(...features, ...more));
    const queue = guest.driver<string>();
    const split = layout === 'split';
    const ring = new (split ? RawSplitRing : RawPackedRing)(guest.buffer, guest.config);
    let uses = 0;
    /** The device uses the request at descriptor 0 of the next place. */
    const use = (id: number, len: number) => {
      if (ring instanceof RawSplitRing) ring.use({ id, len });
      else ring.setDescriptor(uses, { addr: 0, len, flags: OWNER | WRITE, link: id });
      uses++;
    };
    const idAt = (place: number) =>
      ring instanceof RawSplitRing ? ring.availEntry(place) : ring.descriptor(place).link;
    const shown = (place: number) =>
      ring.descriptor(ring instanceof RawSplitRing ? ring.availEntry(place) : place);
    return { guest, queue, ring, use, idAt, shown, split };
  }

  it('writes addresses of 64 bits into the table', () => {
    const { guest, queue, shown, split } = driverOf(8, INDIRECT_DESC);
    queue.addBuf(far(1, 2), far(3), 'a');
    queue.kickPrepare();
    const { addr, len, flags } = shown(0);
    expect([len, flags & INDIRECT]).toEqual([48, INDIRECT]);
    const Table = split ? RawSplitRing : RawPackedRing;
    const table = new Table(guest.buffer, { ...guest.config, descriptor: addr });
    const entries = [0, 1, 2].map((i) => table.descriptor(i));
    expect(entries.map((entry) => [entry.addr, entry.len])).toEqual([
      [0x1_2345_6000, 1],
      [0x1_2345_6040, 2],
      [0x1_2345_6000, 3],
    ]);
    expect(entries.map((entry) => entry.flags & WRITE)).toEqual([0, 0, WRITE]);
  });

  it('puts one piece into the ring itself', () => {
    const { queue, shown } = driverOf(8, INDIRECT_DESC);
    queue.addBuf([], far(3), 'a');
    queue.kickPrepare();
    expect(shown(0)).toMatchObject({ addr: 0x1_2345_6000, len: 3 });
    expect(shown(0).flags & (INDIRECT | NEXT)).toBe(0);
    expect([1, 2, 8].map((pieces) => queue.descriptorsFor(pieces))).toEqual([1, 1, 1]);
  });

  it('keeps a table for the next request, exchanges it for a longer one, and gives all back at the end', () => {
    const { guest, queue, use, idAt } = driverOf(16, INDIRECT_DESC);
    const before = guest.dma.available;
    const taken: number[] = [];
    for (const [place, pieces] of [3, 3, 8, 9, 2, 16, 16].entries()) {
      queue.addBuf(far(...Array(pieces).fill(1)), [], 'a');
      queue.kickPrepare();
      use(idAt(place), 0);
      expect(queue.getBuf()).toBe('a');
      taken.push(before - guest.dma.available);
    }
    // Eight descriptors of 16 bytes at least, then powers of two.
    expect(taken).toEqual([128, 128, 128, 256, 256, 256, 256]);
    queue.close();
    expect(guest.dma.available).toBe(before);
    expect([queue.addBuf(far(1), [], 'b'), queue.broken]).toEqual([false, 'the queue was closed']);
  });

  it('believes no more bytes to be written than there was room for', () => {
    const { queue, use, idAt } = driverOf(8, INDIRECT_DESC);
    queue.addBuf(far(100), far(3, 4), 'a');
    queue.kickPrepare();
    use(idAt(0), 1000);
    expect([queue.getBuf(), queue.usedLength]).toEqual(['a', 7]);
  });

  it.each([[[]], [[INDIRECT_DESC]]])('takes a request as long as the queue, and no empty one: %j', (more) => {
    const { queue } = driverOf(4, ...more);
    expect(queue.addBuf(far(1, 2), far(3, 4), 'a')).toBe(true);
    expect(queue.free).toBe(more.length === 0 ? 0 : 3);
    const { queue: other } = driverOf(4, ...more);
    expect(() => other.addBuf([], [], 'a')).toThrow(RangeError);
    expect([1, 3].map((pieces) => other.descriptorsFor(pieces))).toEqual(more.length === 0 ? [1, 3] : [1, 1]);
  });

  it('shows nothing more once the device has lied', () => {
    const { queue, use, ring } = driverOf(4);
    queue.addBuf(far(1), [], 'a');
    queue.kickPrepare();
    queue.addBuf(far(1), [], 'b');
    use(3, 0);
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.broken).toBeDefined();
    expect([queue.kickPrepare(), queue.poll()]).toEqual([false, false]);
    if (ring instanceof RawSplitRing) expect(ring.availIdx).toBe(1);
    else expect(ring.descriptor(1).flags).toBe(0);
  });
});
