import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventFd, type FileDescriptor, unixSocketPair } from '../../../../src/os/index.ts';
import { u64 } from '../../../../src/transport/vhost-user/messages/message.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { HoldingDevice, leaks, TestRing, World } from '../harness.ts';

/** More than a unix socket holds unread messages of eight bytes. */
const KICKS = 1000;

let before: string[];
let device: HoldingDevice;
let world: World;
let ring: TestRing;

beforeEach(() => {
  before = leaks();
  device = new HoldingDevice();
  world = new World(device);
  world.greet();
  ring = new TestRing(world).start();
});
afterEach(async () => {
  ring.close();
  await world.close();
  expect(leaks()).toEqual(before);
});

/** Replaces the ring's bell; `kick` rings it. */
function withBell(theirs: FileDescriptor, kick: EventFd): () => void {
  world.send(REQUEST.SET_VRING_KICK, u64(0), [theirs.fd]);
  return () => {
    kick.signal();
    world.loop.poll();
  };
}

/** Offers `count` requests, one for each kick, and gives each back. @returns how many the device saw */
function served(count: number, kick: () => void): number {
  const [header, room] = [world.memory.put([0xa0, 0]), world.memory.put([0])];
  let seen = 0;
  for (let i = 0; i < count; i++) {
    ring.queue.addBuf([header], [room], i);
    ring.queue.kickPrepare();
    kick();
    seen += device.held.length;
    while (device.held.length > 0) device.release();
    ring.finished();
  }
  return seen;
}

describe('kicks', () => {
  it('are heard all, of an eventfd', () => {
    const bell = EventFd.create();
    expect(served(KICKS, withBell(bell.file, bell))).toBe(KICKS);
    bell.close();
  });

  it('are not read from an eventfd, which counts any number of them (eventfd(2))', () => {
    const bell = EventFd.create();
    // A multiple of all numbers of kicks that a socket is read after.
    expect(served(1024, withBell(bell.file, bell))).toBe(1024);
    expect(bell.drain()).toBe('rung');
    bell.close();
  });

  it('are heard all, of a socket, as User-Mode Linux has it: it never fills', () => {
    const [ours, theirs] = unixSocketPair();
    const bell = new EventFd(ours);
    expect(served(KICKS, withBell(theirs, bell))).toBe(KICKS);
    bell.close();
    theirs.close();
  });

  it('of a socket whose other end is closed are waited for no more, and the ring works on', () => {
    const [ours, theirs] = unixSocketPair();
    const bell = new EventFd(ours);
    expect(served(1, withBell(theirs, bell))).toBe(1);
    theirs.close();
    bell.close();
    world.loop.poll();
    expect(world.loop.poll()).toBe(false);
    const another = EventFd.create();
    expect(served(1, withBell(another.file, another))).toBe(1);
    another.close();
  });

  it('that came before the bell was handed over are heard', () => {
    const bell = EventFd.create();
    bell.signal();
    ring.queue.addBuf([world.memory.put([0xa0, 0])], [world.memory.put([0])], 1);
    ring.queue.kickPrepare();
    world.send(REQUEST.SET_VRING_KICK, u64(0), [bell.fd]);
    world.loop.poll();
    expect(device.held).toHaveLength(1);
    device.release();
    bell.close();
  });
});
