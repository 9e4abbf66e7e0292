import { openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemfd, EventFd, FileDescriptor, unixSocketPair } from '../../../src/os/index.ts';
import { NO_PAYLOAD, type Payload, u64 } from '../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet } from '../../../src/virtio/index.ts';
import { GUEST, HoldingDevice, leaks, MEMORY_BYTES, NEGOTIATED, TestRing, USER, World } from './harness.ts';

let before: string[];
let world: World;
const cleanup: { close(): void }[] = [];

beforeEach(() => {
  before = leaks();
  world = new World(new HoldingDevice());
});
afterEach(async () => {
  for (const each of cleanup.splice(0)) each.close();
  await world.close();
  expect(leaks()).toEqual(before);
});

const open = <T extends { close(): void }>(file: T): T => {
  cleanup.push(file);
  return file;
};
const memfd = (size = 4096): FileDescriptor => open(createMemfd('hostile', size));
const state = (index: number, num: number): Payload => ({ kind: 'vring-state', index, num });
const region = { guestAddress: GUEST, size: 4096, userAddress: USER, mmapOffset: 0 };

/** What is sent, and why the connection ends. */
const rubbish: [string, (w: World) => void, RegExp][] = [
  ['a request that nobody knows', (w) => w.send(19, u64(0)), /^request 19: unknown request$/],
  ['request 0', (w) => w.send(0), /^request 0: unknown request$/],
  ['a reply', (w) => w.send(REQUEST.SET_OWNER, NO_PAYLOAD, [], 4), /^SET_OWNER: unexpected reply$/],
  [
    'a payload where there is none',
    (w) => w.send(REQUEST.SET_OWNER, u64(1)),
    /^SET_OWNER: invalid payload .*got 8/,
  ],
  [
    'no payload where there is one',
    (w) => w.send(REQUEST.SET_FEATURES),
    /^SET_FEATURES: invalid payload .*got 0/,
  ],
  [
    'a descriptor where there is none',
    (w) => w.send(REQUEST.SET_OWNER, NO_PAYLOAD, [memfd().fd]),
    /^SET_OWNER: invalid number of descriptors: expected 0, got 1$/,
  ],
  [
    'two descriptors for one ring',
    (w) => w.send(REQUEST.SET_VRING_KICK, u64(0), [memfd().fd, memfd().fd]),
    /^SET_VRING_KICK: invalid number of descriptors: expected 0 to 1, got 2$/,
  ],
  [
    'no descriptor and no word of it',
    (w) => w.send(REQUEST.SET_VRING_CALL, u64(0)),
    /^SET_VRING_CALL: ring 0: expected either a descriptor or the NOFD flag, got neither$/,
  ],
  [
    'a descriptor that is denied',
    (w) => w.send(REQUEST.SET_VRING_CALL, u64(0x100), [memfd().fd]),
    /expected either a descriptor or the NOFD flag, got both$/,
  ],
  [
    'a kick for a ring that is not there',
    (w) => w.send(REQUEST.SET_VRING_KICK, u64(0xff), [memfd().fd]),
    /^SET_VRING_KICK: ring not found: 255 \(the device has 1\)$/,
  ],
  [
    'a ring that is not there',
    (w) => w.vring(REQUEST.SET_VRING_NUM, 2 ** 32 - 1, 4),
    /ring not found: 4294967295/,
  ],
  ['a ring without entries', (w) => w.vring(REQUEST.SET_VRING_NUM, 0, 0), /expected 1 to 32768, got 0/],
  ['a ring too long', (w) => w.vring(REQUEST.SET_VRING_NUM, 0, 65536), /expected 1 to 32768, got 65536/],
  [
    'a kick that cannot be waited for',
    (w) => {
      const path = join(tmpdir(), `dtbus-hostile-${process.pid}`);
      writeFileSync(path, '');
      w.send(REQUEST.SET_VRING_KICK, u64(0), [open(new FileDescriptor(openSync(path, 'r'))).fd]);
    },
    /^SET_VRING_KICK: cannot wait for the kick descriptor: .*EPERM/,
  ],
  [
    'memory without descriptors',
    (w) => w.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }),
    /expected 1 descriptors, got 0/,
  ],
  [
    'memory that a socket should hold',
    (w) => {
      const [a, b] = unixSocketPair();
      open(a);
      w.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }, [open(b).fd]);
    },
    /^SET_MEM_TABLE: cannot map the memory region at 0x10000000/,
  ],
  [
    'memory beyond the end of its file',
    (w) => w.send(REQUEST.ADD_MEM_REG, { kind: 'memory-region', region }, [memfd(4095).fd]),
    /the file has 4095 bytes, got 4096/,
  ],
  [
    'memory of 2^52 bytes',
    (w) => {
      const vast = { ...region, size: 2 ** 52 };
      w.send(REQUEST.ADD_MEM_REG, { kind: 'memory-region', region: vast }, [memfd().fd]);
    },
    /too much memory: expected at most 1099511627776 bytes, got 4503599627370496/,
  ],
  [
    'removal of memory that is not there',
    (w) => w.send(REQUEST.REM_MEM_REG, { kind: 'memory-region', region }),
    /memory region not found: 0x10000000/,
  ],
  [
    'an enabled ring without a size',
    (w) => {
      w.greet();
      w.send(REQUEST.SET_VRING_KICK, u64(0), [open(EventFd.create()).fd]);
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /^SET_VRING_ENABLE: ring 0 was started before SET_VRING_NUM$/,
  ],
  [
    'an enabled ring without addresses',
    (w) => {
      w.greet();
      w.vring(REQUEST.SET_VRING_NUM, 0, 4);
      w.send(REQUEST.SET_VRING_KICK, u64(0), [open(EventFd.create()).fd]);
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /ring 0 was started before SET_VRING_ADDR$/,
  ],
  ...(['descriptor', 'used', 'available'] as const).map((which): [string, (w: World) => void, RegExp] => [
    `a ${which} area that ends outside of memory`,
    (w) => {
      w.greet();
      const ring = open(new TestRing(w));
      ring.describe();
      const good = ring.addresses() as Extract<Payload, { kind: 'vring-addr' }>;
      w.send(REQUEST.SET_VRING_ADDR, { ...good, [which]: USER + MEMORY_BYTES - 16 });
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /^SET_VRING_ENABLE: the (descriptor table|used ring|available ring) at 0x7000.* is not inside one memory region/,
  ]),
  [
    'a descriptor table at an odd address',
    (w) => {
      w.greet();
      const ring = open(new TestRing(w));
      ring.describe();
      const good = ring.addresses() as Extract<Payload, { kind: 'vring-addr' }>;
      w.send(REQUEST.SET_VRING_ADDR, { ...good, descriptor: USER + 8 });
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /ring 0: descriptor table at 0x10000008 is not aligned/,
  ],
  [
    'a used ring at an odd address',
    (w) => {
      w.greet();
      const ring = open(new TestRing(w));
      ring.describe();
      const good = ring.addresses() as Extract<Payload, { kind: 'vring-addr' }>;
      w.send(REQUEST.SET_VRING_ADDR, { ...good, used: good.used + 1 });
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /ring 0: used ring at 0x1000.* is not aligned/,
  ],
  [
    'a ring whose size is no power of two',
    (w) => {
      w.greet();
      const ring = open(new TestRing(w));
      ring.describe();
      w.vring(REQUEST.SET_VRING_NUM, 0, 15);
      w.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    },
    /ring 0: invalid queue size: expected a power of two up to 32768, got 15/,
  ],
  [
    'a base that the used ring contradicts',
    (w) => {
      w.greet();
      open(new TestRing(w)).start(w, 17);
    },
    /invalid vring base: expected 0 to 16, got 17/,
  ],
  [
    'an inflight buffer for no rings',
    (w) =>
      w.send(REQUEST.GET_INFLIGHT_FD, {
        kind: 'inflight',
        mmapSize: 0,
        mmapOffset: 0,
        queues: 0,
        queueSize: 0,
        padded: true,
      }),
    /^GET_INFLIGHT_FD: invalid inflight buffer: expected at least one ring/,
  ],
  [
    'an inflight buffer that is too small for its rings',
    (w) => {
      const inflight = { mmapSize: 64, mmapOffset: 0, queues: 9, queueSize: 256, padded: false };
      w.send(REQUEST.SET_INFLIGHT_FD, { kind: 'inflight', ...inflight }, [memfd(64).fd]);
    },
    /^SET_INFLIGHT_FD: invalid inflight buffer: 64 bytes at 0 cannot hold 9 rings of 256$/,
  ],
  [
    'a log that is not there',
    (w) => w.send(REQUEST.SET_LOG_BASE, { kind: 'log-base', size: 8192, offset: 0 }, [memfd(64).fd]),
    /^SET_LOG_BASE: cannot map the dirty log of 8192 bytes/,
  ],
  [
    'a back channel that is no socket',
    (w) => w.send(REQUEST.SET_BACKEND_REQ_FD, NO_PAYLOAD, [memfd().fd]),
    /^SET_BACKEND_REQ_FD: cannot wait for the back channel: .*EPERM/,
  ],
  [
    'a base for a ring that is not there',
    (w) => w.send(REQUEST.GET_VRING_BASE, state(3, 0)),
    /ring not found: 3/,
  ],
];

describe('a front-end that sends rubbish loses its own connection, with a reason, and leaves nothing behind', () => {
  it.each(rubbish)('%s', (_, send, reason) => {
    send(world);
    expect(world.closed).toMatch(reason);
  });

  it.each(rubbish)('%s, while another front-end works on', async (_, send) => {
    const device = new HoldingDevice();
    const other = new World(device);
    other.greet();
    const ring = new TestRing(other).start();
    send(world);
    ring.offer(1, [other.memory.put([1])], [other.memory.put([0])]);
    device.release();
    expect(ring.finished()).toEqual([1]);
    ring.close();
    await other.close();
  });
});

describe('a front-end that dies', () => {
  it('in the middle of a message', () => {
    const [ours, theirs] = unixSocketPair();
    ours.close();
    theirs.close();
    world.peer.close();
    world.loop.poll();
    expect(world.closed).toBe('the front-end closed the connection');
  });

  it('with requests in flight: the device lets go of them, and what it does with them later does no harm', () => {
    const device = world.device as HoldingDevice;
    world.greet();
    const ring = open(new TestRing(world).start());
    const room = world.memory.put([0xdd, 0xdd]);
    ring.offer(1, [world.memory.put([1])], [room]);
    const late = device.held[0];
    world.peer.close();
    world.loop.poll();
    expect(device.resets).toBe(1);
    expect(() => late?.chain.writable.write(Uint8Array.of(1))).toThrow();
    expect(world.memory.get(room)).toEqual([0xdd, 0xdd]);
  });

  it('while its ring is being drained: the adapter is not waited for', () => {
    world.greet();
    const ring = open(new TestRing(world).start());
    ring.offer(1, [world.memory.put([1])], []);
    world.send(REQUEST.GET_VRING_BASE, state(0, 0));
    expect(world.loop.poll()).toBe(false); // nor is the processor kept busy by messages that have to wait
    world.send(REQUEST.GET_FEATURES);
    expect(world.loop.poll()).toBe(false);
    world.peer.close();
    world.loop.poll();
    expect(world.closed).toBe('the front-end closed the connection');
    expect((world.device as HoldingDevice).resets).toBe(1);
  });

  it('while its ring is being drained, by our own will', async () => {
    world.greet();
    const ring = open(new TestRing(world).start());
    ring.offer(1, [world.memory.put([1])], []);
    world.send(REQUEST.GET_VRING_BASE, state(0, 0));
    world.backEnd.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.closed).toBe('closed here');
  });
});

describe('a front-end that does not listen', () => {
  it('to its calls: nothing blocks', () => {
    world.greet();
    const device = world.device as HoldingDevice;
    const ring = open(new TestRing(world));
    const [call, deaf] = unixSocketPair();
    open(deaf);
    ring.describe();
    world.send(REQUEST.SET_VRING_CALL, u64(0), [open(call).fd]);
    world.vring(REQUEST.SET_VRING_ENABLE, 0, 1);
    const request = [world.memory.put([1])];
    for (let i = 0; i < 2000; i++) {
      ring.offer(i, request, []);
      device.release();
      ring.finished();
    }
    expect(world.closed).toBeUndefined();
  });

  it('to its replies: the connection ends', () => {
    const flood = (): void => {
      for (let i = 0; i < 100_000 && world.closed === undefined; i++) world.send(REQUEST.GET_FEATURES);
    };
    flood();
    expect(world.closed).toBe('GET_FEATURES: the other end does not read its messages');
  });
});

describe('a device model of ours with a bug', () => {
  it('loses its own connection, and the loop is told', async () => {
    class Buggy extends HoldingDevice {
      override processQueue(): number {
        throw new TypeError('a bug');
      }
    }
    const buggy = new World(new Buggy());
    buggy.greet();
    const ring = new TestRing(buggy);
    expect(() => ring.start()).toThrow('a bug');
    expect(buggy.closed).toBe('internal error: TypeError: a bug');
    ring.close();
    await buggy.close();
  });
});

describe('a driver that breaks its ring', () => {
  it('by claiming requests that it never made: each head is given back at most once', () => {
    world.greet();
    const ring = open(new TestRing(world).start(world, 16)); // an available ring of sixteen zeros
    expect(world.closed).toBeUndefined();
    expect(world.trace[0]).toMatch(/^ring 0: malformed request: .*twice/);
    expect(ring.call.drain()).toBe('rung');
  });

  it('is told by the error descriptor and by the status, and its other ring goes on', async () => {
    const device = new HoldingDevice(2);
    const two = new World(device);
    two.greet(NEGOTIATED, featureSet(0, 1, 3, 5, 12, 13, 16));
    const [bad, good] = [new TestRing(two, 0), new TestRing(two, 1)];
    const error = EventFd.create();
    two.send(REQUEST.SET_VRING_ERR, u64(0), [error.fd]);
    bad.start();
    good.start();
    const avail = bad.config.driver - GUEST;
    two.memory.bytes.set([0xff, 0x7f], avail + 2); // 32767 requests at once
    bad.kick.signal();
    two.loop.poll();
    expect(two.trace[0]).toMatch(/ring 0 is broken: the available index went from 0 to 32767/);
    expect(error.drain()).toBe('rung');
    expect(two.ask(REQUEST.GET_STATUS)).toEqual(u64(0x40));
    good.offer(1, [two.memory.put([1])], []);
    expect(device.held).toHaveLength(1);
    for (const each of [bad, good, error]) each.close();
    await two.close();
  });
});
