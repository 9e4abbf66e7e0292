import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BusFault } from '../../src/bus/index.ts';
import { WAIT } from '../../src/remote/index.ts';
import { type Lease, type LeaseRequest, LeaseTable, type Ticket } from '../../src/remote/leases.ts';

const WISH: LeaseRequest = {
  buses: ['i2c-1'],
  who: 'ada',
  why: 'bring-up',
  ttlMs: 10_000,
  idleMs: 60_000,
  graceMs: 10_000,
  priority: 0,
  wait: WAIT.NO,
  steal: false,
  restore: false,
};

/** A table on a clock of the test's own. */
function tableOf(buses = ['i2c-1', 'i2c-2'], restored?: () => Promise<void>) {
  const clock = { ms: 0 };
  let fence = 100;
  const ends: string[] = [];
  const table = new LeaseTable({
    buses,
    nextFence: () => ++fence,
    now: () => clock.ms,
    ended: (lease, reason) => {
      ends.push(`${lease.who}: ${reason}`);
      return restored?.();
    },
  });
  const places: string[] = [];
  const ask = (wish: Partial<LeaseRequest>) => {
    const asked = { lease: undefined as Lease | undefined };
    const request = { ...WISH, ...wish };
    const ticket: Ticket = {
      request,
      sinceMs: clock.ms,
      granted: (lease) => {
        asked.lease = lease;
        lease.users = 1;
      },
      moved: (place, holder) => places.push(`${request.who} ${place} behind ${holder?.who}`),
    };
    table.acquire(ticket);
    return { asked, ticket };
  };
  /** Asks for what is free, and has it. */
  const take = (wish: Partial<LeaseRequest> = {}): Lease => ask(wish).asked.lease as Lease;
  return { table, clock, ends, places, ask, take };
}

const faultOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof BusFault) return error.message;
    throw error;
  }
  return undefined;
};

describe('a lease', () => {
  it('is of one user at a time: the next is told who has the bus', () => {
    const { ask, take } = tableOf();
    take();
    expect(faultOf(() => ask({ who: 'bob' }))).toBe(
      'EBUSY: i2c-1: leased by ada for bring-up; wait for it with dtbus lab lock --wait',
    );
    expect(take({ who: 'bob', buses: ['i2c-2'] }).who).toBe('bob');
  });

  it('ends when its time is over, by the clock, whether or not a timer was there', () => {
    const { table, clock, ends, take } = tableOf();
    const { fence } = take();
    clock.ms = 9999;
    expect(table.check(fence, 'i2c-1').fence).toBe(fence);
    clock.ms = 10_000;
    expect(faultOf(() => table.check(fence, 'i2c-1'))).toBe(
      'EACCES: the lease has ended: not renewed for 10 s',
    );
    expect(ends).toEqual(['ada: not renewed for 10 s']);
    expect(take({ who: 'bob' }).fence).toBeGreaterThan(fence);
    expect(faultOf(() => table.check(fence, 'i2c-1'))).toMatch(/^EACCES/);
  });

  it('does not heed that somebody sets the clock of the machine', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const ends: string[] = [];
    const table = new LeaseTable({
      buses: ['i2c-1'],
      nextFence: () => 7,
      ended: (_, reason) => void ends.push(reason),
    });
    table.acquire({ request: WISH, sinceMs: 0, granted: () => {}, moved: () => {} });
    for (const days of [1, -2]) {
      vi.setSystemTime(Date.now() + days * 86_400_000);
      expect(table.renew(7).untilMs - table.nowMs).toBeGreaterThan(9000);
    }
    expect(ends).toEqual([]);
    table.close();
  });

  it('lasts as long as it is renewed', () => {
    const { table, clock, take } = tableOf();
    const { fence } = take();
    for (clock.ms = 0; clock.ms < 100_000; clock.ms += 9000) table.renew(fence);
    expect(table.leases).toHaveLength(1);
  });

  it('is of its buses only', () => {
    const { table, take } = tableOf();
    const { fence } = take();
    expect(faultOf(() => table.check(fence, 'i2c-2'))).toBe(
      'EACCES: the lease is of i2c-1, and not of i2c-2',
    );
    expect(faultOf(() => table.check(7, 'i2c-1'))).toBe('EACCES: no lease of this host; take one first');
  });

  it('goes to who has waited longest, and before them to who is more urgent', () => {
    const { table, ask, take, places } = tableOf();
    const first = take();
    const bob = ask({ who: 'bob', wait: WAIT.YES });
    const cyd = ask({ who: 'cyd', wait: WAIT.YES });
    const eve = ask({ who: 'eve', wait: WAIT.YES, priority: 5 });
    expect(places.slice(-3)).toEqual(['eve 1 behind ada', 'bob 2 behind ada', 'cyd 3 behind ada']);
    const served: (string | undefined)[] = [];
    for (let lease: Lease | undefined = first; lease !== undefined; ) {
      table.end(lease, 'done');
      lease = table.leases[0];
      served.push(lease?.who);
    }
    expect(served).toEqual(['eve', 'bob', 'cyd', undefined]);
    expect([bob, cyd, eve].map(({ asked }) => asked.lease?.fence)).toEqual([103, 104, 102]);
  });

  it('of several buses is not starved by leases of one of them', () => {
    const { table, ask, take } = tableOf();
    const one = take();
    const both = ask({ who: 'bob', buses: ['i2c-1', 'i2c-2'], wait: WAIT.YES });
    const late = ask({ who: 'cyd', buses: ['i2c-2'], wait: WAIT.YES });
    expect(late.asked.lease).toBeUndefined();
    table.end(one, 'done');
    expect(both.asked.lease?.buses).toEqual(['i2c-1', 'i2c-2']);
    expect(late.asked.lease).toBeUndefined();
    table.giveUp(late.ticket);
    expect(table.queue).toEqual([]);
  });

  it('that is stolen ends with the reason; without one nobody steals', () => {
    const { table, ends, ask, take } = tableOf();
    const { fence } = take();
    expect(faultOf(() => ask({ who: 'bob', steal: true, why: '' }))).toBe(
      'EINVAL: a reason is required to steal a lease',
    );
    expect(take({ who: 'bob', steal: true, why: 'the rack burns' }).who).toBe('bob');
    expect(ends).toEqual(['ada: stolen by bob: the rack burns']);
    expect(faultOf(() => table.check(fence))).toBe(
      'EACCES: the lease has ended: stolen by bob: the rack burns',
    );
  });

  it.each([
    ['at once', undefined],
    ['when it is restored', () => Promise.resolve()],
  ])('that is stolen is the thief’s before those who waited, free %s', async (_, restored) => {
    const { ask, take } = tableOf(['i2c-1'], restored);
    take();
    const first = ask({ who: 'cyd', wait: WAIT.YES, priority: 9 });
    const thief = ask({ who: 'bob', steal: true, why: 'the rack burns' });
    const late = ask({ who: 'dan', wait: WAIT.YES, priority: 9 });
    await vi.waitFor(() => expect(thief.asked.lease?.who).toBe('bob'));
    expect([first, late].map(({ asked }) => asked.lease)).toEqual([undefined, undefined]);
  });

  it('that is renewed and not used goes to who waits', () => {
    const { table, clock, ends, ask, take } = tableOf();
    const { fence } = take({ ttlMs: 100_000 });
    clock.ms = 59_000;
    const bob = ask({ who: 'bob', wait: WAIT.YES });
    table.renew(fence);
    clock.ms = 60_000;
    ask({ who: 'cyd', wait: WAIT.YES });
    expect(ends).toEqual(['ada: unused for 60 s while others waited']);
    expect(bob.asked.lease?.who).toBe('bob');
  });

  it('begins when what was left is in order, and not before', async () => {
    let inOrder = (): void => {};
    const { table, ask, take } = tableOf(
      ['i2c-1'],
      () =>
        new Promise((resolve) => {
          inOrder = resolve;
        }),
    );
    const first = take();
    const bob = ask({ who: 'bob', wait: WAIT.YES });
    table.end(first, 'done');
    expect(bob.asked.lease).toBeUndefined();
    inOrder();
    await new Promise(setImmediate);
    expect(bob.asked.lease?.who).toBe('bob');
    table.close();
  });

  it('of a user that is gone is waited for, for as long as he may come again', () => {
    const { table, clock, ask, take } = tableOf();
    const first = take({ graceMs: 1000 });
    expect(faultOf(() => ask({ who: 'bob', wait: WAIT.GONE }))).toMatch(/^EBUSY/);
    table.left(first);
    const bob = ask({ who: 'bob', wait: WAIT.GONE });
    expect(bob.asked.lease).toBeUndefined();
    clock.ms = 1000;
    expect(faultOf(() => table.check(first.fence))).toBe('EACCES: the lease has ended: its user left');
    expect(bob.asked.lease?.who).toBe('bob');
    table.left(bob.asked.lease as Lease);
    table.close();
  });

  it.each([
    [{ buses: [] }, 'EINVAL: invalid lease: expected at least one bus'],
    [{ buses: ['i2c-9'] }, 'ENOENT: not found: i2c-9; the host has i2c-1, i2c-2'],
    [{ ttlMs: 1 }, 'EINVAL: invalid time of a lease: expected 100 to 3600000 ms, got 1'],
    [{ priority: 10 }, 'EINVAL: invalid priority: expected 0 to 9, got 10'],
  ])('of %o is refused', (wish, sentence) => {
    expect(faultOf(() => tableOf().ask(wish))).toBe(sentence);
  });
});
