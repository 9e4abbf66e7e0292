import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Request, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { ownPlaces, testProcesses } from '../lab/processes.ts';
import { testUsers } from './test-users.ts';
import { faultOf } from './users.ts';

const folder = testFolder();
const { dtbus } = testProcesses(() => ownPlaces(folder));
const socket = () => folder.path('bench.sock');
const place = () => `remote:${socket()}`;
const userAt = testUsers();

beforeAll(async () => {
  folder.write(
    'far.dts',
    `/dts-v1/;
/ {
	aliases { i2c1 = &bench; i2c2 = &other; gpio0 = &pins; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	other: other { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };
	pins: pins {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>;
		gpio-line-names = "button";
	};
};
`,
  );
  await dtbus('share', folder.path('far.dts'), '--socket', socket()).heard(/^ready$/m);
});

const user = (more: Parameters<typeof userAt>[2] = {}) => userAt(place(), 'ada', more);

async function worker(bus = 'i2c-1') {
  const session = await user();
  const usual = { why: '', ttlMs: 10_000, idleMs: 60_000, graceMs: 0, priority: 0 };
  await session.acquire({ ...usual, buses: [bus], wait: WAIT.YES, steal: false, restore: false });
  return session;
}

const READ: Request = {
  kind: 'i2c',
  bus: 0,
  messages: [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(0) },
    { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
  ],
};
const probe = (addr: number, bus = 0): Request => ({
  kind: 'i2c',
  bus,
  messages: [{ addr, flags: 0, length: 0, data: new Uint8Array(0) }],
});

describe('a board of another machine is watched', () => {
  it('with its transfers, decoded, their errno and its edges, as beside it', async () => {
    const far = dtbus('record', folder.path('far.bus'), '--connect', place());
    const near = dtbus('record', folder.path('near.bus'), '-b', folder.path('far.dts'));
    const json = dtbus('watch', '--json', '--connect', place());
    const ada = await worker();
    // Both watch from some moment on: until then nothing is told.
    await vi.waitFor(async () => {
      await ada.transfer(READ, 1e9);
      expect(json.said()).toContain('"bus":"i2c-1"');
      for (const name of ['far.bus', 'near.bus'])
        expect(readFileSync(folder.path(name), 'utf8')).toMatch(/48 w 00, r 19 00/);
    }, 20_000);
    expect(await faultOf(ada.transfer(probe(0x33), 1e9))).toMatch(/^ENXIO/);
    await dtbus('press', '-b', folder.path('far.dts'), '&pins', 'button', '--for', '1').ended;
    // What is under way to a recorder that ends is not in its file.
    await vi.waitFor(() => {
      for (const name of ['far.bus', 'near.bus'])
        expect(readFileSync(folder.path(name), 'utf8')).toMatch(/button +rises/);
    }, 20_000);
    for (const { child } of [far, near, json]) child.kill('SIGINT');
    for (const { ended } of [far, near, json]) await ended;
    const [there, here] = ['far.bus', 'near.bus'].map((name) =>
      readFileSync(folder.path(name), 'utf8')
        .split('\n')
        .filter((line) => /i2c-1 .*33 |button/.test(line) && !line.startsWith('line '))
        .map((line) => line.replace(/^\S+\s+/, '').replace(/~\S+/, '')),
    );
    expect(there).toEqual(here);
    expect(there).toEqual([
      expect.stringMatching(/^i2c-1 +33 w! +ENXIO/),
      expect.stringMatching(/^button +falls/),
      expect.stringMatching(/^button +rises/),
    ]);
    expect(readFileSync(folder.path('far.bus'), 'utf8')).toContain('temp@48: read TEMP (0x00): 19 00');
  });

  it('on one bus, or part, alone; what the board does not have is named', async () => {
    const told: number[] = [];
    const watcher = await user({ onHappened: (records) => void told.push(records.length) });
    const { board, only } = await watcher.watch([], ['i2c-2']);
    expect(only).toEqual(['/other']);
    expect(board.buses.map(({ path }) => path)).toEqual(['/i2c', '/other']);
    const ada = await worker();
    await ada.transfer(READ, 1e9);
    const bob = await worker('i2c-2');
    expect(await faultOf(bob.transfer(probe(0x20, 1), 1e9))).toMatch(/^ENXIO/);
    await vi.waitFor(() => expect(told).toHaveLength(1), 20_000);
    const other = await user();
    expect(await faultOf(other.watch(['&tmep'], []))).toBe(
      'ENOENT: not found: part &tmep; the board has: /i2c/temp@48 (did you mean &temp)',
    );
    expect(await faultOf(watcher.watch([], []))).toBe('EBUSY: this session watches already');
  });

  it('by 8 at once, and by the next when one has gone', async () => {
    const watchers = [];
    for (let n = 0; n < 8; n++) {
      watchers.push(await user());
      await watchers[n]?.watch([], []);
    }
    const next = await user();
    expect(await faultOf(next.watch([], []))).toBe('EBUSY: 8 users watch this board; end one of them');
    await watchers[0]?.close();
    await vi.waitFor(async () => next.watch([], []), 20_000);
  });

  it('and not touched: that is said', async () => {
    const get = dtbus('get', '--connect', place(), '&temp');
    await get.ended;
    expect(get.said()).toContain(
      'get works on the machine that shares the board, by its file; from here it can be watched',
    );
  });
});

it('a watcher that is stopped holds nobody up, and is told how much it missed', async () => {
  const file = folder.path('slow.bus');
  const slow = dtbus('record', file, '--connect', place(), '--no-describe');
  const ada = await worker();
  await vi.waitFor(async () => {
    await ada.transfer(READ, 1e9);
    expect(readFileSync(file, 'utf8')).toMatch(/48 w 00, r 19 00/);
  }, 20_000);
  slow.child.kill('SIGSTOP');
  // More than the trace's memory and the sockets hold.
  const count = 20_000;
  for (let n = 0; n < count; n += 50)
    await Promise.all(Array.from({ length: 50 }, () => ada.transfer(READ, 20e9)));
  slow.child.kill('SIGCONT');
  // What comes now is heard again.
  await vi.waitFor(async () => {
    await faultOf(ada.transfer(probe(0x77), 1e9));
    expect(readFileSync(file, 'utf8')).toMatch(/77 w!/);
  }, 60_000);
  slow.child.kill('SIGINT');
  await slow.ended;
  const text = readFileSync(file, 'utf8');
  const [, kept, lost] = /recorded (\d+) events; (\d+) events were lost/.exec(slow.said()) ?? [];
  expect(Number(lost)).toBeGreaterThan(1000);
  const others = text.split('\n').filter((line) => /77 w!/.test(line)).length;
  expect(Number(kept) + Number(lost) - others).toBeGreaterThanOrEqual(count);
  const said = text.split('\n').flatMap((line) => Number(/lost (\d+)/.exec(line)?.[1] ?? 0));
  expect(said.reduce((sum, each) => sum + each, 0)).toBe(Number(lost));
});
