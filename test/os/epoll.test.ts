import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Epoll, EventFd, FileDescriptor, POLL, unixSocketPair } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

function ready(epoll: Epoll, count: number): Map<number, number> {
  return new Map(Array.from({ length: count }, (_, i) => [epoll.readyTag(i), epoll.readyEvents(i)]));
}

describe('epoll', () => {
  it('lists the tags of what is ready, and only those', () => {
    const before = openFiles(/eventpoll|eventfd/); // Node has some of its own
    const epoll = new Epoll();
    const bells = [0, 1, 0xffff_fffe].map((tag) => ({ tag, bell: EventFd.create() }));
    for (const { tag, bell } of bells) epoll.add(bell.fd, POLL.IN, tag);
    expect(epoll.wait(0)).toBe(0);
    bells[0]?.bell.signal();
    bells[2]?.bell.signal();
    expect(ready(epoll, epoll.wait(-1))).toEqual(
      new Map([
        [0, POLL.IN],
        [0xffff_fffe, POLL.IN],
      ]),
    );
    bells[0]?.bell.drain();
    expect(ready(epoll, epoll.wait(0))).toEqual(new Map([[0xffff_fffe, POLL.IN]]));
    for (const { bell } of bells) {
      epoll.remove(bell.fd);
      bell.close();
    }
    expect(epoll.wait(0)).toBe(0);
    epoll.close();
    expect(openFiles(/eventpoll|eventfd/)).toEqual(before);
  });

  it('waits for other events after modify, and reports a hang-up unasked', () => {
    const epoll = new Epoll();
    const [a, b] = unixSocketPair();
    epoll.add(a.fd, POLL.IN, 7);
    expect(epoll.wait(0)).toBe(0);
    epoll.modify(a.fd, POLL.OUT, 8);
    expect(ready(epoll, epoll.wait(0))).toEqual(new Map([[8, POLL.OUT]]));
    b.close();
    epoll.modify(a.fd, 0, 9);
    expect(ready(epoll, epoll.wait(0))).toEqual(new Map([[9, POLL.HUP]]));
    a.close();
    epoll.close();
  });

  it('wakes JavaScript that waits without blocking', async () => {
    const epoll = new Epoll();
    const bell = EventFd.create();
    epoll.add(bell.fd, POLL.IN, 3);
    const waiting = epoll.waitAsync(-1);
    expect(() => epoll.waitAsync(-1)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    bell.signal();
    expect(ready(epoll, await waiting)).toEqual(new Map([[3, POLL.IN]]));
    bell.drain();
    expect(await epoll.waitAsync(1)).toBe(0);
    bell.close();
    epoll.close();
  });

  it('hands out more ready files than one wait holds, over several waits', () => {
    const epoll = new Epoll();
    const bells = Array.from({ length: 100 }, () => EventFd.create());
    bells.forEach((bell, tag) => {
      epoll.add(bell.fd, POLL.IN, tag);
      bell.signal();
    });
    const seen = new Set<number>();
    for (let n = epoll.wait(0); n > 0; n = epoll.wait(0)) {
      for (const tag of ready(epoll, n).keys()) {
        seen.add(tag);
        bells[tag]?.drain();
      }
    }
    expect(seen.size).toBe(100);
    for (const bell of bells) bell.close();
    epoll.close();
  });

  it('refuses what cannot be waited for', () => {
    const epoll = new Epoll();
    const file = new FileDescriptor(openSync('/proc/self/exe', 'r'));
    expect(() => epoll.add(file.fd, POLL.IN, 0)).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(() => epoll.add(epoll.file.fd, POLL.IN, 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    file.close();
    epoll[Symbol.dispose]();
    expect(() => epoll.wait(0)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});
