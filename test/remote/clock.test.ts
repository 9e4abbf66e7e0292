import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RemoteSession, type Request, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { ownPlaces, testProcesses } from '../lab/processes.ts';
import { testUsers } from './test-users.ts';
import { faultOf } from './users.ts';

const LIBRARIES = '/usr/lib';
/** Debian's libfaketime, for programs with threads. */
const library = readdirSync(LIBRARIES)
  .flatMap((name) => {
    try {
      return readdirSync(join(LIBRARIES, name, 'faketime')).map((file) =>
        join(LIBRARIES, name, 'faketime', file),
      );
    } catch {
      return [];
    }
  })
  .find((file) => file.endsWith('/libfaketimeMT.so.1'));

const folder = testFolder();
/** Sets the wall clock of processes that began with it, at once: `+48h`. The monotonic one goes on as the kernel's does. */
const setClock = (offset: string) => folder.write('clock', `${offset}\n`);
const { start, dtbus } = testProcesses(() => ({
  ...ownPlaces(folder),
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: folder.path('clock'),
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
}));
const userAt = testUsers();

/** A part that tells the wall clock: seconds since 1970. */
const CLOCK_PART = `export const models = [{
  compatible: ['acme,wall-clock'], bus: 'i2c', title: 'wall clock', properties: [],
  create: () => {
    let at = 0;
    return { state: {}, addresses: [0x20], reset() {}, stop() {},
      start() { at = 0; return true; }, write: (bytes) => bytes.length,
      read(into) {
        const now = Buffer.alloc(4);
        now.writeUInt32BE(Math.floor(Date.now() / 1000));
        for (let n = 0; n < into.length; n++) into[n] = now[at++ % 4];
      } };
  },
}];`;
const BUS = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
const TEMP = 'temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const HOURS = 48;

const WISH = {
  ...{ buses: ['i2c-1'], why: '', ttlMs: 60_000, idleMs: 600_000, graceMs: 0, priority: 0 },
  ...{ wait: WAIT.NO, steal: false, restore: false },
};
const read = (addr: number, length: number, bus = 0): Request => ({
  kind: 'i2c',
  bus,
  messages: [{ addr, flags: 1, length, data: new Uint8Array(0) }],
});

const connected = (who: string) => userAt(`remote:${folder.path('bench.sock')}`, who);
/** A process that has a lease of `ttlMs`, and works. */
const worker = (ttlMs: number) =>
  start(process.execPath, 'test/remote/user.mjs', folder.path('bench.sock'), 'i2c-1', String(ttlMs));

/** Hours that the wall clock of the host is ahead of this machine's. */
async function hoursAhead(session: RemoteSession): Promise<number> {
  const { received } = await session.transfer(read(0x20, 4), 20e9);
  return Math.round((Buffer.from(received[0] ?? []).readUInt32BE(0) - Date.now() / 1000) / 3600);
}

describe.skipIf(library === undefined)(
  "a wall clock that is set by hours (skipped where Debian's faketime is not installed)",
  () => {
    let host: ReturnType<typeof dtbus>;
    const share = async () => {
      host = dtbus('share', folder.path('bench.dts'), '--socket', folder.path('bench.sock'));
      await host.heard(/^ready$/m);
    };

    beforeEach(async () => {
      setClock('+0');
      folder.write('wall-clock.mjs', CLOCK_PART);
      const pirate = `pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${folder.path('pirate')}"; dtbus,power; dtbus,pull-ups; }`;
      folder.write(
        'bench.dts',
        `/dts-v1/; / { aliases { i2c1 = &a; i2c2 = &b; };
  a: i2c-1 { ${BUS} ${TEMP} clock@20 { compatible = "acme,wall-clock"; reg = <0x20>; dtbus,model = "./wall-clock.mjs"; }; };
  b: i2c-2 { ${BUS} dtbus,host = <&pirate>; ${TEMP} };
  hosts { pirate: ${pirate}; }; };`,
      );
      await share();
    });
    afterEach(async () => {
      host.child.kill('SIGKILL');
      await host.ended;
    });

    it.each([`+${HOURS}h`, `-${HOURS}h`])(
      'on the host, %s: no lease ends, and nobody else gets it',
      async (offset) => {
        const [ada, bob] = [await connected('ada'), await connected('bob')];
        await ada.acquire(WISH);
        const work = { isOver: false, done: 0 };
        const working = (async () => {
          for (; !work.isOver; work.done++) await ada.transfer(read(0x48, 2), 20e9);
        })();
        await vi.waitFor(() => expect(work.done).toBeGreaterThan(10), 20_000);
        setClock(offset);
        const before = work.done;
        await vi.waitFor(() => expect(work.done).toBeGreaterThan(before + 10), 20_000);
        work.isOver = true;
        await working;
        expect(await hoursAhead(ada)).toBe(Number.parseInt(offset, 10));
        expect(await faultOf(bob.acquire(WISH))).toMatch(/^EBUSY: i2c-1: leased by ada/);
        const [lease] = (await bob.list()).leases;
        expect(lease?.fence).toBe(ada.fence);
        // Left of its 60 s, and of hours nothing.
        expect(lease?.leftMs).toBeLessThanOrEqual(60_000);
      },
    );

    it('on the host, back: a lease whose user is paused ends when its time is over', async () => {
      const paused = worker(1000);
      await paused.heard(/^granted/m);
      paused.child.kill('SIGSTOP');
      setClock(`-${HOURS}h`);
      const next = await connected('ada');
      await next.acquire({ ...WISH, wait: WAIT.YES });
      expect(await hoursAhead(next)).toBe(-HOURS);
      await host.heard(/a process has i2c-1 no more: not renewed for 1 s/);
      paused.child.kill('SIGKILL');
    });

    it('on a user: it keeps its lease, and works on', async () => {
      const user = worker(20_000);
      const [, fence] = await user.heard(/^granted (\d+)$/m);
      const watcher = await connected('ada');
      const transfers = async () =>
        (await watcher.list()).leases.map((lease) => [lease.fence, lease.transfers]);
      for (const offset of [`+${HOURS}h`, `-${HOURS}h`, '+0']) {
        setClock(offset);
        const [[, before] = []] = await transfers();
        await vi.waitFor(async () => {
          const [[now, count] = []] = await transfers();
          expect(now).toBe(Number(fence));
          expect(count).toBeGreaterThan((before ?? 0) + 100);
        }, 20_000);
      }
      expect(user.said()).toBe(`granted ${fence}\n`);
      user.child.kill('SIGKILL');
    });

    it('back, and the host starts again: fences are higher than before', async () => {
      const ada = await connected('ada');
      await ada.acquire(WISH);
      host.child.kill('SIGKILL');
      await host.ended;
      setClock(`-${HOURS}h`);
      await share();
      const bob = await connected('bob');
      await bob.acquire(WISH);
      expect(await hoursAhead(bob)).toBe(-HOURS);
      expect(bob.fence).toBeGreaterThan(ada.fence);
    });

    it('back, while an adapter hangs: the deadline of the transfer strikes all the same', async () => {
      folder.write('parts.dts', `/dts-v1/; / { aliases { i2c2 = &b; }; b: i2c-2 { ${BUS} ${TEMP} }; };`);
      const port = ['--port', folder.path('pirate')];
      const pirate = dtbus('adapters', '--emulate', 'bus-pirate', '-b', folder.path('parts.dts'), ...port);
      await pirate.heard(/^ready$/m);
      const ada = await connected('ada');
      await ada.acquire({ ...WISH, buses: ['i2c-2'] });
      await vi.waitFor(async () => ada.transfer(read(0x48, 2, 1), 20e9), { timeout: 60_000, interval: 200 });
      pirate.child.kill('SIGSTOP');
      const hanging = faultOf(ada.transfer(read(0x48, 2, 1), 20e9));
      await pause(50);
      setClock(`-${HOURS}h`);
      expect(await hanging).toMatch(/^(ETIMEDOUT|ENODEV)/);
      pirate.child.kill('SIGCONT');
    });
  },
);
