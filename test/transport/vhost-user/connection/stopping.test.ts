import { describe, expect, it } from 'vitest';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { HoldingDevice, i2cRequest, NEGOTIATED, World } from '../harness.ts';
import { useWorlds } from './worlds.ts';

const { world, plain, ring } = useWorlds();

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
    const second = world(device, {}, first.memory);
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
