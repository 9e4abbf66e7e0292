import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DescriptorChain, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { rest, restSteps } from '../../../src/virtio/queue/rest.ts';
import { pair } from '../queue/combinations.ts';

vi.mock('../../../src/virtio/queue/rest.ts', { spy: true });

const SIZE = 64;

function polledPair() {
  const { guest, driver, device } = pair(SIZE, featureSet(VIRTIO_F.RING_PACKED, VIRTIO_F.EVENT_IDX));
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

/** For how many requests there were rests, since the last question. */
function rests(): number[] {
  const counts = vi.mocked(rest).mock.calls.map(([requests]) => requests);
  vi.mocked(rest).mockClear();
  return counts;
}

afterEach(() => {
  rests();
});

describe('a device that polls a packed ring', () => {
  it('rests once behind what it took, for as many requests', () => {
    const { device, offer, use } = polledPair();
    offer(5);
    use(5);
    expect(rests()).toEqual([]);
    for (let i = 0; i < 3; i++) expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([5]);
    offer(1);
    use(1);
    for (let i = 0; i < 3; i++) expect(device.poll()).toBe(false);
    expect(rests()).toEqual([1]);
  });

  it('counts them around the ring', () => {
    const { device, offer, use, get } = polledPair();
    for (const count of [60, 40, 64]) {
      offer(count);
      use(count);
      get(count);
      expect(device.pop()).toBeUndefined();
      expect(rests()).toEqual([count]);
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
    expect(rests()).toEqual([8]);
  });
});

describe('a driver that polls a packed ring', () => {
  it('rests behind what it took while the device has half of the ring', () => {
    const { driver, offer, use, get } = polledPair();
    offer(SIZE);
    use(20);
    get(20);
    for (let i = 0; i < 3; i++) expect(driver.getBuf()).toBeUndefined();
    expect(rests()).toEqual([20]);
    use(12);
    get(12);
    for (let i = 0; i < 3; i++) expect(driver.poll()).toBe(false);
    expect(rests()).toEqual([12]);
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
    expect([1, 2, 96, 97, 32_768].map(restSteps)).toEqual([16, 32, 1536, 1536, 1536]);
  });
});
