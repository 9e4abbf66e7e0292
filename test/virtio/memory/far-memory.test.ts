import { describe, expect, it } from 'vitest';
import {
  createDeviceQueue,
  type DescriptorChain,
  featureSet,
  GuestMemory,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';
import { RawPackedRing, RawSplitRing } from '../../support/mock-guest.ts';

/** Memory beyond 4 GiB, as a large guest has it: two regions that touch, each with half of the buffer. */
const BASE = 0x12_3000_0000;
const REGION = 1 << 16;
const SIZE = 4;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const AVAIL = 0x80;
const OWNER = 0x8080;

/** A device's queue whose rings lie at these places of the memory; `at` tells the address of a place. */
function far(places: { descriptor: number; driver: number; device: number }, features = 0) {
  const buffer = new SharedArrayBuffer(2 * REGION);
  const region = (byteOffset: number) => ({
    guestAddress: BASE + byteOffset,
    size: REGION,
    buffer,
    byteOffset,
  });
  const memory = new GuestMemory([region(0), region(REGION)]);
  const at = (place: number) => BASE + place;
  const config = {
    size: SIZE,
    features,
    descriptor: at(places.descriptor),
    driver: at(places.driver),
    device: at(places.device),
  };
  const bytes = new Uint8Array(buffer);
  return { buffer, memory, config, at, bytes, own: { ...config, ...places } };
}

const PLACES = { descriptor: 0x1000, driver: 0x2000, device: 0x3000 };
/** The last three bytes of the first region, and a place in the second. */
const EDGE = REGION - 3;
const ROOM = REGION + 0x100;

/** What the device has to find in a request that reads the edge and writes the room. */
function expectRequest(chain: DescriptorChain | undefined, { at, bytes }: ReturnType<typeof far>): void {
  expect(chain?.readableSegments.buffers()).toEqual([{ addr: at(EDGE), len: 3 }]);
  expect(chain?.writableSegments.buffers()).toEqual([{ addr: at(ROOM), len: 4 }]);
  expect(chain?.readable.readU8()).toBe(1);
  expect([...(chain?.readable.take(2) ?? [])]).toEqual([2, 3]);
  chain?.writable.writeU32(0x0403_0201);
  expect([...bytes.subarray(ROOM, ROOM + 5)]).toEqual([1, 2, 3, 4, 0]);
  expect([...bytes.subarray(EDGE, REGION + 3)]).toEqual([1, 2, 3, 0, 0, 0]);
}

describe('a split queue in memory beyond 4 GiB', () => {
  it.each([
    ['the descriptors', false],
    ['an indirect table', true],
  ])('finds its requests by %s, and another goes on with them', (_what, indirect) => {
    const guest = far(PLACES);
    const { buffer, memory, config, at, bytes, own } = guest;
    const ring = new RawSplitRing(buffer, own);
    const table = indirect ? new RawSplitRing(buffer, { ...own, descriptor: 0x5003 }) : ring;
    bytes.set([1, 2, 3], EDGE);
    table.setDescriptor(0, { addr: at(EDGE), len: 3, flags: NEXT, link: 2 });
    table.setDescriptor(2, { addr: at(ROOM), len: 4, flags: WRITE });
    if (indirect) ring.setDescriptor(0, { addr: at(0x5003), len: 48, flags: INDIRECT });
    ring.offer(0);
    const queue = createDeviceQueue(memory, config);
    expectRequest(queue.pop(), guest);
    bytes.fill(0, ROOM, ROOM + 4);
    const other = createDeviceQueue(memory, config, queue.snapshot());
    const chain = other.pop() as DescriptorChain;
    expectRequest(chain, guest);
    other.pushUsed(chain, 4);
    expect([ring.usedIdx, ring.usedEntry(0)]).toEqual([1, { id: 0, len: 4 }]);
  });

  it.each([
    ['the used ring', { ...PLACES, device: 2 * REGION - 40 }],
    ['the available ring', { ...PLACES, driver: 2 * REGION - 14 }],
    ['the descriptor table', { ...PLACES, descriptor: 2 * REGION - 64 }],
  ])('may have %s at the very end', (_what, places) => {
    const { buffer, memory, config, at, own } = far(places);
    const ring = new RawSplitRing(buffer, own);
    const queue = createDeviceQueue(memory, config);
    ring.setDescriptor(3, { addr: at(ROOM), len: 4, flags: WRITE });
    for (let i = 0; i < 6; i++) {
      ring.offer(3);
      queue.pushUsed(queue.pop() as DescriptorChain, 4);
      expect(ring.usedEntry(i)).toEqual({ id: 3, len: 4 });
    }
  });
});

describe('a packed queue in memory beyond 4 GiB', () => {
  it.each([
    ['the descriptors', false],
    ['an indirect table', true],
  ])('finds its requests by %s, and another goes on with them', (_what, indirect) => {
    const guest = far(PLACES, featureSet(VIRTIO_F.RING_PACKED));
    const { buffer, memory, config, at, bytes, own } = guest;
    const ring = new RawPackedRing(buffer, own);
    bytes.set([1, 2, 3], EDGE);
    if (indirect) {
      const table = new RawPackedRing(buffer, { ...own, descriptor: 0x5003 });
      table.setDescriptor(0, { addr: at(EDGE), len: 3, flags: 0 });
      table.setDescriptor(1, { addr: at(ROOM), len: 4, flags: WRITE });
      ring.setDescriptor(0, { addr: at(0x5003), len: 32, flags: INDIRECT | AVAIL, link: 9 });
    } else {
      ring.setDescriptor(1, { addr: at(ROOM), len: 4, flags: WRITE | AVAIL, link: 9 });
      ring.setDescriptor(0, { addr: at(EDGE), len: 3, flags: NEXT | AVAIL, link: 9 });
    }
    const queue = createDeviceQueue(memory, config);
    expectRequest(queue.pop(), guest);
    bytes.fill(0, ROOM, ROOM + 4);
    const other = createDeviceQueue(memory, config, queue.snapshot());
    const chain = other.pop() as DescriptorChain;
    expectRequest(chain, guest);
    other.pushUsed(chain, 4);
    expect(ring.descriptor(0)).toMatchObject({ link: 9, len: 4, flags: OWNER | WRITE });
  });

  it('takes a table of 1024 entries', () => {
    const { buffer, memory, config, at, own } = far(PLACES, featureSet(VIRTIO_F.RING_PACKED));
    const table = new RawPackedRing(buffer, { ...own, descriptor: 0x5000 });
    for (let i = 0; i < 1024; i++) table.setDescriptor(i, { addr: at(EDGE), len: 1, flags: 0 });
    const ring = new RawPackedRing(buffer, own);
    ring.setDescriptor(0, { addr: at(0x5000), len: 1024 * 16, flags: INDIRECT | AVAIL, link: 1 });
    expect(createDeviceQueue(memory, config).pop()?.readable.remaining).toBe(1024);
  });
});
