import { createConnection, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';
import { openShare } from '../../src/board/share.ts';
import { FrameCutter } from '../../src/remote/frame-cutter.ts';
import { decodeTold, type Told } from '../../src/remote/frames.ts';
import {
  LINE_ACTION,
  openStream,
  RemoteSession,
  type Request,
  remoteAddress,
  ShareHost,
} from '../../src/remote/index.ts';
import { EdgeQueue } from '../../src/remote/lines/edge-queue.ts';
import { HostClock } from '../../src/remote/lines/host-clock.ts';
import { testFolder } from '../cli/folder.ts';
import { encodeFrame } from './support.ts';
import { faultOf, HELLO, WISH } from './users.ts';

const { GET, INPUT, LOW, HIGH, RELEASE, WATCH, UNWATCH } = LINE_ACTION;
const [BUTTON, LED] = [0, 1];

const FAR = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; gpio0 = &pins; };
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	pins: gpio {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
		ngpios = <4>; gpio-line-names = "button", "led";
	};
};
`;
const nearBoard = (port: string) => `/dts-v1/;
/ {
	aliases { gpio0 = &pins; };
	pins: gpio {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
		ngpios = <4>; gpio-line-names = "button", "led"; dtbus,host = <&far>;
	};
	hosts { far: remote { compatible = "dtbus,remote"; port = "${port}"; }; };
};
`;

const folder = testFolder();
const socket = () => folder.path('lines.sock');
const users: RemoteSession[] = [];
let share: Awaited<ReturnType<typeof openShare>>;
let fence = 0;
let board: Board;
let host: ShareHost;
let server: Server;

beforeEach(async () => {
  share = await openShare(folder.write('far.dts', FAR), {});
  board = share.board;
  host = new ShareHost(share.source, { nextFence: () => ++fence, log: () => {} });
  server = createServer((stream) => host.serve(stream));
  await new Promise<void>((done) => server.listen(socket(), done));
});
afterEach(async () => {
  for (const user of users.splice(0)) await user.close();
  host.close();
  server.close();
  await board.close();
});

async function user(buses = ['gpio-0'], lease = '') {
  const edges: (Told<'edge'> & { readonly here: bigint })[] = [];
  const { place, name } = remoteAddress(`remote:${socket()}`);
  const session = new RemoteSession({
    name,
    who: 'ada',
    lease,
    open: () => openStream(place, name),
    onEdge: (edge, here) => edges.push({ ...edge, here }),
  });
  users.push(session);
  const { buses: all } = await session.connect();
  const bus = all.findIndex((each) => each.name === 'gpio-0');
  if (!session.takePart()) await session.acquire({ ...WISH, buses });
  const ask = async (line: number, action: number) => {
    const request: Request = { kind: 'line', bus, line, action };
    return (await session.transfer(request, 1e9)).received[0]?.[0];
  };
  return { session, edges, ask, all };
}

const state = (line: number) => {
  const { direction, high, drivers } = board.gpioChips()[0]?.lines[line] ?? {};
  return { direction, high, drivers };
};

describe('a line of another machine', () => {
  it('is told by its name, read, driven and let go', async () => {
    const { ask, all } = await user();
    expect(all.find(({ name }) => name === 'gpio-0')?.lines).toEqual(['button', 'led', '', '']);
    board.line('&pins', 'button').set(false);
    expect(await ask(BUTTON, GET)).toBe(0);
    board.line('&pins', 'button').set(true);
    expect(await ask(BUTTON, INPUT)).toBe(1);
    await ask(LED, LOW);
    expect(state(LED)).toEqual({ direction: 'out', high: false, drivers: ['remote ada'] });
    await ask(LED, HIGH);
    expect(state(LED)).toEqual({ direction: 'out', high: true, drivers: ['remote ada'] });
    await ask(LED, RELEASE);
    expect(state(LED)).toEqual({ direction: 'in', high: true, drivers: [] });
  });

  it('that the controller does not have is EINVAL, and so is what nobody can do', async () => {
    const { ask, session, all } = await user();
    expect(await faultOf(ask(4, GET))).toBe('EINVAL: invalid line 4: gpio-0 has 4 GPIO lines');
    expect(await faultOf(ask(0, 7))).toBe('EINVAL: invalid action 7 of a line');
    const i2c = all.findIndex(({ name }) => name === 'i2c-1');
    const request: Request = { kind: 'line', bus: i2c, line: 0, action: GET };
    expect(await faultOf(session.transfer(request, 1e9))).toBe(
      'EACCES: the lease is of gpio-0, and not of i2c-1',
    );
  });

  it('that a driver there has made an output is EBUSY', async () => {
    const gpio = await board.gpio('&pins');
    gpio.setDirection(LED, 'out');
    const { ask } = await user();
    expect(await faultOf(ask(LED, LOW))).toMatch(/^EBUSY: line 1 is an output of /);
    expect(await ask(LED, GET)).toBe(0);
  });

  it('is not touched without a lease of its controller, and free at the end of one', async () => {
    const first = await user();
    await first.ask(LED, LOW);
    await first.ask(BUTTON, WATCH);
    expect(await faultOf(user())).toMatch(/^EBUSY: gpio-0: leased by ada/);
    const other = await user(['i2c-1']);
    expect(await faultOf(other.ask(LED, HIGH))).toBe('EACCES: the lease is of i2c-1, and not of gpio-0');
    expect(state(LED).high).toBe(false);
    await first.session.release();
    expect(state(LED)).toEqual({ direction: 'in', high: true, drivers: [] });
    board.line('&pins', 'button').set(false);
    expect(await faultOf(first.ask(LED, LOW))).toMatch(/^EACCES/);
    expect(first.edges).toEqual([]);
  });
});

describe('edges', () => {
  it('are pushed in their order, at the time that they had, to who watches the line', async () => {
    const [ada, bob] = [await user(), await user(['gpio-0'], users[0]?.leaseName)];
    expect(await ada.ask(BUTTON, WATCH)).toBe(1);
    const button = board.line('&pins', 'button');
    const before = process.hrtime.bigint();
    button.set(false);
    const between = process.hrtime.bigint();
    button.set(true);
    board.line('&pins', 'led').set(false);
    await vi.waitFor(() => expect(ada.edges).toHaveLength(2), 20_000);
    const [fell, rose] = ada.edges;
    expect([fell, rose].map((edge) => [edge?.line, edge?.high, edge?.lost])).toEqual([
      [0, false, 0],
      [0, true, 0],
    ]);
    expect(Number(between)).toBeGreaterThanOrEqual(fell?.atNs ?? 0);
    expect(Number(before)).toBeLessThanOrEqual(fell?.atNs ?? 0);
    expect(Number(between)).toBeLessThanOrEqual(rose?.atNs ?? 0);
    // Both ends are on this machine: their clocks are one, and the rest is the doubt of a round trip.
    expect(Math.abs(Number((fell?.here ?? 0n) - before))).toBeLessThan(1e9);
    await ada.ask(BUTTON, UNWATCH);
    button.set(false);
    await ada.ask(BUTTON, GET);
    expect(ada.edges).toHaveLength(2);
    expect(bob.edges).toEqual([]);
  });

  it('that a watcher does not read are lost with a count, but for the last of each line, and hold nobody up', async () => {
    const slow = createConnection(socket());
    const heard: Told<'edge'>[] = [];
    const cutter = new FrameCutter(1 << 20);
    let fence = 0;
    slow.on('data', (chunk: Buffer) => {
      for (const frame of cutter.feed(chunk)) {
        const told = decodeTold(frame);
        if (told.kind === 'granted') fence = told.fence;
        if (told.kind === 'edge') heard.push(told);
      }
    });
    slow.write(encodeFrame(HELLO));
    slow.write(encodeFrame({ kind: 'acquire', id: 1, ...WISH, buses: ['gpio-0'] }));
    await vi.waitFor(() => expect(fence).toBeGreaterThan(0), 20_000);
    const bus = host.buses.findIndex(({ name }) => name === 'gpio-0');
    for (const line of [BUTTON, LED])
      slow.write(encodeFrame({ kind: 'line', id: 2 + line, bus, fence, leftNs: 1e9, line, action: WATCH }));
    const other = await user(['i2c-1']);
    await other.session.list();
    slow.pause();
    const [button, led] = [board.line('&pins', 'button'), board.line('&pins', 'led')];
    led.set(false);
    const changes = 30_001;
    for (let n = 0; n < changes; n++) button.set(n % 2 === 1);
    await other.session.list();
    slow.resume();
    const all = () => heard.reduce((sum, { lost }) => sum + 1 + lost, 0);
    await vi.waitFor(() => expect(all()).toBe(1 + changes), 20_000);
    expect(heard.length).toBeLessThan(changes);
    expect(heard.findLast(({ line }) => line === BUTTON)?.high).toBe(false);
    slow.destroy();
  });
});

it('edges that wait are kept one a line, in their order', () => {
  let room = false;
  const sent: string[] = [];
  const queue = new EdgeQueue(({ line, high, lost }) => {
    if (room) sent.push(`${line} ${high} ${lost}`);
    return room;
  });
  const watcher = queue.of(3);
  const bus = { name: 'gpio-0', number: 0, path: '/gpio', host: '', startupMs: 0 };
  for (const [line, high] of [
    [0, true],
    [1, true],
    [0, false],
    [0, true],
  ] as const)
    watcher.edge(bus, line, high, 1);
  expect(queue.of(3)).toBe(watcher);
  room = true;
  queue.flush();
  watcher.edge(bus, 1, false, 2);
  expect(sent).toEqual(['1 true 2', '0 true 0', '1 false 0']);
});

it('the clock of a host is known by the shortest round trip, and follows one that drifts', () => {
  const clock = new HostClock();
  const ago = (hostNs: number, nowMs: number) => Number(-clock.here(hostNs, nowMs, 0n) / 1_000_000n);
  clock.heard(5_000e6, 100, 200);
  expect(ago(5_000e6, 1000)).toBe(850);
  clock.heard(5_100e6, 248, 252);
  expect(ago(5_100e6, 1000)).toBe(750);
  clock.heard(9_999e6, 300, 400);
  expect(ago(5_100e6, 1000)).toBe(750);
  // A day later a reading that is as good as that is worth more.
  clock.heard(86_405_100e6, 86_400_240, 86_400_340);
  expect(ago(86_405_100e6, 86_401_000)).toBe(710);
  expect(ago(99_999_999e6, 86_401_000)).toBe(0);
});

describe('a GPIO controller on one of another machine', () => {
  it('drives, reads and waits for edges as its own, and has its outputs again after a loss', async () => {
    const warnings: string[] = [];
    await using near = await openBoard({
      source: nearBoard(`remote:${socket()}/gpio-0`),
      onWarning: (warning) => warnings.push(String(warning)),
    });
    const gpio = await near.gpio('&pins');
    gpio.setDirection(LED, 'out');
    await vi.waitFor(() => expect(state(LED).direction).toBe('out'), 20_000);
    gpio.set(LED, true);
    await vi.waitFor(() => expect(state(LED).high).toBe(true), 20_000);
    const button = board.line('&pins', 'button');
    const edge = gpio.waitEdge(BUTTON, 'falling', 20_000);
    await vi.waitFor(() => {
      button.set(true);
      button.set(false);
      expect(gpio.get(BUTTON)).toBe(false);
    }, 20_000);
    expect(await edge).toBe(true);
    expect(warnings).toEqual([]);
    host.close();
    expect(state(LED).direction).toBe('in');
    const { source } = share;
    host = new ShareHost(source, { nextFence: () => ++fence, log: () => {} });
    button.set(true);
    await vi.waitFor(() => {
      gpio.get(BUTTON);
      expect(state(LED)).toMatchObject({ direction: 'out', high: true });
    }, 20_000);
    gpio.setDirection(LED, 'in');
    await vi.waitFor(() => expect(state(LED).direction).toBe('in'), 20_000);
  });

  it('is told to be lost each time it is', async () => {
    const lost: string[] = [];
    await using near = await openBoard({
      source: nearBoard(`remote:${socket()}/gpio-0`),
      onWarning: (warning) => {
        if (String(warning).startsWith('/gpio: line 0: ENODEV')) lost.push(String(warning));
      },
    });
    const gpio = await near.gpio('&pins');
    const isHeard = async (high: boolean): Promise<void> => {
      board.line('&pins', 'button').set(high);
      await vi.waitFor(() => expect(gpio.get(BUTTON)).toBe(high), 20_000);
    };
    const isToldLost = async (): Promise<readonly string[]> => {
      host.close();
      await vi.waitFor(() => {
        gpio.get(BUTTON);
        expect(lost).not.toEqual([]);
      }, 20_000);
      return lost.splice(0);
    };
    await isHeard(false);
    const first = await isToldLost();
    host = new ShareHost(share.source, { nextFence: () => ++fence, log: () => {} });
    await isHeard(true);
    lost.splice(0);
    const second = await isToldLost();
    expect([first, second]).not.toContainEqual([]);
  });
});
