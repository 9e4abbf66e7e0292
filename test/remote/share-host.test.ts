import { afterEach, describe, expect, it, vi } from 'vitest';
import { BusFault } from '../../src/bus/index.ts';
import type { AskedFrame, ToldFrame } from '../../src/remote/frames.ts';
import { type Request, WAIT } from '../../src/remote/index.ts';
import { hostOf, pipe } from './support.ts';
import {
  endUsers,
  faultOf,
  HELLO,
  READ_TWO,
  settled,
  simulated,
  slowHost,
  strangerOf,
  userOf,
  WISH,
  write,
} from './users.ts';

afterEach(endUsers);

describe('a user', () => {
  it('reads what the part on the far wire has, and meets its NACK with the place', async () => {
    const { host, wire } = simulated();
    wire.memory.set([0xab, 0xcd], 0x10);
    const { session } = userOf(host, 'ada');
    expect((await session.connect()).buses.map(({ name }) => name)).toEqual(['i2c-1', 'spi-1']);
    await session.acquire(WISH);
    const { received } = await session.transfer(READ_TWO, 1e9);
    expect([...(received[0] ?? [])]).toEqual([0xab, 0xcd]);
    expect(wire.log).toEqual(['W50', '<10', 'R50', '>ab', '>cd', 'P']);
    const absent: Request = {
      kind: 'i2c',
      bus: 0,
      messages: [{ addr: 0x33, flags: 0, length: 0, data: new Uint8Array(0) }],
    };
    await expect(session.transfer(absent, 1e9)).rejects.toMatchObject({
      code: 'ENXIO',
      nack: { message: 0, byte: -1 },
    });
  });

  it('without a lease does not reach the wire', async () => {
    const { host, wire } = simulated();
    const { session } = userOf(host, 'ada');
    await session.connect();
    expect(await faultOf(session.transfer(write(1, 2), 1e9))).toBe(
      'EACCES: no lease of this host; take one first',
    );
    expect(wire.log).toEqual([]);
  });

  it('whose lease was stolen is told, and does not reach the wire, though it does not heed that', async () => {
    const { host, wire, said } = simulated();
    const lost: string[] = [];
    const ada = userOf(host, 'ada', { onLost: (reason) => lost.push(reason) });
    const bob = userOf(host, 'bob');
    await ada.session.connect();
    await ada.session.acquire(WISH);
    await bob.session.connect();
    expect(await faultOf(bob.session.acquire(WISH))).toMatch(/^EBUSY: i2c-1: leased by ada for a test/);
    await bob.session.acquire({ ...WISH, steal: true, why: 'the rack burns' });
    await settled();
    expect(lost).toEqual(['stolen by bob: the rack burns']);
    expect(await faultOf(ada.session.transfer(write(1, 2), 1e9))).toBe(
      'EACCES: the lease has ended: stolen by bob: the rack burns',
    );
    expect(wire.log).toEqual([]);
    await bob.session.transfer(write(1, 3), 1e9);
    expect(wire.log).toEqual(['W50', '<01', '<03', 'P']);
    expect(said).toContain('ada has i2c-1 no more: stolen by bob: the rack burns');
  });

  it('that waits for its turn when its lease ends does not reach the wire either', async () => {
    const { wire, gate, source } = slowHost();
    const { host } = hostOf(source);
    const [ada, bob] = [userOf(host, 'ada'), userOf(host, 'bob')];
    await ada.session.connect();
    await ada.session.acquire(WISH);
    let letGo = (): void => {};
    gate.wait = new Promise((resolve) => {
      letGo = resolve;
    });
    const first = ada.session.transfer(write(1, 2), 1e9);
    const second = faultOf(ada.session.transfer(write(3, 4), 1e9));
    await settled();
    await bob.session.connect();
    const taken = bob.session.acquire({ ...WISH, steal: true, why: 'mine' });
    await settled();
    expect(await second).toBe('EACCES: the lease has ended: stolen by bob: mine');
    letGo();
    // What was on the wire already ends there, and only then is the bus another's.
    await first;
    await taken;
    expect(wire.log).toEqual(['W50', '<01', '<02', 'P']);
  });

  it('takes part in the lease of another by its name', async () => {
    const { host } = simulated();
    const ada = userOf(host, 'ada');
    await ada.session.connect();
    await ada.session.acquire(WISH);
    const { session } = userOf(host, 'her script', { lease: ada.session.leaseName });
    await session.connect();
    expect(session.takePart()).toBe(true);
    await session.transfer(write(1, 2), 1e9);
    // One that fails at once counts too.
    const absent = { addr: 0x33, flags: 0, length: 1, data: Uint8Array.of(1) };
    expect(await faultOf(session.transfer({ kind: 'i2c', bus: 0, messages: [absent] }, 1e9))).toMatch(
      /^ENXIO/,
    );
    const { leases } = await session.list();
    expect(leases).toMatchObject([{ who: 'ada', transfers: 2, fence: ada.session.fence }]);
    await ada.session.release();
    expect(await faultOf(userOf(host, 'late', { lease: 'x'.repeat(36) }).session.connect())).toBe(
      'EACCES: the lease of DTBUS_LEASE has ended',
    );
  });

  it('whose time was over before its turn does not reach the wire', async () => {
    const { wire, gate, source } = slowHost();
    const { session } = userOf(hostOf(source).host, 'ada');
    await session.connect();
    await session.acquire(WISH);
    let letGo = (): void => {};
    gate.wait = new Promise((resolve) => {
      letGo = resolve;
    });
    const first = session.transfer(write(1, 2), 1e9);
    const late = faultOf(session.transfer(write(3, 4), 1000));
    const given = new AbortController();
    const cancelled = faultOf(session.transfer(write(5, 6), 1e9, given.signal));
    await settled();
    given.abort();
    await settled();
    letGo();
    await first;
    expect(await late).toBe('ETIMEDOUT: its time was over before its turn');
    expect(await cancelled).toMatch(/^ETIMEDOUT/);
    await session.transfer(write(7, 8), 1e9);
    expect(wire.log).toEqual(['W50', '<01', '<02', 'P', 'W50', '<07', '<08', 'P']);
  });

  it('who is gone loses the lease when its time is over, however many transfers of it still wait', async () => {
    const { wire, gate, source } = slowHost();
    const clock = { ms: 0 };
    const { host } = hostOf(source, { now: () => clock.ms });
    const { session } = userOf(host, 'ada');
    await session.connect();
    await session.acquire(WISH);
    const opened: (() => void)[] = [];
    const shut = (): void => {
      gate.wait = new Promise((resolve) => opened.push(resolve));
    };
    shut();
    const all = [1, 2, 3].map((n) => faultOf(session.transfer(write(n, n), 1e9)));
    await settled();
    // The turn of the second one comes while the lease lasts, and that of the third one does not.
    for (const ms of [WISH.ttlMs - 1, WISH.ttlMs + 1]) {
      clock.ms = ms;
      shut();
      opened.shift()?.();
      await settled();
    }
    opened.shift()?.();
    expect(await Promise.all(all)).toEqual([
      undefined,
      undefined,
      'EACCES: the lease has ended: not renewed for 10 s',
    ]);
    expect(wire.log).toEqual(['W50', '<01', '<01', 'P', 'W50', '<02', '<02', 'P']);
  });
});

describe('a lost answer', () => {
  it('is asked for again on a new stream, and the transfer is not repeated', async () => {
    const { wire, gate, source } = slowHost();
    const { host } = hostOf(source);
    const { session, streams } = userOf(host, 'ada');
    await session.connect();
    await session.acquire(WISH);
    let letGo = (): void => {};
    gate.wait = new Promise((resolve) => {
      letGo = resolve;
    });
    const done = session.transfer(READ_TWO, 1e9);
    await settled();
    streams[0]?.destroy();
    await vi.waitFor(() => expect(streams).toHaveLength(2), { timeout: 20_000 });
    letGo();
    expect((await done).received).toHaveLength(1);
    expect(wire.log.filter((event) => event === 'P')).toHaveLength(1);
    await session.transfer(write(1, 2), 1e9);
  });

  it('of a host that has ended is EIO, and what comes after it ENODEV', async () => {
    const { gate, source } = slowHost();
    const { host } = hostOf(source);
    let isThere = true;
    const [near, far] = pipe();
    const { session } = userOf(host, 'ada', {
      open: async () => {
        if (!isThere) throw new BusFault('ENOENT', 'not there');
        isThere = false;
        host.serve(far);
        return near;
      },
    });
    await session.connect();
    await session.acquire(WISH);
    gate.wait = new Promise(() => {});
    const fault = faultOf(session.transfer(READ_TWO, 1e9));
    await settled();
    near.destroy();
    expect(await fault).toMatch(/^EIO: the outcome is not known, and it was not repeated: the bench: /);
    expect(await faultOf(session.transfer(READ_TWO, 1e9))).toMatch(/^ENODEV/);
  });

  it('of a lease that is over when its user comes again is EIO, and no refusal: it was on the wire', async () => {
    const { gate, source } = slowHost();
    const clock = { ms: 0 };
    const { host } = hostOf(source, { now: () => clock.ms });
    const { session, streams } = userOf(host, 'ada');
    await session.connect();
    await session.acquire(WISH);
    gate.wait = new Promise(() => {});
    const fault = faultOf(session.transfer(READ_TWO, 1e9));
    await settled();
    clock.ms = WISH.ttlMs;
    streams[0]?.destroy();
    expect(await fault).toMatch(/^EIO: the outcome is not known/);
  });

  it('that is not kept any more is EIO, and the transfer is not repeated', async () => {
    const { host, wire } = simulated();
    const { heard, say } = strangerOf(host);
    say(HELLO);
    say({ kind: 'acquire', id: 1, ...WISH });
    await settled();
    const fence = heard.find(({ kind }) => kind === 'granted') as { fence: number } & ToldFrame;
    const ask = (id: number) =>
      say({ ...write(id & 0xff, 1), id, fence: fence.fence, leftNs: 1e9 } as AskedFrame);
    for (let id = 2; id < 82; id++) ask(id);
    await settled();
    const before = wire.log.length;
    ask(81);
    ask(2);
    await settled();
    expect(wire.log).toHaveLength(before);
    expect(heard.at(-2)).toMatchObject({ kind: 'done', id: 81, fault: undefined });
    expect(heard.at(-1)).toMatchObject({ kind: 'done', id: 2, fault: { errno: 5 } });
  });
});

it('200 users that queue for one bus have it one after the other, each once', async () => {
  const { host, wire } = simulated();
  const users = Array.from({ length: 200 }, (_, n) => userOf(host, `user ${n}`).session);
  const order: number[] = [];
  let now = 0;
  await Promise.all(
    users.map(async (session, n) => {
      await session.connect();
      await session.acquire({ ...WISH, wait: WAIT.YES });
      expect(++now).toBe(1);
      order.push(n);
      await session.transfer(write(n, 1), 1e9);
      now--;
      await session.release();
    }),
  );
  expect(order).toEqual(users.map((_, n) => n));
  expect(wire.log.filter((event) => event === 'P')).toHaveLength(200);
});
