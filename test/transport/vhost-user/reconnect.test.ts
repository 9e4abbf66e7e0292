import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileDescriptor } from '../../../src/os/index.ts';
import type { Payload } from '../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../src/transport/vhost-user/messages/protocol.ts';
import { DTBUS_F_ERRNO, featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import {
  GUEST,
  HoldingDevice,
  i2cRequest,
  leaks,
  NEGOTIATED,
  type TestMemory,
  TestRing,
  World,
} from './harness.ts';

let before: string[];
const worlds: World[] = [];
const cleanup: (() => void)[] = [];

beforeEach(() => {
  before = leaks();
});
afterEach(async () => {
  for (const clean of cleanup.splice(0)) clean();
  for (const world of worlds.splice(0)) await world.close();
  expect(leaks()).toEqual(before);
});

/** A front-end that keeps its rings and the inflight buffer while back-ends come and go. */
class Survivor {
  device!: HoldingDevice;
  world!: World;
  readonly ring: TestRing;
  readonly #features: number;
  readonly #inflight: { description: Payload; file: FileDescriptor };

  constructor(deviceId: number, features = NEGOTIATED) {
    this.#features = features;
    this.#come(deviceId);
    const asked = { mmapSize: 0, mmapOffset: 0, queues: 1, queueSize: 16, padded: true } as const;
    this.world.send(REQUEST.GET_INFLIGHT_FD, { kind: 'inflight', ...asked });
    const answer = this.world.answer();
    const [file] = answer?.files ?? [];
    if (answer === undefined || file === undefined) throw new Error('no inflight buffer');
    this.#inflight = { description: answer.payload, file };
    cleanup.push(() => file.close());
    this.#share();
    this.ring = new TestRing(this.world, 0, 16, features).start();
    cleanup.push(() => this.ring.close());
  }

  #come(deviceId: number, memory?: TestMemory): void {
    this.device = new HoldingDevice(1, deviceId);
    this.world = new World(this.device, {}, memory);
    worlds.push(this.world);
    this.world.greet(this.#features);
  }

  #share(): void {
    const { description, file } = this.#inflight;
    this.world.send(REQUEST.SET_INFLIGHT_FD, description, [file.fd]);
  }

  /** The back-end dies without a word, and another takes its place. */
  dies(): void {
    const { memory } = this.world;
    const { deviceId } = this.device;
    this.world.peer.close(); // as the kernel does for a process that was killed
    this.world.backEnd.close();
    this.#come(deviceId, memory);
    this.#share();
    this.ring.start(this.world, 0);
  }

  write(token: number, byte: number, failNext = false): () => number | undefined {
    const request = i2cRequest(this.world.memory, 0x50, { write: [byte], failNext });
    this.ring.offer(token, request.readable, request.writable);
    return () => this.world.memory.get(request.status)[0];
  }
}

describe('the back-end dies with requests in flight and another takes its place', () => {
  it('what the dead one had may have been carried out: it ends in an error and is not run again', () => {
    const s = new Survivor(34);
    const statuses = [s.write(1, 10), s.write(2, 20), s.write(3, 30)];
    s.device.release();
    s.dies();
    expect(s.ring.finished()).toEqual([1, 2, 3]);
    expect(statuses.map((status) => status())).toEqual([0, 1, 1]);
    expect(s.device.held).toEqual([]);
    expect(s.ring.call.drain()).toBe('rung');
  });

  it('what it had not taken is carried out, once', () => {
    const s = new Survivor(34);
    s.write(1, 10);
    s.world.vring(REQUEST.SET_VRING_ENABLE, 0, 0);
    const status = s.write(2, 20);
    s.dies();
    expect(s.ring.finished()).toEqual([1]);
    expect(s.device.held).toHaveLength(1);
    s.device.release();
    expect(s.ring.finished()).toEqual([2]);
    expect(status()).toBe(0);
  });

  it('what the successor had taken when it died in its turn is not run by a third', () => {
    const s = new Survivor(34);
    s.write(1, 10);
    s.world.vring(REQUEST.SET_VRING_ENABLE, 0, 0);
    const [first, second] = [s.write(2, 20), s.write(3, 30)];
    s.dies();
    expect(s.device.held).toHaveLength(2);
    s.dies();
    expect(s.device.held).toEqual([]);
    expect(s.ring.finished()).toEqual([1, 2, 3]);
    expect([first(), second()]).toEqual([1, 1]);
  });

  it('the rest of a group whose beginning was lost fails with it: it would come to the wrong place', () => {
    const s = new Survivor(34);
    s.write(1, 10, true);
    s.world.vring(REQUEST.SET_VRING_ENABLE, 0, 0);
    const rest = [s.write(2, 20, true), s.write(3, 30)];
    const next = s.write(4, 40);
    s.dies();
    expect(s.ring.finished()).toEqual([1, 2, 3]);
    expect(rest.map((status) => status())).toEqual([1, 1]);
    expect(s.device.held).toHaveLength(1);
    s.device.release();
    expect(next()).toBe(0);
  });

  it('an SPI transfer ends as a failed transfer, and as EIO where the reason can be told', () => {
    const s = new Survivor(45);
    const status = s.write(1, 10);
    s.dies();
    expect(status()).toBe(2); // TRANS_ERR
    const told = new Survivor(45, NEGOTIATED + featureSet(DTBUS_F_ERRNO));
    const reason = told.write(1, 10);
    told.dies();
    expect(reason()).toBe(5);
  });

  it('requests of other devices are run again: a GPIO value does no harm twice', () => {
    const s = new Survivor(41);
    s.write(1, 10);
    s.write(2, 20);
    s.dies();
    expect(s.ring.finished()).toEqual([]);
    expect(s.device.held).toHaveLength(2);
    s.device.release(9);
    s.dies();
    expect(s.device.held).toHaveLength(1);
  });

  it('what was finished out of turn, and not shown because of IN_ORDER, is not lost', () => {
    const s = new Survivor(34, NEGOTIATED + featureSet(VIRTIO_F.IN_ORDER));
    const statuses = [s.write(1, 10), s.write(2, 20), s.write(3, 30)];
    s.device.release(0, 1);
    expect(s.ring.finished()).toEqual([]);
    s.dies();
    expect(s.ring.finished()).toEqual([1, 2, 3]);
    expect(statuses.map((status) => status())).toEqual([1, 1, 1]);
    s.write(4, 40);
    s.write(5, 50);
    s.device.release(0, 1);
    s.device.release(0, 0);
    expect(s.ring.finished()).toEqual([4, 5]);
    s.dies();
    expect(s.device.held).toEqual([]);
    expect(s.ring.finished()).toEqual([]);
  });

  it('dies again and again: each request ends once', () => {
    const s = new Survivor(34);
    const ended: number[] = [];
    for (let i = 0; i < 100; i++) {
      s.write(2 * i, i & 0xff);
      s.write(2 * i + 1, i & 0xff);
      if (i % 3 === 0) s.device.release();
      if (i % 2 === 0) s.dies();
      while (s.device.held.length > 0) s.device.release();
      ended.push(...s.ring.finished());
      for (const world of worlds.splice(1, worlds.length - 2)) void world.close({ memory: false });
    }
    expect(ended.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('and the front-end takes the memory away before anybody answers: that ring is broken, nothing else', () => {
    const s = new Survivor(41);
    s.write(1, 10);
    s.world.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region: s.world.memory.region });
    s.device.release();
    expect(s.world.closed).toBeUndefined();
    expect(s.world.trace[0]).toMatch(/ring 0 is broken/);
  });

  it('a request that its driver spoiled meanwhile goes back unread, once', () => {
    const s = new Survivor(34);
    s.write(1, 10);
    s.write(2, 20);
    s.world.memory.bytes.fill(0xff, s.ring.config.descriptor - GUEST, s.ring.config.descriptor - GUEST + 16);
    s.dies();
    expect(s.world.trace[0]).toMatch(/malformed request/);
    s.dies();
    expect(new Uint8Array(s.world.memory.bytes.buffer)[s.ring.config.device - GUEST + 2]).toBe(2);
  });

  it('the buffer cannot be exchanged under a running ring', () => {
    const s = new Survivor(34);
    const asked = { mmapSize: 0, mmapOffset: 0, queues: 1, queueSize: 16, padded: true } as const;
    s.world.send(REQUEST.GET_INFLIGHT_FD, { kind: 'inflight', ...asked });
    const answer = s.world.answer();
    const [file] = answer?.files ?? [];
    s.world.send(REQUEST.SET_INFLIGHT_FD, answer?.payload, [file?.fd ?? -1]);
    expect(s.world.closed).toMatch(/SET_INFLIGHT_FD: the inflight buffer cannot change while a ring runs/);
    file?.close();
  });
});
