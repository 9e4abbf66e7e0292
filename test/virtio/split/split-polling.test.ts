import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDeviceQueue, type DescriptorChain, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import { rest } from '../../../src/virtio/queue/rest.ts';
import { pair } from '../queue/combinations.ts';

vi.mock('../../../src/virtio/queue/rest.ts', { spy: true });

const SIZE = 64;
/** For each request that the device took before. */
const STEPS = 32;

function polledPair(...features: number[]) {
  const { guest, driver, device } = pair(SIZE, featureSet(...features));
  const buffers = [guest.alloc(4)];
  const offer = (count: number) => {
    for (let i = 0; i < count; i++) driver.addBuf([], buffers, 'x');
    driver.kickPrepare();
  };
  const use = (count: number) => {
    for (let i = 0; i < count; i++) device.pushUsed(device.pop() as DescriptorChain, 4);
    while (driver.getBuf() !== undefined);
    expect(driver.inFlight).toBe(0);
  };
  device.disableNotification();
  return { guest, driver, device, offer, use };
}

/** Steps of the rests since the last question. */
function rests(): number[] {
  const steps = vi.mocked(rest).mock.calls.map(([steps]) => steps);
  vi.mocked(rest).mockClear();
  return steps;
}

afterEach(() => {
  rests();
});

describe('a device that polls a split ring', () => {
  it.each([
    ['', []],
    [' with EVENT_IDX', [VIRTIO_F.EVENT_IDX]],
  ])('rests once behind what it took, for as many requests%s', (_name, features) => {
    const { device, offer, use } = polledPair(...features);
    offer(5);
    use(5);
    expect(rests()).toEqual([]);
    for (let i = 0; i < 3; i++) expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([5 * STEPS]);
    offer(1);
    use(1);
    for (let i = 0; i < 3; i++) expect(device.poll()).toBe(false);
    expect(rests()).toEqual([STEPS]);
  });

  it('counts them around the ring, and rests 1536 steps at most', () => {
    const { device, offer, use } = polledPair();
    for (const [count, steps] of [
      [40, 1280],
      [30, 960],
      [48, 1536],
      [64, 1536],
    ] as const) {
      offer(count);
      use(count);
      expect(device.pop()).toBeUndefined();
      expect(rests()).toEqual([steps]);
    }
  });

  it('counts on where the index starts again at 0', () => {
    const { device, offer, use } = polledPair();
    for (let taken = 0; taken < 65_536 - 32; taken += 32) {
      offer(32);
      use(32);
    }
    expect(device.poll()).toBe(false);
    rests();
    offer(35);
    use(35);
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([35 * STEPS]);
  });

  it('does not rest when the driver is to notify, nor before the driver sees what is staged', () => {
    const { device, offer, use } = polledPair(VIRTIO_F.EVENT_IDX);
    device.enableNotification();
    offer(5);
    use(5);
    expect(device.pop()).toBeUndefined();
    expect(device.pop()).toBeUndefined();
    expect(device.poll()).toBe(false);
    device.disableNotification();
    offer(3);
    for (let i = 0; i < 3; i++) device.stageUsed(device.pop() as DescriptorChain, 4);
    expect(device.pop()).toBeUndefined();
    expect(device.poll()).toBe(false);
    expect(rests()).toEqual([]);
    device.flush();
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([8 * STEPS]);
  });

  it('takes the start for nothing found: anew, and where another queue was saved', () => {
    const { guest, driver, device, offer, use } = polledPair();
    offer(5);
    use(5);
    const restored = createDeviceQueue(guest.memory, guest.config, device.snapshot());
    restored.disableNotification();
    expect(restored.pop()).toBeUndefined();
    expect(rests()).toEqual([]);
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([5 * STEPS]);
    driver.reset();
    device.reset();
    device.disableNotification();
    expect(device.pop()).toBeUndefined();
    expect(rests()).toEqual([]);
  });
});
