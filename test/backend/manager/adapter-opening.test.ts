import { describe, expect, it, vi } from 'vitest';
import { Client } from '../../../src/backend/clients/client.ts';
import { AdapterScheduler } from '../../../src/backend/manager/adapter-scheduler.ts';
import { BusFault } from '../../../src/bus/index.ts';
import { adapter, LONG, manual, openSlot, settle } from './test-adapter.ts';

describe('opening', () => {
  it('has a state, and is done once', async () => {
    const { host, events } = adapter();
    const scheduler = new AdapterScheduler(host);
    expect(scheduler.state).toBe('closed');
    expect([await scheduler.open(), await scheduler.open()]).toEqual([true, true]);
    expect([scheduler.state, events]).toEqual(['open', ['open']]);
    await scheduler.close();
    expect([scheduler.state, await scheduler.open(), events]).toEqual(['closed', false, ['open', 'close']]);
  });

  it('may take its time: what is asked meanwhile waits, however long the interval', async () => {
    const opening = manual();
    const scheduler = new AdapterScheduler(
      { ...adapter().host, open: opening.run },
      { reopenIntervalMs: 60_000 },
    );
    const opened = scheduler.open();
    expect(scheduler.state).toBe('opening');
    const job = scheduler.run(new Client('a'), LONG, () => {});
    expect(scheduler.open()).toBe(opened);
    opening.finish();
    expect([await opened, scheduler.state]).toEqual([true, 'open']);
    await job;
  });

  it('that fails later leaves the host lost, with its reason', async () => {
    const opening = manual();
    const scheduler = new AdapterScheduler({ ...adapter().host, open: opening.run });
    const opened = scheduler.open();
    opening.fail(new BusFault('EACCES', 'not yours'));
    expect([await opened, scheduler.state]).toEqual([false, 'lost']);
    expect(scheduler.lastFault).toMatchObject({ code: 'EACCES', message: 'EACCES: not yours' });
  });

  it('is tried again when an attempt that was overdue has failed at last', async () => {
    const first = manual();
    let attempts = 0;
    const open = () => (attempts++ === 0 ? first.run() : undefined);
    const scheduler = new AdapterScheduler(
      { ...adapter().host, open },
      { openLimitMs: 1, reopenIntervalMs: 0 },
    );
    expect([await scheduler.open(), await scheduler.open(), attempts]).toEqual([false, false, 1]);
    first.fail(new BusFault('ENODEV', 'nothing there'));
    await settle();
    expect([await scheduler.open(), attempts]).toEqual([true, 2]);
  });

  it('tells each reason once, anew after it was open, and none after the end', async () => {
    let reason: string | undefined = 'unplugged';
    const open = () => {
      if (reason !== undefined) throw new BusFault('ENODEV', reason);
    };
    const told: string[] = [];
    const onNotOpened = (fault: BusFault) => void told.push(fault.message);
    const scheduler = new AdapterScheduler({ ...adapter().host, open }, { reopenIntervalMs: 0, onNotOpened });
    const next = (now: string | undefined) => {
      reason = now;
      return scheduler.open();
    };
    for (const each of ['unplugged', 'unplugged', 'busy', 'busy', 'unplugged']) await next(each);
    expect(told).toEqual(['ENODEV: unplugged', 'ENODEV: busy', 'ENODEV: unplugged']);
    await next(undefined);
    expect(() =>
      scheduler.runSync(() => {
        throw new BusFault('ENODEV', 'pulled out');
      }),
    ).toThrow();
    await next('unplugged');
    expect(told.slice(3)).toEqual(['ENODEV: unplugged']);

    const late = manual();
    const closing = new AdapterScheduler(
      { ...adapter().host, open: late.run },
      { abortGraceMs: 1, onNotOpened },
    );
    const opened = closing.open();
    await closing.close();
    late.fail(new BusFault('ENODEV', 'too late'));
    expect([await opened, told.length]).toEqual([false, 4]);
  });

  it('leaves no timer behind, nor does a job', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const scheduler = new AdapterScheduler({ ...adapter().host, open: async () => {} });
    await scheduler.open();
    await scheduler.run(new Client('a'), LONG, async () => {});
    const left = vi.getTimerCount();
    vi.useRealTimers();
    expect(left).toBe(0);
  });
});

describe('a host that vanishes', () => {
  it('fails with ENODEV and comes back when it is there again', async () => {
    const { host, state } = adapter();
    const scheduler = await openSlot(host);
    const client = new Client('a');
    state.absent = true;
    const unplugged = () => {
      throw new BusFault('ENODEV', 'pulled out');
    };
    await expect(scheduler.run(client, LONG, unplugged)).rejects.toMatchObject({ code: 'ENODEV' });
    expect(scheduler.state).toBe('lost');
    await expect(scheduler.run(client, LONG, () => {})).rejects.toThrow(/not plugged in/);
    state.absent = false;
    await expect(scheduler.run(client, LONG, () => {})).resolves.toBeUndefined();
    expect(scheduler.state).toBe('open');
  });

  it('is noticed by a job that runs at once, and nothing runs at once then', async () => {
    const { host, events } = adapter();
    const scheduler = await openSlot(host);
    const client = new Client('a');
    expect(scheduler.idleFor(client)).toBe(true);
    const unplugged = () => {
      throw new BusFault('ENODEV', 'pulled out');
    };
    expect(() => scheduler.runSync(unplugged)).toThrow('pulled out');
    expect([scheduler.state, scheduler.lastFault?.message]).toEqual(['lost', 'ENODEV: pulled out']);
    expect(scheduler.idleFor(client)).toBe(false);
    expect(events).toEqual(['open', 'close']);
  });

  it('does not try to open it more often than the interval says', async () => {
    const { host, events, state } = adapter();
    state.absent = true;
    const scheduler = await openSlot(host, { reopenIntervalMs: 60_000 });
    const attempts = [1, 2, 3].map(() => scheduler.run(new Client('a'), LONG, () => {}));
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'ENODEV' });
    expect(events).toEqual(['open']);
  });

  it('takes one that does not open within the limit for lost, and one that opens later all the same', async () => {
    const { host, events } = adapter();
    let arrive: () => void = () => {};
    const slow = {
      ...host,
      open: () => {
        events.push('open');
        return new Promise<void>((resolve) => {
          arrive = resolve;
        });
      },
    };
    const scheduler = new AdapterScheduler(slow, { openLimitMs: 10, reopenIntervalMs: 0 });
    const job = () => scheduler.run(new Client('a'), LONG, () => {});
    const late = 'ENODEV: test adapter did not open within 0.01 s';
    await expect(job()).rejects.toThrow(late);
    await expect(job()).rejects.toThrow(late);
    arrive();
    await job();
    expect([scheduler.state, ...events]).toEqual(['open', 'open']);
  });

  it('closes one that opens after its board was closed', async () => {
    const { host, events } = adapter();
    let arrive: () => void = () => {};
    const slow = {
      ...host,
      open: () =>
        new Promise<void>((resolve) => {
          arrive = resolve;
        }),
    };
    const scheduler = new AdapterScheduler(slow, { abortGraceMs: 5 });
    const opened = scheduler.open();
    await scheduler.close();
    expect(events).toEqual(['close']);
    arrive();
    expect(await opened).toBe(false);
    expect([scheduler.state, events]).toEqual(['closed', ['close', 'close']]);
  });

  it('counts the interval from the end of an attempt: one that takes long does not make each transfer wait', async () => {
    const { host, events, state } = adapter();
    state.absent = true;
    const { open } = host;
    // The clock stands while nothing is being opened, and an attempt takes longer than the interval.
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const slow = {
      ...host,
      open: async () => {
        now.mockReturnValue(performance.now() + 2000);
        await open.call(host);
      },
    };
    const scheduler = new AdapterScheduler(slow, { reopenIntervalMs: 250 });
    for (let transfer = 0; transfer < 3; transfer++)
      await expect(scheduler.run(new Client('a'), LONG, () => {})).rejects.toMatchObject({ code: 'ENODEV' });
    expect(events).toEqual(['open']);
    now.mockRestore();
  });

  it('is closed for good with what waits failing as ESHUTDOWN', async () => {
    const scheduler = await openSlot(adapter().host);
    const first = manual();
    const running = scheduler.run(new Client('a'), LONG, first.run);
    const waiting = scheduler.run(new Client('a'), LONG, () => {});
    const closing = scheduler.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    first.finish();
    await running;
    await closing;
    await expect(scheduler.run(new Client('a'), LONG, () => {})).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  });
});
