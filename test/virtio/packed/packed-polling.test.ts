import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DescriptorChain, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { DriverDistance } from '../../../src/virtio/packed/driver-distance.ts';
import { availableMark } from '../../../src/virtio/packed/packed-layout.ts';
import { rest, restSteps } from '../../../src/virtio/queue/rest.ts';
import { pair } from '../queue/combinations.ts';

vi.mock('../../../src/virtio/queue/rest.ts', { spy: true });

const SIZE = 64;
/** A rest of either end, for each request that it took before. */
const STEPS = 16;

function polledPair(size = SIZE) {
  const { guest, driver, device } = pair(size, featureSet(VIRTIO_F.RING_PACKED, VIRTIO_F.EVENT_IDX));
  const buffers = [guest.alloc(4)];
  const offer = (count: number) => {
    for (let i = 0; i < count; i++) driver.addBuf([], buffers, 'x');
    driver.kickPrepare();
  };
  const use = (count: number) => {
    for (let i = 0; i < count; i++) device.pushUsed(device.pop() as DescriptorChain, 4);
  };
  const get = (count: number) => {
    for (let i = 0; i < count; i++) expect(driver.getBuf()).toBe('x');
  };
  device.disableNotification();
  driver.disableCallback();
  return { driver, device, offer, use, get };
}

/** Steps of the rests since the last question. */
function rests(): number[] {
  const steps = vi.mocked(rest).mock.calls.map(([steps]) => steps);
  vi.mocked(rest).mockClear();
  return steps;
}

afterEach(() => {
  vi.mocked(rest).mockReset();
});

describe('a device that polls a packed ring', () => {
  it('rests once behind what it took, for as many requests', () => {
    const { device, offer, use } = polledPair();
    offer(5);
    use(5);
    expect(rests()).toEqual([]);
    for (let i = 0; i < 3; i++) expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([5 * STEPS]);
    offer(1);
    use(1);
    for (let i = 0; i < 3; i++) expect(device.poll()).toBe(false);
    expect(rests()).toEqual([1 * STEPS]);
  });

  it('counts them around the ring', () => {
    const { device, offer, use, get } = polledPair();
    for (const count of [60, 40, 64]) {
      offer(count);
      use(count);
      get(count);
      expect(device.pop()).toBeUndefined();
      expect(rests()).toEqual([count * STEPS]);
    }
  });

  it('does not rest when the driver is to notify, nor before the driver sees what is staged', () => {
    const { device, offer, use } = polledPair();
    device.enableNotification();
    offer(5);
    use(5);
    expect(device.pop()).toBeUndefined();
    expect(device.poll()).toBe(false);
    device.disableNotification();
    offer(3);
    for (let i = 0; i < 3; i++) device.stageUsed(device.pop() as DescriptorChain, 4);
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([]);
    device.flush();
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([8 * STEPS]);
  });
});

describe('a device that polls a packed ring of 256 whose driver goes on and on', () => {
  const RING = 256;
  const BLOCK = 16;
  const WAIT = 64;
  const inVain = Array.from({ length: 128 }, () => WAIT);

  function longPair(size = RING) {
    const both = polledPair(size);
    const useBlocks = (count: number) => {
      for (let i = 0; i < count; i++) {
        both.use(BLOCK);
        for (let n = 0; n < BLOCK; n++) both.driver.getBuf();
      }
    };
    /** So many blocks of a driver that has no more than one under way. */
    const exchange = (count: number) => {
      for (let i = 0; i < count; i++) {
        both.offer(BLOCK);
        useBlocks(1);
      }
    };
    return { ...both, useBlocks, exchange };
  }

  it('lets the driver get 96 descriptors ahead when fewer than 64 are left, lap after lap', () => {
    const { offer, useBlocks, exchange } = longPair();
    exchange(63);
    expect(rests()).toEqual([]);
    vi.mocked(rest).mockImplementation(() => offer(8));
    exchange(1);
    // The 97th is there after 13 rests: 104 are.
    expect(rests()).toEqual(Array.from({ length: 13 }, () => WAIT));
    for (let i = 0; i < 16; i++) {
      // 88, 72, and 56 behind each.
      useBlocks(2);
      expect(rests()).toEqual([]);
      useBlocks(1);
      expect(rests()).toEqual(Array.from({ length: 6 }, () => WAIT));
    }
  });

  it('waits in vain for one with few requests under way: ever more rarely', () => {
    const words = new Int32Array(4 * RING);
    const distance = new DriverDistance();
    const pass = (blocks: number) => {
      for (let i = 0; i < blocks; i++) distance.keep(words, 0, RING, availableMark(1));
    };
    for (const blocks of [64, 64, 128, 256, 512, 1024, 2048, 4096, 4096]) {
      pass(blocks - 1);
      expect(rests()).toEqual([]);
      pass(1);
      expect(rests()).toEqual(inVain);
    }
  });

  it('tries again soon where it was of use', () => {
    const { offer, useBlocks, exchange } = longPair();
    exchange(64 + 64 + 128);
    expect(rests()).toHaveLength(3 * inVain.length);
    vi.mocked(rest).mockImplementation(() => offer(8));
    exchange(256);
    expect(rests()).toHaveLength(13);
    vi.mocked(rest).mockReset();
    // 56 are left, and no more come.
    useBlocks(3);
    expect(rests()).toEqual(inVain);
    useBlocks(3);
    exchange(64 - 4);
    expect(rests()).toEqual([]);
    exchange(1);
    expect(rests()).toEqual(inVain);
  });

  it('does not when the driver is to notify, before the driver sees what is staged, or on a small ring', () => {
    const notified = longPair();
    notified.device.enableNotification();
    notified.exchange(200);
    const staging = longPair();
    for (let i = 0; i < 200; i++) {
      staging.offer(BLOCK);
      for (let n = 0; n < BLOCK; n++) staging.device.stageUsed(staging.device.pop() as DescriptorChain, 4);
      staging.device.flush();
      staging.get(BLOCK);
    }
    longPair(191).exchange(200);
    expect(rests()).toEqual([]);
    longPair(192).exchange(200);
    expect(rests().length).toBeGreaterThan(0);
  });
});

describe('a driver that polls a packed ring', () => {
  it('rests behind what it took while the device has half of the ring', () => {
    const { driver, offer, use, get } = polledPair();
    offer(SIZE);
    use(20);
    get(20);
    for (let i = 0; i < 3; i++) expect(driver.getBuf()).toBeUndefined();
    expect(rests()).toEqual([20 * STEPS]);
    use(12);
    get(12);
    for (let i = 0; i < 3; i++) expect(driver.poll()).toBe(false);
    expect(rests()).toEqual([12 * STEPS]);
    use(1);
    get(1);
    expect(driver.getBuf()).toBeUndefined();
    expect(driver.poll()).toBe(false);
    expect(rests()).toEqual([]);
  });

  it('does not rest when it is to be notified', () => {
    const { driver, offer, use, get } = polledPair();
    offer(SIZE);
    use(4);
    get(4);
    expect(driver.enableCallback()).toBe(true);
    expect(driver.getBuf()).toBeUndefined();
    expect(rests()).toEqual([]);
  });
});

describe('a rest', () => {
  it('is longer behind more requests, up to a bound', () => {
    expect([1, 2, 96, 97, 32_768].map((requests) => restSteps(requests, STEPS))).toEqual([
      16, 32, 1536, 1536, 1536,
    ]);
  });
});
