import { ftruncateSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemfd, type FileDescriptor } from '../../../src/os/index.ts';
import { canGuardMemory } from '../../../src/os/sigbus-guard.ts';
import { NO_PAYLOAD, u64 } from '../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../src/transport/vhost-user/messages/protocol.ts';
import { featureSet, VIRTIO_F } from '../../../src/virtio/index.ts';
import {
  GUEST,
  HoldingDevice,
  i2cRequest,
  leaks,
  MEMORY_BYTES,
  NEGOTIATED,
  plainFile,
  TestMemory,
  TestRing,
  USER,
  World,
} from './harness.ts';

const SENTENCE = 'the front-end truncated memory that it shares';

let before: string[];
let world: World;
let device: HoldingDevice;
let ring: TestRing;

beforeEach(() => {
  before = leaks();
  device = new HoldingDevice();
  world = new World(device, {}, new TestMemory(0, plainFile(MEMORY_BYTES)));
});
afterEach(async () => {
  ring?.close();
  await world.close();
  expect(leaks()).toEqual(before);
});

function start(): TestRing {
  world.greet();
  ring = new TestRing(world).start();
  return ring;
}
/** Makes the file shorter. The driver of these tests has it mapped too, so nothing here touches it afterwards. */
const truncate = (file: FileDescriptor = world.memory.file) => ftruncateSync(file.fd, 0);

// Without a guard, memory that can be truncated is refused: the last test.
describe.runIf(canGuardMemory())('memory that a front-end takes away from its file', () => {
  it('ends its connection when the next kick looks at the ring', () => {
    start();
    const { kick } = ring;
    truncate();
    kick.signal();
    world.loop.poll();
    expect(world.closed).toBe(SENTENCE);
    expect(device.resets).toBe(1);
  });

  it('ends its connection when a request that was held is given back', () => {
    start();
    const read = i2cRequest(world.memory, 0x48, { read: 2 });
    ring.offer(1, read.readable, read.writable);
    truncate();
    device.release();
    expect(world.closed).toBeUndefined(); // not under the device's hands
    world.loop.poll();
    expect(world.closed).toBe(SENTENCE);
  });

  it('ends its connection when the inflight buffer goes', () => {
    world.greet();
    const file = plainFile(4096);
    world.send(
      REQUEST.SET_INFLIGHT_FD,
      { kind: 'inflight', mmapSize: 4096, mmapOffset: 0, queues: 1, queueSize: 16, padded: true },
      [file.fd],
    );
    ring = new TestRing(world).start();
    truncate(file);
    const read = i2cRequest(world.memory, 0x48, { read: 2 });
    ring.offer(1, read.readable, read.writable);
    world.loop.poll();
    expect(world.closed).toBe(SENTENCE);
    file.close();
  });

  it('ends its connection when the dirty log goes', () => {
    start();
    const size = GUEST / 4096 / 8 + 8;
    const file = plainFile(size);
    world.send(REQUEST.SET_LOG_BASE, { kind: 'log-base', size, offset: 0 }, [file.fd]);
    world.send(REQUEST.SET_FEATURES, u64(NEGOTIATED + featureSet(VIRTIO_F.LOG_ALL)));
    truncate(file);
    const read = i2cRequest(world.memory, 0x48, { read: 2 });
    ring.offer(1, read.readable, read.writable);
    device.release();
    world.loop.poll();
    expect(world.closed).toBe(SENTENCE);
    file.close();
  });

  it('ends its connection when a ring is started in it', () => {
    world.greet();
    ring = new TestRing(world);
    truncate();
    ring.start();
    world.loop.poll();
    expect(world.closed).toBe(`SET_VRING_ENABLE: ${SENTENCE}`);
  });

  it('does not touch the connection of another front-end', async () => {
    start();
    const other = new World(new HoldingDevice(), {}, new TestMemory(0, plainFile(MEMORY_BYTES)));
    other.greet();
    const otherRing = new TestRing(other).start();
    truncate();
    ring.kick.signal();
    world.loop.poll();
    const read = i2cRequest(other.memory, 0x48, { read: 2 });
    otherRing.offer(1, read.readable, read.writable);
    (other.device as HoldingDevice).release(7);
    expect(otherRing.finished()).toEqual([1]);
    expect(other.memory.get(read.data)).toEqual([7, 7]);
    expect([world.closed, other.closed]).toEqual([SENTENCE, undefined]);
    otherRing.close();
    await other.close();
  });
});

describe('memory that can be sealed', () => {
  it('is sealed: nobody can make it shorter', () => {
    world.memory.close();
    const file = createMemfd('guest-ram', MEMORY_BYTES);
    const region = { guestAddress: GUEST, size: MEMORY_BYTES, userAddress: USER, mmapOffset: 0 };
    world.send(REQUEST.SET_OWNER, NO_PAYLOAD);
    world.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }, [file.fd]);
    expect(() => truncate(file)).toThrow(/EPERM/);
    file.close();
  });
});

describe('vast memory', () => {
  const TIB = 2 ** 40;
  const vast = (bytes: number) => {
    const file = createMemfd('vast', bytes); // sparse: takes no memory until it is touched
    const region = { guestAddress: GUEST, size: bytes, userAddress: USER, mmapOffset: 0 };
    world.send(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }, [file.fd]);
    file.close();
  };

  it('is taken up to the limit, and let go of, without a view of it', () => {
    const heap = () => process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    const start = heap();
    vast(TIB);
    expect(world.closed).toBeUndefined();
    // A view of it all would be counted as memory of ours.
    expect(heap() - start).toBeLessThan(2 ** 26);
    vast(4096);
    expect(world.closed).toBeUndefined();
  });

  it('is refused beyond the limit', () => {
    vast(64 * TIB);
    expect(world.closed).toBe(
      'SET_MEM_TABLE: too much memory: expected at most 1099511627776 bytes, got 70368744177664',
    );
  });
});
