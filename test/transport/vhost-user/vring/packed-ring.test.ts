import { describe, expect, it } from 'vitest';
import { createMemfd, Mapping } from '../../../../src/os/index.ts';
import type { Payload } from '../../../../src/transport/vhost-user/messages/message.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, VIRTIO_F } from '../../../../src/virtio/index.ts';
import { lm75, PlainI2cDevice } from '../../../guest/plain-i2c-device.ts';
import { useWorlds } from '../connection/worlds.ts';
import { GUEST, HoldingDevice, i2cRequest, NEGOTIATED, type TestRing, type World } from '../harness.ts';

const PACKED = NEGOTIATED + featureSet(VIRTIO_F.RING_PACKED);
/** What QEMU sends for a new packed ring: position 0, both wrap counters 1. */
const NEW = 0x8000_8000;

const { world: anyWorld, ring: anyRing } = useWorlds();

function world(device: HoldingDevice | PlainI2cDevice = sensor()): World {
  const made = anyWorld(device);
  made.greet(PACKED);
  return made;
}
const sensor = (): PlainI2cDevice => new PlainI2cDevice(new Map([[0x48, lm75(25 * 256)]]));

const ring = (of: World, size = 16): TestRing => anyRing(of, 0, size, PACKED);

/** Reads so many times, a request at a time, and looks at what was read. */
function read(of: World, by: TestRing, times: number): void {
  const { readable, writable, data, status } = i2cRequest(of.memory, 0x48, { read: 2 });
  for (let i = 0; i < times; i++) {
    of.memory.bytes.fill(0xdd, data.addr - GUEST, data.addr - GUEST + 2);
    by.offer(i + 1, readable, writable);
    expect(by.finished()).toEqual([i + 1]);
    expect([of.memory.get(data), of.memory.get(status)]).toEqual([[25, 0], [0]]);
  }
}

const base = (of: World): number => {
  const answer = of.ask(REQUEST.GET_VRING_BASE, { kind: 'vring-state', index: 0, num: 0 });
  return answer?.kind === 'vring-state' ? answer.num : -1;
};

describe('a packed ring behind a vhost-user socket', () => {
  it('carries requests, round after round', () => {
    const w = world();
    read(w, ring(w).start(w, NEW), 100);
  });

  it('need not have a power of two entries', () => {
    const w = world();
    read(w, ring(w, 7).start(w, NEW), 40);
  });

  it('tells where it stopped, both positions with their wrap counters, and goes on there', () => {
    const w = world();
    const r = ring(w).start(w, NEW);
    read(w, r, 5); // three descriptors each: position 15 of 16
    const first = base(w);
    expect(first).toBe(0x800f_800f);
    r.start(w, first);
    read(w, r, 1);
    const second = base(w);
    expect(second).toBe(0x0002_0002);
    r.start(w, second);
    read(w, r, 30);
  });

  it.each([
    ['0, as User-Mode Linux says', 0],
    ['what QEMU says', NEW],
  ])('that is new has the vring base %s', (_, of) => {
    const w = world();
    const r = ring(w);
    const { readable, writable } = i2cRequest(w.memory, 0x48, { read: 2 });
    r.offer(1, readable, writable); // before it is started
    r.start(w, of);
    expect(r.finished()).toEqual([1]);
    read(w, r, 20);
  });

  it('that is in its second lap may have the vring base 0 too', () => {
    const w = world();
    const r = ring(w, 15).start(w, NEW);
    read(w, r, 5);
    expect(base(w)).toBe(0);
    r.start(w, 0);
    read(w, r, 20);
  });

  it('is not started between two positions: nobody knows what lies there', () => {
    const w = world();
    ring(w).start(w, 0x8000_8003);
    expect(w.closed).toMatch(
      /cannot resume a packed ring that has requests in flight \(vring base 0x80008003\)/,
    );
  });

  it('is not started beyond its end', () => {
    const w = world();
    ring(w).start(w, 0x8010_8010);
    expect(w.closed).toMatch(/ring 0: invalid ring position: expected 0 to 15, got 16 and 16/);
  });

  it('keeps no notes on what is in flight, and says so', () => {
    const w = world();
    const asked = { mmapSize: 0, mmapOffset: 0, queues: 1, queueSize: 16, padded: true } as const;
    w.send(REQUEST.GET_INFLIGHT_FD, { kind: 'inflight', ...asked });
    const answer = w.answer();
    const [file] = answer?.files ?? [];
    w.send(REQUEST.SET_INFLIGHT_FD, answer?.payload as Payload, [file?.fd ?? -1]);
    file?.close();
    ring(w).start(w, NEW);
    expect(w.closed).toMatch(/ring 0: inflight tracking needs a split ring/);
  });

  it('waits with its base for what is with an adapter', async () => {
    const device = new HoldingDevice();
    const w = world(device);
    const r = ring(w).start(w, NEW);
    r.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    w.send(REQUEST.GET_VRING_BASE, { kind: 'vring-state', index: 0, num: 0 });
    expect(w.answer()).toBeUndefined();
    device.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(w.answer()?.payload).toEqual({ kind: 'vring-state', index: 0, num: 0x8002_8002 });
    expect(r.finished()).toEqual([1]);
  });

  it('is marked in the dirty log: used descriptors lie where the available ones lay', () => {
    const w = world();
    const r = ring(w).start(w, NEW);
    const size = GUEST / 4096 / 8 + 8;
    const file = createMemfd('log', size);
    const mapping = new Mapping(file.fd, size);
    const bits = new Uint8Array(mapping.view(GUEST / 4096 / 8));
    w.send(REQUEST.SET_LOG_BASE, { kind: 'log-base', size, offset: 0 }, [file.fd]);
    w.answer();
    w.send(REQUEST.SET_FEATURES, u64(PACKED + featureSet(VIRTIO_F.LOG_ALL)));
    const page = Math.floor((r.config.descriptor - GUEST) / 4096);
    bits.fill(0);
    const { readable, status } = i2cRequest(w.memory, 0x48, { read: 2 });
    const far = { addr: GUEST + 9 * 4096, len: 2 };
    r.offer(1, readable, [far, status]);
    expect((bits[page >> 3] as number) & (1 << (page & 7))).not.toBe(0);
    mapping.unmap();
    file.close();
  });
});
