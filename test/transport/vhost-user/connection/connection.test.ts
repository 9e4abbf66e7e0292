import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventFd, unixSocketPair } from '../../../../src/os/index.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../../src/transport/vhost-user/messages/message-socket.ts';
import { PROTOCOL_F, REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, hasFeature, VIRTIO_F } from '../../../../src/virtio/index.ts';
import { eeprom24c02, lm75, PlainI2cDevice } from '../../../guest/plain-i2c-device.ts';
import { HoldingDevice, i2cRequest, leaks, NEGOTIATED, TestMemory, TestRing, World } from '../harness.ts';

let before: string[];
const worlds: World[] = [];
const rings: TestRing[] = [];

beforeEach(() => {
  before = leaks();
});
afterEach(async () => {
  for (const ring of rings.splice(0)) ring.close();
  for (const world of worlds.splice(0)) await world.close();
  expect(leaks()).toEqual(before);
});

function world(device = new HoldingDevice(), options = {}): World {
  const made = new World(device, options);
  worlds.push(made);
  return made;
}
function plain(): World {
  const parts = new Map([
    [0x48, lm75(25 * 256)],
    [0x50, eeprom24c02()],
  ]);
  const made = new World(new PlainI2cDevice(parts));
  worlds.push(made);
  return made;
}
function ring(of: World, index = 0, size = 16, features = NEGOTIATED): TestRing {
  const made = new TestRing(of, index, size, features);
  rings.push(made);
  return made;
}

describe('features', () => {
  const bits = (payload: unknown): number =>
    (payload as { low: number; high: number }).high * 2 ** 32 + (payload as { low: number }).low;

  const { LOG_ALL, INDIRECT_DESC, EVENT_IDX, PROTOCOL_FEATURES, VERSION_1 } = VIRTIO_F;
  const { RING_PACKED, IN_ORDER, RING_RESET } = VIRTIO_F;

  it('offers the ring’s own, vhost-user’s and the device’s', () => {
    const ring = [INDIRECT_DESC, EVENT_IDX, VERSION_1, RING_PACKED, IN_ORDER, RING_RESET];
    const offered = bits(world().ask(REQUEST.GET_FEATURES));
    expect(offered).toBe(featureSet(0, 23, LOG_ALL, PROTOCOL_FEATURES, ...ring));
  });

  it('does not offer IN_ORDER for a device that answers in any order, such as a GPIO’s interrupts', () => {
    class AnyOrder extends HoldingDevice {
      override acceptFeatures(features: number): boolean {
        return !hasFeature(features, IN_ORDER);
      }
    }
    const offered = bits(world(new AnyOrder()).ask(REQUEST.GET_FEATURES));
    expect([hasFeature(offered, IN_ORDER), hasFeature(offered, RING_PACKED)]).toEqual([false, true]);
  });

  it('offers CONFIG only for a device with a configuration space: QEMU warns otherwise', () => {
    const without = bits(world().ask(REQUEST.GET_PROTOCOL_FEATURES));
    const config = Uint8Array.of(1, 2, 3, 4);
    const withConfig = bits(world(new HoldingDevice(1, 45, config)).ask(REQUEST.GET_PROTOCOL_FEATURES));
    expect(without).toBe(featureSet(0, 1, 3, 5, 12, 13, 16));
    expect(withConfig - without).toBe(2 ** PROTOCOL_F.CONFIG);
  });

  it('offers in-band notifications only when told to: User-Mode Linux would use them always', () => {
    const offered = bits(world(new HoldingDevice(), { inBand: true }).ask(REQUEST.GET_PROTOCOL_FEATURES));
    expect(Math.floor(offered / 2 ** PROTOCOL_F.INBAND_NOTIFICATIONS) % 2).toBe(1);
  });

  it('offers memory slots only when told to: QEMU 7.2 cannot reconnect with them', () => {
    const offered = bits(
      world(new HoldingDevice(), { memorySlots: true }).ask(REQUEST.GET_PROTOCOL_FEATURES),
    );
    expect(Math.floor(offered / 2 ** PROTOCOL_F.CONFIGURE_MEM_SLOTS) % 2).toBe(1);
  });

  it('ends a connection whose driver claims what was never offered', () => {
    const w = world();
    w.send(REQUEST.SET_FEATURES, u64(NEGOTIATED + 2 ** 37));
    expect(w.closed).toBe('SET_FEATURES: features not offered: SR_IOV');
    const other = world();
    other.send(REQUEST.SET_PROTOCOL_FEATURES, u64(2 ** 19));
    expect(other.closed).toMatch(/SET_PROTOCOL_FEATURES: protocol features not offered: 0x80000/);
  });

  it('tells how many queues there are', () => {
    expect(world(new HoldingDevice(2)).ask(REQUEST.GET_QUEUE_NUM)).toEqual(u64(2));
  });

  it('does not start a device that its driver’s features do not suit', () => {
    const w = world();
    w.greet(NEGOTIATED - 1);
    ring(w).start();
    expect(w.closed).toMatch(/SET_VRING_ENABLE: device 34 refuses the features .*VERSION_1/);
  });
});

describe('replies', () => {
  it('carry flags 0x5 exactly: QEMU and User-Mode Linux compare for equality', () => {
    const w = world();
    w.send(REQUEST.GET_FEATURES, undefined, [], 8);
    expect(w.answer()).toMatchObject({ request: 1, flags: 5 });
  });

  it('acknowledge the very message that negotiates acknowledgements: User-Mode Linux asks for it', () => {
    const w = world();
    w.send(REQUEST.SET_PROTOCOL_FEATURES, u64(8), [], 8);
    expect(w.answer()).toEqual({ request: 16, flags: 5, payload: u64(0), files: [] });
  });

  it('are not sent unasked', () => {
    const w = world();
    w.send(REQUEST.SET_PROTOCOL_FEATURES, u64(8));
    w.send(REQUEST.SET_OWNER);
    expect(w.answer()).toBeUndefined();
  });

  it('are sent to whoever asks: QEMU does not negotiate anew with a back-end that came back', () => {
    const w = world();
    expect(w.acknowledged(REQUEST.SET_OWNER)).toBe(true);
  });

  it('say no where the message was understood, and the connection goes on', () => {
    const w = world();
    w.send(REQUEST.SET_PROTOCOL_FEATURES, u64(8));
    expect(w.acknowledged(REQUEST.SET_VRING_NUM, { kind: 'vring-state', index: 7, num: 16 })).toBe(false);
    expect(w.acknowledged(REQUEST.SET_VRING_NUM, { kind: 'vring-state', index: 0, num: 0 })).toBe(false);
    expect(w.acknowledged(19, u64(0))).toBe(false);
    expect(w.acknowledged(REQUEST.SET_VRING_NUM, { kind: 'vring-state', index: 0, num: 16 })).toBe(true);
    expect(w.closed).toBeUndefined();
    expect(w.trace).toEqual([
      'SET_VRING_NUM: ring not found: 7 (the device has 1)',
      'SET_VRING_NUM: ring 0: invalid size: expected 1 to 32768, got 0',
      'request 19: unknown request',
    ]);
  });
});

describe('a device that answers at once', () => {
  it('serves writes and reads, and says what it wrote', () => {
    const w = plain();
    w.greet();
    const r = ring(w).start();
    const write = i2cRequest(w.memory, 0x50, { write: [8, 1, 2, 3], failNext: true });
    const back = i2cRequest(w.memory, 0x50, { write: [8], failNext: true });
    const read = i2cRequest(w.memory, 0x50, { read: 4 });
    r.offer(1, write.readable, write.writable);
    r.offer(2, back.readable, back.writable);
    r.offer(3, read.readable, read.writable);
    expect(r.finished()).toEqual([1, 2, 3]);
    expect(r.queue.usedLength).toBe(5);
    expect(w.memory.get(read.data)).toEqual([1, 2, 3, 0xff]);
    expect(w.memory.get(read.status)).toEqual([0]);
    expect(r.call.drain()).toBe('rung');
  });

  it.each([
    ['plain', NEGOTIATED],
    ['INDIRECT_DESC', NEGOTIATED + featureSet(VIRTIO_F.INDIRECT_DESC)],
    ['EVENT_IDX', NEGOTIATED + featureSet(VIRTIO_F.EVENT_IDX)],
    ['both', NEGOTIATED + featureSet(VIRTIO_F.INDIRECT_DESC, VIRTIO_F.EVENT_IDX)],
  ])('goes on for many rounds of a queue of four, with %s', (_, features) => {
    const w = plain();
    w.greet(features);
    const r = ring(w, 0, 4, features).start();
    for (let i = 0; i < 40; i++) {
      const read = i2cRequest(w.memory, 0x48, { read: 2 });
      // A device that lets avail_event fall behind is never kicked again.
      expect(r.offer(i, read.readable, read.writable)).toBe(true);
      expect(r.finished()).toEqual([i]);
      expect(w.memory.get(read.data)).toEqual([25, 0]);
    }
  });

  it('gives a malformed request back unread, with a reason in the trace, and lives on', () => {
    const w = plain();
    w.greet();
    const r = ring(w).start();
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, [{ addr: 0xdead_0000, len: 8 }], read.writable);
    expect(r.finished()).toEqual([1]);
    expect(r.queue.usedLength).toBe(0);
    expect(r.call.drain()).toBe('rung');
    expect(w.trace).toHaveLength(1);
    expect(w.trace[0]).toMatch(/^ring 0: malformed request: .*outside/);
    r.offer(2, read.readable, read.writable);
    expect(r.finished()).toEqual([2]);
    expect(w.closed).toBeUndefined();
  });

  it('does not lose a kick that came before the ring was enabled', () => {
    const w = plain();
    w.greet();
    const r = ring(w);
    r.describe();
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, read.writable);
    expect(r.finished()).toEqual([]);
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    expect(r.finished()).toEqual([1]);
  });

  it('serves nothing while its ring is disabled, and catches up afterwards', () => {
    const w = plain();
    w.greet();
    const r = ring(w).start();
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 0);
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, read.writable);
    expect(r.finished()).toEqual([]);
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    expect(r.finished()).toEqual([1]);
  });

  it('starts with the kick where protocol features were not negotiated', () => {
    const w = plain();
    const features = NEGOTIATED - featureSet(VIRTIO_F.PROTOCOL_FEATURES);
    w.send(REQUEST.SET_FEATURES, u64(features));
    w.shareMemory();
    const r = ring(w, 0, 16, features);
    r.describe();
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, read.writable);
    expect(r.finished()).toEqual([1]);
  });

  it('takes sockets for doorbells, as User-Mode Linux makes them', () => {
    const w = plain();
    w.greet();
    const r = ring(w);
    r.describe();
    const [kick, kicked] = unixSocketPair();
    const [call, called] = unixSocketPair();
    w.send(REQUEST.SET_VRING_KICK, u64(0), [kicked.fd]);
    w.send(REQUEST.SET_VRING_CALL, u64(0), [call.fd]);
    kicked.close();
    call.close();
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.queue.addBuf(read.readable, read.writable, 1);
    r.queue.kickPrepare();
    const bell = new EventFd(kick);
    bell.signal();
    w.loop.poll();
    expect(r.finished()).toEqual([1]);
    const answer = new EventFd(called);
    expect(answer.drain()).toBe('rung');
    answer.close();
    bell.close(); // its end is noticed and is no reason to give up
    w.loop.poll();
    w.loop.poll();
    expect(w.closed).toBeUndefined();
  });

  it('rings a call descriptor that comes late, since something may have been used before', () => {
    const w = plain();
    w.greet();
    const r = ring(w).start();
    w.send(REQUEST.SET_VRING_CALL, u64(0x100));
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, read.writable);
    r.call.drain();
    expect(r.finished()).toEqual([1]);
    w.send(REQUEST.SET_VRING_CALL, u64(0), [r.call.fd]);
    expect(r.call.drain()).toBe('rung');
  });
});

describe('stopping and starting', () => {
  it('GET_VRING_BASE stops the ring and tells where another could go on', () => {
    const w = plain();
    w.greet();
    const r = ring(w).start();
    for (const token of [1, 2, 3]) {
      const read = i2cRequest(w.memory, 0x48, { read: 2 });
      r.offer(token, read.readable, read.writable);
    }
    expect(w.ask(REQUEST.GET_VRING_BASE, { kind: 'vring-state', index: 0, num: 0 })).toEqual({
      kind: 'vring-state',
      index: 0,
      num: 3,
    });
    expect(r.finished()).toEqual([1, 2, 3]);
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(4, read.readable, read.writable);
    expect(r.finished()).toEqual([]);
    r.start(w, 3);
    expect(r.finished()).toEqual([4]);
  });

  it('waits with its answer for requests that are with an adapter, and takes no new ones', async () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    const r = ring(w).start();
    r.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    w.send(REQUEST.GET_VRING_BASE, { kind: 'vring-state', index: 0, num: 0 });
    expect(w.answer()).toBeUndefined();
    r.offer(2, [w.memory.put([2])], [w.memory.put([0])]);
    w.send(REQUEST.GET_FEATURES); // waits for its turn
    expect(device.firstBytes).toEqual([1]);
    device.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(w.answer()?.payload).toEqual({ kind: 'vring-state', index: 0, num: 1 });
    expect(w.answer()?.request).toBe(REQUEST.GET_FEATURES);
    expect(r.finished()).toEqual([1]);
    expect(device.resets).toBe(1);
  });

  it('starts a ring anew for a driver that was bound again without saying that the old one stopped', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    ring(w)
      .start()
      .offer(1, [w.memory.put([1])], []);
    expect(device.held).toHaveLength(1);
    w.send(REQUEST.SET_FEATURES, u64(NEGOTIATED));
    const second = ring(w).start();
    expect([device.resets, device.activations]).toEqual([1, 2]);
    second.offer(2, [w.memory.put([2])], []);
    expect(device.firstBytes).toEqual([2]);
  });

  it('RESET_DEVICE lets go of everything; the rings can be set up again', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    const r = ring(w).start();
    r.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    w.send(REQUEST.RESET_DEVICE);
    expect(device.held).toEqual([]);
    expect(device.resets).toBe(1);
    ring(w)
      .start()
      .offer(2, [w.memory.put([2])], []);
    expect(device.firstBytes).toEqual([2]);
  });

  it('keeps the device status, and status 0 is a reset', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    w.send(REQUEST.SET_STATUS, u64(1 | 2 | 8));
    expect(w.ask(REQUEST.GET_STATUS)).toEqual(u64(11));
    ring(w).start();
    w.send(REQUEST.SET_STATUS, u64(15));
    expect(w.ask(REQUEST.GET_STATUS)).toEqual(u64(15));
    w.send(REQUEST.SET_STATUS, u64(0));
    expect(device.resets).toBe(1);
    expect(w.ask(REQUEST.GET_STATUS)).toEqual(u64(0));
  });

  it('leaves FEATURES_OK clear for features that do not suit the device', () => {
    const w = world();
    w.greet(NEGOTIATED - 1);
    w.send(REQUEST.SET_STATUS, u64(11));
    expect(w.ask(REQUEST.GET_STATUS)).toEqual(u64(3));
    expect(w.trace[0]).toMatch(/refuses the features/);
  });

  it('takes up what lies between the used index and the base: it ends in an error and is not run', () => {
    const first = new World(new HoldingDevice());
    first.greet();
    const r = ring(first).start();
    const requests = [1, 2, 3].map((byte) => i2cRequest(first.memory, 0x50, { write: [byte] }));
    requests.forEach((request, i) => {
      r.offer(i, request.readable, request.writable);
    });
    first.backEnd.close();
    first.peer.close();

    const device = new HoldingDevice();
    const second = new World(device, {}, first.memory);
    worlds.push(second);
    second.greet();
    r.start(second, 2); // a front-end that goes on from its own available index, less one
    expect(r.finished()).toEqual([0, 1]);
    expect(requests.map(({ status }) => first.memory.get(status)[0])).toEqual([1, 1, 0xee]);
    expect(device.held).toHaveLength(1);
    void first.loop.close();
  });

  it('asks again when its device said when', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    device.due = performance.now() - 1;
    const r = ring(w).start();
    r.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    r.queue.addBuf([w.memory.put([2])], [w.memory.put([0])], 2);
    r.queue.kickPrepare(); // and no kick
    expect(device.firstBytes).toEqual([1]);
    w.loop.poll();
    expect(device.firstBytes).toEqual([1, 2]);
  });
});

describe('memory', () => {
  it('may lie at an offset of its file', () => {
    const parts = new Map([[0x48, lm75(25 * 256)]]);
    const w = new World(new PlainI2cDevice(parts), {}, new TestMemory(4096));
    worlds.push(w);
    w.greet();
    const r = ring(w).start();
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, read.writable);
    expect(w.memory.get(read.data)).toEqual([25, 0]);
  });

  it('may move while rings run and requests are out: both follow', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    const r = ring(w).start();
    const room = w.memory.put([0, 0]);
    r.offer(1, [w.memory.put([1])], [room]);
    w.shareMemory(); // the same file, mapped once more; the first mapping goes away
    device.release(7);
    expect(r.finished()).toEqual([1]);
    expect(w.memory.get(room)).toEqual([7, 7]);
    r.offer(2, [w.memory.put([2])], []);
    expect(device.firstBytes).toEqual([2]);
  });

  it('can be plugged and unplugged region by region', () => {
    const w = plain();
    w.greet();
    expect(w.ask(REQUEST.GET_MAX_MEM_SLOTS)).toEqual(u64(64));
    const extra = new TestMemory();
    const region = { ...extra.region, guestAddress: 0x9000_0000, userAddress: 0x6000_0000_0000 };
    w.send(REQUEST.ADD_MEM_REG, { kind: 'memory-region', region }, [extra.file.fd]);
    const r = ring(w).start();
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, read.readable, [{ addr: 0x9000_0000, len: 3 }]);
    expect(r.finished()).toEqual([1]);
    expect([...extra.bytes.subarray(0, 3)]).toEqual([25, 0, 0]);
    w.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region });
    r.offer(2, read.readable, [{ addr: 0x9000_0000, len: 3 }]);
    expect(w.trace[0]).toMatch(/outside/);
    expect(w.closed).toBeUndefined();
    extra.close();
  });

  it('that goes away under a ring stops that ring, with a reason and an error signal', () => {
    const device = new HoldingDevice();
    const w = world(device);
    w.greet();
    const error = EventFd.create();
    const r = ring(w);
    w.send(REQUEST.SET_VRING_ERR, u64(0), [error.fd]);
    r.start();
    r.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    w.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region: w.memory.region });
    expect(w.trace[0]).toMatch(/ring 0 is broken: .*not inside one memory region/);
    expect(error.drain()).toBe('rung');
    device.release(); // too late for anybody, and no harm
    expect(w.closed).toBeUndefined();
    error.close();
  });
});

describe('configuration', () => {
  const config = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
  const read = (w: World, offset: number, size: number): number[] => {
    const answer = w.ask(REQUEST.GET_CONFIG, {
      kind: 'config',
      offset,
      size,
      flags: 0,
      bytes: new Uint8Array(size),
    });
    return answer?.kind === 'config' ? [...answer.bytes] : [];
  };

  it('is read at any offset, and ends in zeros', () => {
    const w = world(new HoldingDevice(1, 45, config));
    expect(read(w, 0, 4)).toEqual([1, 2, 3, 4]);
    expect(read(w, 12, 4)).toEqual([13, 14, 15, 16]);
    expect(read(w, 30, 4)).toEqual([31, 32, 0, 0]);
  });

  it('is not written', () => {
    const w = world(new HoldingDevice(1, 45, config));
    w.send(REQUEST.SET_CONFIG, { kind: 'config', offset: 0, size: 1, flags: 0, bytes: Uint8Array.of(9) });
    expect(w.closed).toBe('SET_CONFIG: the configuration space of this device is read-only');
  });

  it('changes are told over the back-end’s own channel', () => {
    const w = world(new HoldingDevice(1, 45, config));
    w.backEnd.configChanged(); // nobody to tell
    w.greet();
    const [ours, theirs] = unixSocketPair();
    w.send(REQUEST.SET_BACKEND_REQ_FD, undefined, [theirs.fd]);
    theirs.close();
    w.backEnd.configChanged();
    const channel = new MessageSocket(ours);
    const message = channel.receive();
    expect(message).toMatchObject({ header: { request: 2, flags: 1, size: 0 } });
    channel.close();
    w.loop.poll(); // its end is noticed
    w.backEnd.configChanged();
    expect(w.closed).toBeUndefined();
  });
});

describe('in-band notifications', () => {
  it('a kick is a message that is acknowledged after the work, a call is a message too', () => {
    const parts = new Map([[0x48, lm75(25 * 256)]]);
    const w = new World(new PlainI2cDevice(parts), { inBand: true });
    worlds.push(w);
    w.greet(NEGOTIATED, featureSet(3, 5, 14));
    const [ours, theirs] = unixSocketPair();
    w.send(REQUEST.SET_BACKEND_REQ_FD, undefined, [theirs.fd]);
    theirs.close();
    const channel = new MessageSocket(ours);
    const r = ring(w);
    w.vring(REQUEST.SET_VRING_NUM, 0, 16);
    w.send(REQUEST.SET_VRING_ADDR, r.addresses());
    w.vring(REQUEST.SET_VRING_ENABLE, 0, 1); // there is no SET_VRING_KICK
    const read = i2cRequest(w.memory, 0x48, { read: 2 });
    r.queue.addBuf(read.readable, read.writable, 1);
    r.queue.kickPrepare();
    w.send(REQUEST.VRING_KICK, { kind: 'vring-state', index: 0, num: 0 }, [], 8);
    const call = channel.receive();
    expect(call).toMatchObject({ header: { request: 4, flags: 9, size: 8 } });
    expect(w.answer()?.payload).toEqual(u64(0));
    expect(r.finished()).toEqual([1]);
    channel.send(4, 4, u64(0)); // the acknowledgement
    w.loop.poll();
    channel.send(4, 3, u64(0)); // rubbish: the channel is given up, the connection is not
    w.loop.poll();
    expect(w.closed).toBeUndefined();
    channel.close();
  });
});
