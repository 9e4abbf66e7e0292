import { describe, expect, it } from 'vitest';
import { featureSet, VIRTIO_F } from '../../src/virtio/index.ts';
import { MockGuest, RawPackedRing, RawSplitRing } from '../support/mock-guest.ts';

const OWNER = 0x8080;
const at = (addr: number, len: number) => ({ addr, len });

function split(...features: readonly number[]) {
  const guest = new MockGuest(8, featureSet(...features));
  const queue = guest.driver<string>();
  const ring = new RawSplitRing(guest.buffer, guest.config);
  for (const token of ['a', 'b', 'c']) queue.addBuf([at(0x2000, 4)], [at(0x3000, 4)], token);
  queue.kickPrepare();
  return { queue, ring, heads: [0, 1, 2].map((i) => ring.availEntry(i)) as [number, number, number] };
}

function packed(...features: readonly number[]) {
  const guest = new MockGuest(8, featureSet(VIRTIO_F.RING_PACKED, ...features));
  const queue = guest.driver<string>();
  const ring = new RawPackedRing(guest.buffer, guest.config);
  for (const token of ['a', 'b', 'c']) queue.addBuf([at(0x2000, 4)], [at(0x3000, 4)], token);
  queue.kickPrepare();
  const use = (place: number, id: number) =>
    ring.setDescriptor(place, { addr: 0, len: 1, flags: OWNER | 2, link: id });
  return { queue, ring, use, ids: [1, 3, 5].map((i) => ring.descriptor(i).link) as [number, number, number] };
}

/** A broken queue takes and gives nothing, but can be emptied and reset. */
function expectBroken(
  queue: ReturnType<typeof split>['queue'],
  reason: string,
  left: readonly string[],
): void {
  expect(queue.getBuf()).toBeUndefined();
  expect(queue.broken).toBe(reason);
  expect(queue.getBuf()).toBeUndefined();
  expect([queue.poll(), queue.kickPrepare()]).toEqual([false, false]);
  expect(queue.addBuf([at(0x2000, 1)], [], 'x')).toBe(false);
  const detached: string[] = [];
  for (let token = queue.detachUnused(); token !== undefined; token = queue.detachUnused())
    detached.push(token);
  expect(detached.sort()).toEqual(left);
  queue.reset();
  expect([queue.broken, queue.free, queue.inFlight]).toEqual([undefined, 8, 0]);
  expect(queue.addBuf([at(0x2000, 1)], [], 'x')).toBe(true);
  expect(queue.kickPrepare()).toBe(true);
}

describe('a driver’s split queue whose device lies stops and says why', () => {
  it('a used id beyond the queue', () => {
    const { queue, ring } = split();
    ring.use({ id: 0xffff_ffff, len: 0 });
    expectBroken(queue, 'the device used descriptor 4294967295, beyond a queue of 8', ['a', 'b', 'c']);
  });

  it('a used id that was never made available', () => {
    const { queue, ring } = split();
    ring.use({ id: 7, len: 0 });
    expectBroken(queue, 'the device used descriptor 7, which was not in flight', ['a', 'b', 'c']);
  });

  it('a used id in the middle of a chain', () => {
    const { queue, ring, heads } = split();
    ring.use({ id: heads[0] + 1, len: 0 });
    expectBroken(queue, `the device used descriptor ${heads[0] + 1}, which was not in flight`, [
      'a',
      'b',
      'c',
    ]);
  });

  it('the same id twice', () => {
    const { queue, ring, heads } = split();
    ring.use({ id: heads[1], len: 0 }, { id: heads[1], len: 0 });
    expect(queue.getBuf()).toBe('b');
    expectBroken(queue, `the device used descriptor ${heads[1]}, which was not in flight`, ['a', 'c']);
  });

  it.each([
    ['more than there are requests', 4],
    ['backwards', 0xffff],
  ])('a used index that went %s', (_what, index) => {
    const { queue, ring } = split();
    ring.usedIdx = index;
    expectBroken(queue, `the used index went from 0 to ${index} with 3 requests in flight`, ['a', 'b', 'c']);
  });

  it('a used index that counts what was not kicked yet', () => {
    const { queue, ring } = split();
    queue.addBuf([at(0x2000, 1)], [], 'd');
    ring.usedIdx = 4;
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.broken).toContain('with 3 requests in flight');
  });

  it('with IN_ORDER, a batch longer than the index says', () => {
    const { queue, ring, heads } = split(VIRTIO_F.IN_ORDER);
    ring.use({ id: heads[2], len: 0 });
    expectBroken(queue, `the device used descriptor ${heads[2]} out of order`, ['a', 'b', 'c']);
  });

  it('with IN_ORDER, an id that it does not have', () => {
    const { queue, ring } = split(VIRTIO_F.IN_ORDER);
    ring.use({ id: 7, len: 0 });
    expectBroken(queue, 'the device used descriptor 7, which was not in flight', ['a', 'b', 'c']);
  });

  it('descriptors that the device wrote into do not lead anywhere: the driver has its own copy', () => {
    const { queue, ring, heads } = split();
    for (let i = 0; i < 8; i++) ring.setDescriptor(i, { addr: 0, len: 0, flags: 0xffff, link: 0xffff });
    ring.use({ id: heads[0], len: 4 }, { id: heads[1], len: 4 }, { id: heads[2], len: 4 });
    expect([queue.getBuf(), queue.getBuf(), queue.getBuf()]).toEqual(['a', 'b', 'c']);
    expect([queue.free, queue.broken]).toEqual([8, undefined]);
  });
});

describe('a driver’s packed queue whose device lies stops and says why', () => {
  it('an id beyond the queue', () => {
    const { queue, use } = packed();
    use(0, 0xffff);
    expectBroken(queue, 'the device used buffer 65535, beyond a queue of 8', ['a', 'b', 'c']);
  });

  it('an id that was never made available', () => {
    const { queue, use } = packed();
    use(0, 7);
    expectBroken(queue, 'the device used buffer 7, which was not in flight', ['a', 'b', 'c']);
  });

  it('the same id twice', () => {
    const { queue, use, ids } = packed();
    use(0, ids[1]);
    use(2, ids[1]);
    expect(queue.getBuf()).toBe('b');
    expectBroken(queue, `the device used buffer ${ids[1]}, which was not in flight`, ['a', 'c']);
  });

  it('more descriptors than were made available', () => {
    const { queue, use, ids } = packed();
    queue.addBuf([at(0x2000, 1)], [at(0x2000, 1)], 'd');
    for (const [i, id] of ids.entries()) use(2 * i, id);
    for (const token of ['a', 'b', 'c']) expect(queue.getBuf()).toBe(token);
    // Not kicked yet, so the device cannot have it: its id is the one that is not among the others.
    const id = [0, 1, 2, 3, 4, 5, 6, 7].find((n) => !ids.includes(n)) as number;
    use(6, id);
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.broken).toMatch(/^the device used buffer \d, which was not in flight$/);
  });

  it('with IN_ORDER, one before its turn: an id that lies behind what was made available', () => {
    const { queue, use } = packed(VIRTIO_F.IN_ORDER);
    use(0, 1);
    expectBroken(queue, 'the device used buffer 1, which was not in flight', ['a', 'b', 'c']);
  });

  it('with IN_ORDER, a batch up to a request that was not kicked yet', () => {
    const { queue, use } = packed(VIRTIO_F.IN_ORDER);
    queue.addBuf([at(0x2000, 1)], [], 'd');
    use(0, 6);
    for (const token of ['a', 'b', 'c']) expect(queue.getBuf()).toBe(token);
    expect(queue.getBuf()).toBeUndefined();
    expect(queue.broken).toBe('the device used buffer 6, which was not in flight');
  });

  it('any event suppression word only costs or saves a notification', () => {
    for (const word of [0x3_0000, 0xffff_ffff, 0x2_7fff, 0x2_ffff]) {
      const { queue, ring } = packed(VIRTIO_F.EVENT_IDX);
      ring.deviceEvent = word;
      queue.addBuf([at(0x2000, 1)], [], 'd');
      expect(typeof queue.kickPrepare()).toBe('boolean');
      expect(queue.broken).toBeUndefined();
    }
  });
});
