import { describe, expect, it } from 'vitest';
import {
  createDeviceQueue,
  createDriverQueue,
  type DescriptorChain,
  type DmaBuffer,
  fromVringBase,
  hasFeature,
  queueAreaSizes,
  VIRTIO_F,
  vringBase,
} from '../../../src/virtio/index.ts';
import { combinations, pair } from './combinations.ts';

const { RING_PACKED, INDIRECT_DESC, IN_ORDER } = VIRTIO_F;

const popAll = (device: ReturnType<typeof pair>['device']) => {
  const chains: DescriptorChain[] = [];
  for (let chain = device.pop(); chain !== undefined; chain = device.pop()) chains.push(chain);
  return chains;
};

describe.each(combinations)('a queue with %s', (_names, features) => {
  const inOrder = hasFeature(features, IN_ORDER);

  it('starts from areas that the driver cleared, whatever was there before', () => {
    const { guest, driver, device } = pair(4, features);
    const { descriptor, driver: driverArea, device: deviceArea } = guest.config;
    const sizes = queueAreaSizes(4, features);
    const areas = [
      { addr: descriptor, len: sizes.descriptor },
      { addr: driverArea, len: sizes.driver },
      { addr: deviceArea, len: sizes.device },
    ];
    for (const area of areas) guest.bytes(area).fill(0xff);
    driver.reset();
    for (const area of areas) expect(guest.bytes(area).every((byte) => byte === 0)).toBe(true);
    for (const area of areas) guest.bytes(area).fill(0xff);
    const anew = guest.driver<string>();
    for (const area of areas) expect(guest.bytes(area).every((byte) => byte === 0)).toBe(true);
    anew.addBuf([guest.alloc(1)], [], 'x');
    expect(anew.kickPrepare()).toBe(true);
    expect(device.pop()).toBeDefined();
  });

  it('reports exactly the bytes that were written', () => {
    const { guest, driver, device } = pair(8, features);
    const rooms = [0, 1, 2, 7].map((len) => [guest.alloc(len), guest.alloc(3)]);
    for (const [i, room] of rooms.entries()) driver.addBuf([], room, `${i}`);
    driver.kickPrepare();
    const chains = popAll(device);
    const written = [0, 2, 5, 10];
    for (const [i, chain] of chains.entries()) device.pushUsed(chain, written[i] as number);
    const lengths = rooms.map((_, i) => {
      expect(driver.getBuf()).toBe(`${i}`);
      return driver.usedLength;
    });
    expect(lengths).toEqual(written);
  });

  it('lets the device finish in any order; the driver sees its order, or with IN_ORDER its own', () => {
    const { guest, driver, device } = pair(16, features);
    for (const token of ['a', 'b', 'c', 'd', 'e']) driver.addBuf([guest.alloc(1)], [guest.alloc(2)], token);
    driver.kickPrepare();
    const chains = popAll(device);
    const order = [3, 0, 4, 2, 1];
    const seen: string[] = [];
    for (const i of order) {
      device.pushUsed(chains[i] as DescriptorChain, 1 + (i % 2));
      for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf()) {
        seen.push(token);
        expect(driver.usedLength).toBe(1 + ('abcde'.indexOf(token) % 2));
      }
    }
    expect(seen.join('')).toBe(inOrder ? 'abcde' : 'daecb');
  });

  it('takes what fits and nothing of what does not', () => {
    const { guest, driver, device } = pair(4, features);
    const piece = guest.alloc(1);
    let taken = 0;
    while (driver.addBuf([piece, piece], [piece], 'x')) taken++;
    expect(taken).toBe(hasFeature(features, INDIRECT_DESC) ? 4 : 1);
    driver.kickPrepare();
    expect(popAll(device)).toHaveLength(taken);
  });

  it('shows a batch by one kick, and one notification tells of all of it', () => {
    const { guest, driver, device } = pair(8, features);
    device.enableNotification();
    for (const token of ['a', 'b', 'c']) driver.addBuf([guest.alloc(1)], [], token);
    expect(device.poll()).toBe(false);
    let kicks = 0;
    driver.kick(() => kicks++);
    driver.kick(() => kicks++);
    expect(kicks).toBe(1);
    driver.enableCallback();
    for (const chain of popAll(device)) device.stageUsed(chain, 0);
    expect(driver.poll()).toBe(false);
    expect([device.needsNotification(), device.needsNotification()]).toEqual([true, false]);
    expect([driver.getBuf(), driver.getBuf(), driver.getBuf()]).toEqual(['a', 'b', 'c']);
  });

  it('loses no notification: a side that went to sleep is woken, one that polls is let alone', () => {
    const { guest, driver, device } = pair(4, features);
    const piece = guest.alloc(1);
    for (let i = 0; i < 300; i++) {
      const sleeps = i % 3 !== 0;
      if (sleeps) expect(device.enableNotification()).toBe(false);
      else device.disableNotification();
      driver.addBuf([piece], [], 'x');
      expect(driver.kickPrepare(), `kick ${i}`).toBe(sleeps);
      device.disableNotification();
      const waits = i % 5 !== 0;
      if (waits) expect(driver.enableCallback()).toBe(true);
      else driver.disableCallback();
      device.pushUsed(device.pop() as DescriptorChain, 0);
      expect(device.needsNotification(), `call ${i}`).toBe(waits);
      expect(driver.getBuf()).toBe('x');
    }
  });

  it('does not sleep over what came just before: enabling says so', () => {
    const { guest, driver, device } = pair(4, features);
    device.disableNotification();
    driver.disableCallback();
    driver.addBuf([guest.alloc(1)], [], 'x');
    driver.kickPrepare();
    expect(device.enableNotification()).toBe(true);
    device.pushUsed(device.pop() as DescriptorChain, 0);
    expect(driver.enableCallback()).toBe(false);
  });

  it('RING_RESET: gives up what is in flight, lets stale chains go, and starts anew', () => {
    const { guest, driver, device } = pair(8, features);
    const room: DmaBuffer[] = [guest.alloc(4, 0xee)];
    for (const token of ['a', 'b', 'c']) driver.addBuf([guest.alloc(1)], room, token);
    driver.kickPrepare();
    const [first, second] = popAll(device) as [DescriptorChain, DescriptorChain];
    device.pushUsed(first, 4);
    device.reset();
    expect(() => second.writable.writeU8(1)).toThrow('1 bytes wanted of a descriptor chain that has 0 left');
    device.pushUsed(second, 4);
    driver.reset();
    expect(driver.detachUnused()).toBeUndefined();
    expect([driver.free, driver.inFlight, device.inFlight, device.poll(), driver.poll()]).toEqual([
      8,
      0,
      0,
      false,
      false,
    ]);
    expect([...guest.bytes(room[0] as DmaBuffer)]).toEqual([0xee, 0xee, 0xee, 0xee]);
    for (let i = 0; i < 30; i++) {
      driver.addBuf([guest.alloc(1)], room, `${i}`);
      driver.kickPrepare();
      device.pushUsed(device.pop() as DescriptorChain, 1);
      expect(driver.getBuf()).toBe(`${i}`);
    }
  });

  it('gives back what the device never finished, once the device is reset', () => {
    const { guest, driver, device } = pair(16, features);
    for (const token of ['a', 'b', 'c']) driver.addBuf([guest.alloc(1)], [guest.alloc(1)], token);
    driver.kickPrepare();
    popAll(device);
    device.reset();
    const left = [driver.detachUnused(), driver.detachUnused(), driver.detachUnused()];
    expect(left.sort()).toEqual(['a', 'b', 'c']);
    expect(driver.detachUnused()).toBeUndefined();
    expect([driver.free, driver.inFlight]).toEqual([16, 0]);
  });

  it('goes on in other objects, with requests on every stage of the way', () => {
    const { guest, driver, device } = pair(16, features);
    const { memory, config, dma } = guest;
    for (const token of ['a', 'b', 'c', 'd']) driver.addBuf([guest.alloc(1)], [guest.alloc(4)], token);
    driver.kickPrepare();
    const [a, b] = [device.pop(), device.pop(), device.pop()] as DescriptorChain[] as [
      DescriptorChain,
      DescriptorChain,
    ];
    device.pushUsed(b, 4);
    device.pushUsed(a, 2);
    if (!inOrder) expect(driver.getBuf()).toBe('b');
    // As JSON: what a file or another process would hold.
    const later = createDeviceQueue(memory, config, JSON.parse(JSON.stringify(device.snapshot())));
    const further = createDriverQueue<string>(
      memory,
      config,
      dma,
      JSON.parse(JSON.stringify(driver.snapshot())),
    );
    expect([later.inFlight, later.poll(), further.inFlight]).toEqual([1, true, inOrder ? 4 : 3]);
    for (const chain of popAll(later)) later.pushUsed(chain, 1);
    const seen: string[] = [];
    for (let token = further.getBuf(); token !== undefined; token = further.getBuf()) {
      seen.push(`${token}${further.usedLength}`);
    }
    expect(seen).toEqual(inOrder ? ['a2', 'b4', 'c1', 'd1'] : ['a2', 'c1', 'd1']);
    expect([further.free, further.inFlight, later.inFlight]).toEqual([16, 0, 0]);
  });

  it('goes on from the vring base that its back-end left, when nothing is in flight', () => {
    const { guest, driver, device } = pair(4, features);
    const packed = hasFeature(features, RING_PACKED);
    const piece = guest.alloc(1);
    let present = device;
    for (let i = 0; i < 50; i++) {
      driver.addBuf([piece], [], `${i}`);
      driver.kickPrepare();
      present.pushUsed(present.pop() as DescriptorChain, 0);
      expect(driver.getBuf()).toBe(`${i}`);
      const base = vringBase(present.snapshot(), packed);
      expect(base >>> 0).toBe(base);
      present = createDeviceQueue(guest.memory, guest.config, fromVringBase(base, packed));
    }
  });
});
