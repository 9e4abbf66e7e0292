import { describe, expect, it } from 'vitest';
import { EventFd, unixSocketPair } from '../../../../src/os/index.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { PROTOCOL_F, REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, hasFeature, VIRTIO_F } from '../../../../src/virtio/index.ts';
import { HoldingDevice, i2cRequest, NEGOTIATED, TestMemory } from '../harness.ts';
import { useWorlds } from './worlds.ts';

const { world, plain, ring } = useWorlds();

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

describe('memory', () => {
  it('may lie at an offset of its file', () => {
    const w = plain({}, new TestMemory(4096));
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
