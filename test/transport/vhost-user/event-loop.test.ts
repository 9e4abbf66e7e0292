import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventFd, POLL } from '../../../src/os/index.ts';
import {
  EventLoop,
  type EventLoopOptions,
  type Service,
} from '../../../src/transport/vhost-user/event-loop.ts';
import { leaks } from './harness.ts';

let before: string[];
let loop: EventLoop | undefined;
const bells: EventFd[] = [];

beforeEach(() => {
  before = leaks();
});
afterEach(async () => {
  await loop?.close();
  loop = undefined;
  for (const bell of bells.splice(0)) bell.close();
  expect(leaks()).toEqual(before);
});

function start(options: EventLoopOptions = {}): EventLoop {
  loop = new EventLoop(options);
  void loop.run();
  return loop;
}
function bell(): EventFd {
  const made = EventFd.create();
  bells.push(made);
  return made;
}
/** A bell that counts to `count` each time it is rung, and then resolves. */
function rung(loop: EventLoop, by: EventFd, count: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const unwatch = loop.watch(by.fd, POLL.IN, () => {
      by.drain();
      if (++seen < count) by.signal();
      else {
        unwatch();
        resolve();
      }
    });
  });
}

describe.each([
  ['cold: waiting in a helper thread', {}],
  ['hot: waiting in the kernel', { hotMs: 5 }],
  ['hot, looking before it sleeps', { hotMs: 5, spinUs: 50 }],
])('an event loop, %s', (_, options) => {
  it('calls whoever watches what became ready', async () => {
    const l = start(options);
    const [a, b] = [bell(), bell()];
    const both = Promise.all([rung(l, a, 50), rung(l, b, 50)]);
    a.signal();
    b.signal();
    await both;
  });

  it('lets JavaScript’s own event loop run under load', async () => {
    const l = start(options);
    const busy = bell();
    let stop = false;
    let rounds = 0;
    const unwatch = l.watch(busy.fd, POLL.IN, () => {
      busy.drain();
      rounds++;
      if (!stop) busy.signal();
    });
    busy.signal();
    // A timer of JavaScript's comes although there is always work.
    while (rounds <= 10) await new Promise((resolve) => setTimeout(resolve, 1));
    stop = true;
    unwatch();
  });

  it('serves when a service is due, though nothing rang', async () => {
    const l = start(options);
    const service = { busy: false, due: performance.now() + 3, serve: (): boolean => false };
    const due = service.due;
    const served = await new Promise<number>((resolve) => {
      service.serve = () => {
        service.due = Number.POSITIVE_INFINITY;
        resolve(performance.now());
        return true;
      };
      l.addService(service);
    });
    expect(served).toBeGreaterThanOrEqual(due);
    l.removeService(service);
  });

  it('serves what a handler has made due', async () => {
    const l = start(options);
    const kick = bell();
    const service = { busy: false, due: Number.POSITIVE_INFINITY, serve: (): boolean => false };
    l.addService(service);
    let served = 0;
    await new Promise<void>((resolve) => {
      service.serve = () => {
        service.due = Number.POSITIVE_INFINITY;
        if (++served === 50) resolve();
        else kick.signal();
        return true;
      };
      const handler = () => {
        kick.drain();
        service.due = performance.now();
      };
      l.watch(kick.fd, POLL.IN, handler, service);
      kick.signal();
    });
    l.removeService(service);
  });

  it('leaves the thread alone while a service waits for a promise', async () => {
    const l = start(options);
    const kick = bell();
    let answered = 0;
    const service: Service & { busy: boolean } = {
      busy: false,
      due: Number.POSITIVE_INFINITY,
      serve: () => false,
    };
    l.addService(service);
    const done = new Promise<void>((resolve) => {
      l.watch(kick.fd, POLL.IN, () => {
        kick.drain();
        service.busy = true;
        setTimeout(() => {
          service.busy = false;
          if (++answered === 5) resolve();
          else kick.signal();
        }, 1);
      });
    });
    kick.signal();
    await done;
    l.removeService(service);
  });
});

describe('an event loop', () => {
  it('looks at no other service than that of the handler that ran', async () => {
    // Hot for so long that it never stops to look at all of them.
    const l = start({ hotMs: 1e8 });
    let looks = 0;
    const calm = { busy: false, serve: (): boolean => false };
    const other = {
      ...calm,
      get due() {
        looks++;
        return Number.POSITIVE_INFINITY;
      },
    };
    const service = { ...calm, due: Number.POSITIVE_INFINITY };
    l.addService(other);
    l.addService(service);
    const kick = bell();
    let kicks = 0;
    const handler = () => {
      kick.drain();
      if (++kicks < 100) kick.signal();
      else void l.close();
    };
    l.watch(kick.fd, POLL.IN, handler, service);
    kick.signal();
    await l.run();
    expect(kicks).toBe(100);
    expect(looks).toBeLessThan(20);
  });

  it('goes on when a handler throws, and tells', async () => {
    const errors: unknown[] = [];
    const l = start({ onError: (error) => errors.push(error) });
    const [bad, good] = [bell(), bell()];
    l.watch(bad.fd, POLL.IN, () => {
      bad.drain();
      throw new Error('a bug');
    });
    bad.signal();
    const fine = rung(l, good, 2);
    good.signal();
    await fine;
    expect(errors).toEqual([new Error('a bug')]);
  });

  it('goes on with a warning of the process when nobody wants to hear of it', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const l = start();
    const [bad, good] = [bell(), bell()];
    l.watch(bad.fd, POLL.IN, () => {
      bad.drain();
      throw new Error('a bug');
    });
    bad.signal();
    expect(await warned).toEqual(new Error('a bug'));
    const fine = rung(l, good, 2);
    good.signal();
    await fine;
  });

  it('ends with the error when that is what its owner wants', async () => {
    const l = new EventLoop({
      onError: (error) => {
        throw error;
      },
    });
    const bad = bell();
    l.watch(bad.fd, POLL.IN, () => {
      bad.drain();
      throw new Error('a bug');
    });
    const run = l.run();
    bad.signal();
    await expect(run).rejects.toThrow('a bug');
    await l.close();
  });

  it('does not call a watch that another handler of the same round has ended', () => {
    const l = new EventLoop();
    loop = l;
    const [a, b] = [bell(), bell()];
    let calls = 0;
    const unwatch: (() => void)[] = [];
    for (const each of [a, b]) {
      unwatch.push(
        l.watch(each.fd, POLL.IN, () => {
          calls++;
          for (const end of unwatch) end();
        }),
      );
      each.signal();
    }
    expect(l.poll()).toBe(true);
    expect(calls).toBe(1);
    expect(l.poll()).toBe(false);
  });

  it('is woken by a service that is added', async () => {
    const l = start();
    await new Promise<void>((resolve) => {
      l.addService({
        busy: false,
        get due() {
          return 0;
        },
        serve() {
          l.removeService(this);
          resolve();
          return true;
        },
      });
    });
  });
});
