import { describe, expect, it, vi } from 'vitest';
import { Client } from '../../../src/backend/clients/client.ts';
import { BusFault } from '../../../src/bus/index.ts';
import { adapter, LONG, manual, openSlot, settle } from './test-adapter.ts';

describe('whose turn it is', () => {
  it('runs one job at a time', async () => {
    const scheduler = await openSlot(adapter().host);
    const client = new Client('a');
    const first = manual();
    const started: number[] = [];
    const one = scheduler.run(client, LONG, () => {
      started.push(1);
      return first.run();
    });
    const two = scheduler.run(client, LONG, () => void started.push(2));
    await settle();
    expect(started).toEqual([1]);
    first.finish();
    await Promise.all([one, two]);
    expect(started).toEqual([1, 2]);
  });

  it('lets waiting clients take turns, however many jobs one of them has queued', async () => {
    const scheduler = await openSlot(adapter().host);
    const [greedy, modest] = [new Client('greedy'), new Client('modest')];
    const order: string[] = [];
    // All take the same time: on a busy machine one of them took longer, and stood back.
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const job = (client: Client) => scheduler.run(client, LONG, async () => void order.push(client.name));
    await Promise.all([job(greedy), job(greedy), job(greedy), job(modest), job(modest)]);
    now.mockRestore();
    expect(order).toEqual(['greedy', 'greedy', 'modest', 'greedy', 'modest']);
  });

  it('counts the time that each had, not its jobs', async () => {
    const scheduler = await openSlot(adapter().host);
    const [long, short] = [new Client('long'), new Client('short')];
    let ms = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => ms);
    const order: string[] = [];
    const job = (client: Client) =>
      scheduler.run(client, LONG, async () => {
        order.push(client.name);
        ms += client === long ? 100 : 10;
      });
    await Promise.all([job(long), job(long), job(short), job(short), job(short)]);
    now.mockRestore();
    expect(order).toEqual(['long', 'short', 'short', 'short', 'long']);
  });

  it('keeps the host for a client that holds it', async () => {
    const scheduler = await openSlot(adapter().host);
    const [holder, other] = [new Client('holder'), new Client('other')];
    const order: string[] = [];
    const hold = scheduler.hold(holder, () => {});
    expect(scheduler.idleFor(other)).toBe(false);
    expect([scheduler.csOwner(holder), scheduler.csOwner(other)]).toEqual([hold, undefined]);
    const waiting = scheduler.run(other, LONG, () => void order.push('other'));
    await scheduler.run(holder, LONG, () => void order.push('holder'));
    scheduler.release(hold);
    await waiting;
    expect(order).toEqual(['holder', 'other']);
  });

  it('cancels what a client that went away still had waiting', async () => {
    const scheduler = await openSlot(adapter().host);
    const [gone, stays] = [new Client('gone'), new Client('stays')];
    const first = manual();
    const running = scheduler.run(stays, LONG, first.run);
    const waiting = scheduler.run(gone, LONG, () => {});
    scheduler.drop(gone);
    await expect(waiting).rejects.toMatchObject({
      code: 'ECANCELED',
      message: 'ECANCELED: the client is gone',
    });
    first.finish();
    await running;
  });
});

describe('arbitration', () => {
  it('tries again a bounded number of times', async () => {
    const scheduler = await openSlot(adapter().host);
    let tries = 0;
    const lost = () => {
      tries++;
      throw new BusFault('EAGAIN');
    };
    await expect(scheduler.run(new Client('a'), LONG, lost, 3)).rejects.toMatchObject({ code: 'EAGAIN' });
    expect(tries).toBe(4);
    expect(() => scheduler.runSync(lost, 3)).toThrowError(expect.objectContaining({ code: 'EAGAIN' }));
    expect(tries).toBe(8);
  });

  it('tries once where who asks tries again itself', async () => {
    const scheduler = await openSlot(adapter().host);
    let tries = 0;
    const lost = () => {
      tries++;
      throw new BusFault('EAGAIN');
    };
    await expect(scheduler.run(new Client('a'), LONG, lost)).rejects.toMatchObject({ code: 'EAGAIN' });
    expect(() => scheduler.runSync(lost)).toThrowError(expect.objectContaining({ code: 'EAGAIN' }));
    expect(tries).toBe(2);
  });

  it('is all that is tried again: another fault is the end', async () => {
    const scheduler = await openSlot(adapter().host);
    let tries = 0;
    const broken = () => {
      tries++;
      throw new BusFault('EIO');
    };
    await expect(scheduler.run(new Client('a'), LONG, broken, 3)).rejects.toMatchObject({ code: 'EIO' });
    expect(() => scheduler.runSync(broken, 3)).toThrowError(expect.objectContaining({ code: 'EIO' }));
    expect(tries).toBe(2);
  });

  it('succeeds when a later try does', async () => {
    const scheduler = await openSlot(adapter().host);
    let tries = 0;
    await scheduler.run(
      new Client('a'),
      LONG,
      () => {
        if (++tries < 3) throw new BusFault('EAGAIN');
      },
      3,
    );
    expect(tries).toBe(3);
  });
});

describe('deadline', () => {
  it('is not put off by a job that loses arbitration for ever', async () => {
    const scheduler = await openSlot(adapter().host);
    let tries = 0;
    const job = scheduler.run(new Client('a'), 5, (signal) => {
      tries++;
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new BusFault('EAGAIN')));
      });
    });
    await expect(job).rejects.toMatchObject({ code: 'EAGAIN' });
    expect(tries).toBe(1);
  });

  it('aborts the job at its deadline', async () => {
    const { host, events } = adapter();
    const scheduler = await openSlot(host);
    const job = scheduler.run(
      new Client('a'),
      5,
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await expect(job).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    // It let go as it was told: it need not be opened anew.
    expect(events).toEqual(['open']);
  });

  it('gives up a host that ignores its abort, and opens it anew for the next job', async () => {
    const { host, events } = adapter();
    const scheduler = await openSlot(host);
    await expect(scheduler.run(new Client('a'), 5, () => new Promise(() => {}))).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'ETIMEDOUT: test adapter did not answer within 5 ms',
    });
    expect(scheduler.state).toBe('lost');
    expect(scheduler.lastFault).toMatchObject({
      code: 'ENODEV',
      message: 'ENODEV: test adapter does not answer',
    });
    await scheduler.run(new Client('a'), LONG, () => {});
    expect(events).toEqual(['open', 'close', 'open']);
  });
});
