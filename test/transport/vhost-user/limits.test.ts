import { writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createMemfd,
  EventFd,
  type FileDescriptor,
  setNonBlocking,
  unixSocketPair,
} from '../../../src/os/index.ts';
import { cFunction } from '../../../src/os/libc.ts';
import { VhostUserConnection } from '../../../src/transport/vhost-user/connection/connection.ts';
import { EventLoop } from '../../../src/transport/vhost-user/event-loop.ts';
import type { Limits } from '../../../src/transport/vhost-user/limits.ts';
import { NO_PAYLOAD, u64 } from '../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../src/transport/vhost-user/messages/message-socket.ts';
import { REQUEST } from '../../../src/transport/vhost-user/messages/protocol.ts';
import {
  ConnectionTable,
  type TableEntry,
} from '../../../src/transport/vhost-user/server/connection-table.ts';
import { GUEST, HoldingDevice, leaks, TestRing, World } from './harness.ts';

const F_ADD_SEALS = 1033;
const F_SEAL_WRITE = 8;

let before: string[];
let world: World;

function start(limits: Partial<Limits> = {}): World {
  world = new World(new HoldingDevice(), { limits });
  return world;
}

beforeEach(() => {
  before = leaks();
});
afterEach(async () => {
  vi.useRealTimers();
  await world?.close();
  expect(leaks()).toEqual(before);
});

/** Sends `count` GET_FEATURES at once, without a turn for the back-end. */
function flood({ peer }: World, count: number): void {
  for (let i = 0; i < count; i++) peer.send(REQUEST.GET_FEATURES, 0, NO_PAYLOAD);
}
/** How many answers have come. */
function answers({ peer }: World): number {
  let count = 0;
  for (let answer = peer.receive(); answer !== undefined && answer !== 'ended'; answer = peer.receive())
    count++;
  return count;
}

describe('a front-end that sends messages without pause', () => {
  it('has its turn like others: some of its messages, then theirs', async () => {
    const w = start();
    const [ours, theirs] = unixSocketPair();
    const honest = new MessageSocket(ours);
    const other = new VhostUserConnection(theirs, new HoldingDevice(), w.loop);
    flood(w, 200);
    honest.send(REQUEST.GET_FEATURES, 0, NO_PAYLOAD);
    w.loop.poll();
    expect(honest.receive()).toMatchObject({ header: { request: REQUEST.GET_FEATURES } });
    const first = answers(w);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(16);
    for (let i = 0; i < 200; i++) w.loop.poll();
    expect(first + answers(w)).toBe(200); // nothing is lost
    other.close();
    honest.close();
  });

  it('waits when it has used up its budget', () => {
    vi.useFakeTimers();
    const w = start({ messageBurst: 10, messagesPerSecond: 1000 });
    flood(w, 100);
    const polls = () => {
      for (let i = 0; i < 50; i++) w.loop.poll();
      return answers(w);
    };
    expect(polls()).toBe(10);
    vi.advanceTimersByTime(20);
    expect(polls()).toBe(10);
    vi.advanceTimersByTime(20);
    expect(polls()).toBe(10);
    expect(w.closed).toBeUndefined();
  });

  it('loses its back channel when it floods that', () => {
    vi.useFakeTimers();
    const w = start();
    w.greet();
    const [ours, theirs] = unixSocketPair();
    w.send(REQUEST.SET_BACKEND_REQ_FD, NO_PAYLOAD, [theirs.fd]);
    theirs.close();
    const channel = new MessageSocket(ours);
    let sent = 0;
    expect(() => {
      for (; sent < 10_000; sent++) {
        channel.send(2, 5, u64(0));
        if (sent % 16 === 0) w.loop.poll();
      }
    }).toThrow(/EPIPE|ECONNRESET/);
    expect(sent).toBeGreaterThanOrEqual(1024);
    expect(w.closed).toBeUndefined();
    channel.close();
  });
});

describe('a front-end that does not say what it wants', () => {
  it('is closed when it sends nothing', () => {
    vi.useFakeTimers();
    const w = start();
    vi.advanceTimersByTime(4999);
    expect(w.closed).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(w.closed).toBe('the front-end did not send a message within 5000 ms');
  });

  it('is closed when half of a message does not become a whole one', () => {
    vi.useFakeTimers();
    const [ours, theirs] = unixSocketPair();
    const w = start({ messageMs: 100 });
    let closed: string | undefined;
    const connection = new VhostUserConnection(theirs, new HoldingDevice(), w.loop, {
      limits: { messageMs: 100 },
      onClose: (reason) => {
        closed = reason;
      },
    });
    const peer = new MessageSocket(ours);
    peer.send(REQUEST.SET_OWNER, 0, NO_PAYLOAD);
    w.loop.poll();
    vi.advanceTimersByTime(1000);
    expect(closed).toBeUndefined(); // idle is allowed, once it has spoken
    writeSync(ours.fd, Buffer.from([REQUEST.SET_OWNER, 0, 0, 0, 1]));
    w.loop.poll();
    vi.advanceTimersByTime(60);
    writeSync(ours.fd, Buffer.from([0]));
    w.loop.poll();
    vi.advanceTimersByTime(40);
    expect(closed).toBe('the front-end did not send the rest of a message within 100 ms');
    connection.close();
    peer.close();
  });
});

describe('a front-end that hands over its own end of the connection', () => {
  const OWN = /this descriptor is the front-end’s end of a connection to this back-end$/;

  it.each([
    ['back channel', REQUEST.SET_BACKEND_REQ_FD, NO_PAYLOAD],
    ['kick', REQUEST.SET_VRING_KICK, u64(0)],
    ['call', REQUEST.SET_VRING_CALL, u64(0)],
    ['error', REQUEST.SET_VRING_ERR, u64(0)],
  ])('as %s is refused: nobody would see that it has gone', (_, request, payload) => {
    const w = start();
    w.greet();
    w.send(request, payload, [w.peer.fd]);
    expect(w.closed).toMatch(OWN);
  });

  it('is refused the end of another connection of its own too', () => {
    const w = start();
    const [ours, theirs] = unixSocketPair();
    const other = new VhostUserConnection(theirs, new HoldingDevice(), w.loop);
    w.greet();
    w.send(REQUEST.SET_BACKEND_REQ_FD, NO_PAYLOAD, [ours.fd]);
    expect(w.closed).toMatch(OWN);
    other.close();
    ours.close();
  });
});

describe('too many connections', () => {
  const socket = {};
  function table(...processes: [process: number, running?: boolean][]) {
    world = start();
    const loop = new EventLoop();
    const connections = ConnectionTable.of(loop);
    const closed: number[] = [];
    processes.forEach(([process, running = false], i) => {
      const entry: TableEntry = {
        process,
        socket,
        isRunning: () => running,
        close: () => {
          closed.push(i);
          connections.remove(entry);
        },
      };
      connections.add(entry);
    });
    return { connections, closed, end: () => loop.close() };
  }

  it('are given up by the process that has the most of them, those first that do nothing', async () => {
    const { connections, closed, end } = table([7, true], [7, true], [7], [8]);
    expect(connections.makeRoom(9, socket, 4, 100)).toBeUndefined();
    expect(closed).toEqual([2]);
    await end();
  });

  it('are not taken when the newcomer’s process has the most itself', async () => {
    const { connections, closed, end } = table([7, true], [7], [8]);
    expect(connections.makeRoom(7, socket, 3, 100)).toBe('too many connections: expected at most 3');
    expect(closed).toEqual([]);
    await end();
  });

  it('are not taken from those that have one each', async () => {
    const { connections, closed, end } = table([7], [8]);
    expect(connections.makeRoom(9, socket, 2, 100)).toBe('too many connections: expected at most 2');
    expect(closed).toEqual([]);
    await end();
  });

  it('are counted for each socket, and for all together', async () => {
    const { connections, closed, end } = table([7], [7], [8]);
    expect(connections.makeRoom(9, {}, 3, 100)).toBeUndefined();
    expect(closed).toEqual([]);
    expect(connections.makeRoom(9, {}, 3, 3)).toBeUndefined();
    expect(closed).toEqual([0]);
    await end();
  });
});

describe('features that are beyond what a number can hold', () => {
  it.each([
    ['SET_FEATURES', REQUEST.SET_FEATURES],
    ['SET_PROTOCOL_FEATURES', REQUEST.SET_PROTOCOL_FEATURES],
  ])('are refused in %s as others are', (name, request) => {
    const w = start();
    w.send(request, { kind: 'u64', low: 0, high: 1 << 28 }); // bit 60
    expect(w.closed).toBe(`${name}: features not offered: 0x1000000000000000`);
  });
});

describe('a request that is longer than allowed', () => {
  it.each([
    ['by its readable part', 8, 1],
    ['by its writable part', 1, 8],
  ])('is given back unread, and the next is served: %s', (_, readable, writable) => {
    const w = start({ requestBytes: 8 });
    const device = w.device as HoldingDevice;
    w.greet();
    const ring = new TestRing(w).start();
    const bytes = (count: number) => w.memory.put(new Uint8Array(count));
    ring.offer(1, [bytes(readable)], [bytes(writable)]);
    expect(device.held).toEqual([]);
    expect(ring.finished()).toEqual([1]);
    expect(w.trace.at(-1)).toBe('ring 0: malformed request: chain of more bytes than the device takes');
    ring.offer(2, [bytes(4)], [bytes(4)]);
    device.release();
    expect(ring.finished()).toEqual([2]);
    ring.close();
  });
});

describe('a doorbell that fails later', () => {
  /** A call descriptor that can be written now, and not once `fail` was called. */
  function failing(): { file: FileDescriptor; fail: () => unknown } {
    const file = createMemfd('call', 4096);
    return {
      file,
      fail: () =>
        cFunction('int fcntl(int fd, int command, int argument)')(file.fd, F_ADD_SEALS, F_SEAL_WRITE),
    };
  }

  it('ends its own connection, after the work that rang it', () => {
    const w = start();
    const device = w.device as HoldingDevice;
    w.greet();
    const ring = new TestRing(w).start();
    const { file, fail } = failing();
    w.send(REQUEST.SET_VRING_CALL, u64(0), [file.fd]);
    const request = w.memory.put([1]);
    ring.offer(1, [request], [w.memory.put([0])]);
    fail();
    expect(() => device.release()).not.toThrow();
    expect(w.closed).toBeUndefined();
    w.loop.poll();
    expect(w.closed).toMatch(/^write: EPERM: doorbell$/);
    file.close();
    ring.close();
  });

  it('of errors ends its own connection too', () => {
    const w = start();
    w.greet();
    const ring = new TestRing(w).start();
    const { file, fail } = failing();
    w.send(REQUEST.SET_VRING_ERR, u64(0), [file.fd]);
    fail();
    new DataView(w.memory.bytes.buffer).setUint16(ring.config.driver - GUEST + 2, 1000, true);
    ring.kick.signal();
    w.loop.poll();
    w.loop.poll();
    expect(w.trace.at(-1)).toMatch(/ring 0 is broken/);
    expect(w.closed).toMatch(/^write: EPERM: doorbell$/);
    file.close();
    ring.close();
  });

  it('that is full and made to block does not hold the others', () => {
    const w = start();
    const device = w.device as HoldingDevice;
    w.greet();
    const ring = new TestRing(w).start();
    const bell = EventFd.create();
    w.send(REQUEST.SET_VRING_CALL, u64(0), [bell.fd]);
    expect(bell.drain()).toBe('rung');
    ring.offer(1, [w.memory.put([1])], [w.memory.put([0])]);
    writeSync(bell.fd, Buffer.from('feffffffffffffff', 'hex')); // one more would overflow: it waits
    setNonBlocking(bell.fd, false);
    device.release();
    w.loop.poll();
    expect(ring.finished()).toEqual([1]);
    expect(w.closed).toBeUndefined(); // a bell that is rung as often as can be is rung
    bell.close();
    ring.close();
  });

  it('that ceases to be readable and is made to block does not hold the others either', () => {
    const w = start();
    w.greet();
    const ring = new TestRing(w).start();
    setNonBlocking(ring.kick.fd, false);
    for (let i = 0; i < 20; i++) {
      ring.kick.signal();
      ring.kick.drain();
      w.loop.poll();
    }
    expect(w.closed).toBeUndefined();
    ring.close();
  });
});
