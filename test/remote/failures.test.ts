import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { type RemoteSession, type Request, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { ownPlaces, testProcesses } from '../lab/processes.ts';
import { relayTo } from './relay.ts';
import { testUsers } from './test-users.ts';
import { faultOf } from './users.ts';

const folder = testFolder();
const { start, dtbus } = testProcesses(() => ownPlaces(folder));
const userAt = testUsers();

const board = (bus: string, temp: string, hosts = '') => `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${bus}
		temp@48 { compatible = "national,lm75"; reg = <0x48>; ${temp} };
	};
	${hosts}
};
`;

const WISH = {
  ...{ buses: ['i2c-1'], why: '', ttlMs: 10_000, idleMs: 60_000, graceMs: 0, priority: 0 },
  ...{ wait: WAIT.YES, steal: false, restore: false },
};
const READ: Request = {
  kind: 'i2c',
  bus: 0,
  messages: [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(3) },
    { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
  ],
};
const write = (high: number, low: number): Request => ({
  kind: 'i2c',
  bus: 0,
  messages: [{ addr: 0x48, flags: 0, length: 3, data: Uint8Array.of(3, high, low) }],
});

const connected = (socket: string) => userAt(`remote:${folder.path(socket)}`);

describe('an adapter that is unplugged while its bus is leased', () => {
  it('is ENODEV for who has the lease, until it is plugged in again; the lease goes on', async () => {
    folder.write('parts.dts', board('', 'dtbus,set = "temperature=31.5";'));
    const pty = folder.path('pirate');
    const words = ['--emulate', 'bus-pirate', '-b', folder.path('parts.dts'), '--port', pty];
    const plugged = dtbus('adapters', ...words);
    await plugged.heard(/^ready$/m);
    const pirate = `hosts { pirate: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${pty}"; dtbus,power; dtbus,pull-ups; }; };`;
    folder.write('desk.dts', board('dtbus,host = <&pirate>;', '', pirate));
    const host = dtbus('share', folder.path('desk.dts'), '--socket', folder.path('desk.sock'));
    await host.heard(/^ready$/m);
    const watcher = dtbus('watch', '--connect', `remote:${folder.path('desk.sock')}`);
    const ada = await connected('desk.sock');
    await ada.acquire(WISH);
    await vi.waitFor(async () => {
      await ada.transfer(READ, 20e9);
      expect(watcher.said()).toContain('0x48');
    }, 20_000);
    plugged.child.kill('SIGKILL');
    await plugged.ended;
    // One may have been on the wire.
    await vi.waitFor(async () => expect(await faultOf(ada.transfer(READ, 20e9))).toMatch(/^ENODEV/), 20_000);
    await watcher.heard(/0x48 .*ENODEV/);
    const { leases } = await ada.list();
    expect(leases.map(({ fence }) => fence)).toEqual([ada.fence]);
    await dtbus('adapters', ...words).heard(/^ready$/m);
    const { received } = await vi.waitFor(async () => ada.transfer(READ, 20e9), {
      timeout: 60_000,
      interval: 200,
    });
    expect([...(received[0] ?? [])]).toEqual([0x50, 0]);
  });
});

describe('an answer that is lost on its way', () => {
  /** A host that prints what reaches its wire, a way to it that loses answers, and a user who comes by it. */
  async function bench(name: string, graceMs: number) {
    const socket = folder.path(`${name}.sock`);
    const host = start(process.execPath, 'test/remote/machines/host.mjs', socket, '1');
    await host.heard(/^ready$/m);
    const relay = await relayTo(folder.path(`${name}-far.sock`), socket);
    const ada = await connected(`${name}-far.sock`);
    await ada.acquire({ ...WISH, graceMs });
    return { host, relay, ada };
  }
  const tagged = (tag: number): Request => {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(tag);
    return { kind: 'i2c', bus: 0, messages: [{ addr: 0x50, flags: 0, length: 4, data }] };
  };
  const wire = (said: string) => said.match(/(?<=^wire )\d+/gm)?.map(Number);

  it('is given again to who comes again and asks by the same number: nothing is sent twice', async () => {
    const { host, relay, ada } = await bench('again', 60_000);
    const lost = relay.loseAnswers();
    const both = [ada.transfer(tagged(1), 60e9), ada.transfer(tagged(2), 60e9)];
    await lost;
    relay.hangUp();
    for (const done of await Promise.all(both))
      expect(done).toMatchObject({ kind: 'done', fault: undefined });
    await ada.transfer(tagged(3), 60e9);
    expect(wire(host.said())).toEqual([1, 2, 3]);
    relay.close();
  });

  it('and whose host has ended meanwhile, is EIO: the outcome is not known', async () => {
    const { host, relay, ada } = await bench('gone', 60_000);
    const lost = relay.loseAnswers();
    const fault = faultOf(ada.transfer(tagged(1), 60e9));
    await lost;
    host.child.kill('SIGKILL');
    expect(await fault).toMatch(/^EIO: the outcome is not known, and it was not repeated/);
    expect(wire(host.said())).toEqual([1]);
    relay.close();
  });
});

const UNSHARE = ['-rm', 'sh', '-c'];
const canMount = spawnSync('unshare', [...UNSHARE, 'mount -t tmpfs -o size=4k none /mnt']).status === 0;

describe.skipIf(!canMount)(
  'a disk that is full (skipped where no namespace with a disk of its own can be made)',
  () => {
    it('costs nobody a lease: the host says so once, and fences go on', async () => {
      const state = folder.path('full');
      mkdirSync(state);
      const share = `exec ${process.execPath} bin/dtbus.js share ${folder.write('full.dts', board('', ''))} --socket ${folder.path('full.sock')}`;
      const script = `mount -t tmpfs -o size=4k none ${state} && mkdir ${state}/dtbus && { head -c 8192 /dev/zero > ${state}/fill; XDG_STATE_HOME=${state} ${share}; }`;
      const host = start('unshare', ...UNSHARE, script);
      await host.heard(/^ready$/m);
      const fences: number[] = [];
      for (let n = 0; n < 3; n++) {
        const ada = await connected('full.sock');
        await ada.acquire(WISH);
        await ada.transfer(READ, 20e9);
        fences.push(ada.fence);
        await ada.close();
      }
      expect(fences).toEqual([...fences].sort((a, b) => a - b));
      expect(new Set(fences).size).toBe(3);
      await host.heard(/cannot write \S*fence: no space is left there.*; leases go on/);
      expect(host.said().match(/cannot write/g)).toHaveLength(1);
      expect(existsSync(`${state}/dtbus/fence`)).toBe(false);
    });
  },
);

describe('200 clients', () => {
  it('queue for one bus: each has it once, in its turn, alone; a priority goes first', async () => {
    folder.write('many.dts', board('', ''));
    const host = dtbus('share', folder.path('many.dts'), '--socket', folder.path('many.sock'));
    await host.heard(/^ready$/m);
    const recording = dtbus(
      'record',
      folder.path('many.bus'),
      '--connect',
      `remote:${folder.path('many.sock')}`,
    );
    const first = await connected('many.sock');
    await first.acquire(WISH);
    await vi.waitFor(async () => {
      await first.transfer(READ, 20e9);
      expect(existsSync(folder.path('many.bus'))).toBe(true);
      expect(readFileSync(folder.path('many.bus'), 'utf8')).toContain('48 w 03');
    }, 20_000);
    const clients: RemoteSession[] = [];
    for (let n = 0; n < 200; n++) clients.push(await connected('many.sock'));
    const order: number[] = [];
    const fences: number[] = [];
    const work = async (client: RemoteSession, n: number, priority: number): Promise<void> => {
      await client.acquire({ ...WISH, priority });
      order.push(n);
      fences.push(client.fence);
      // Limits of an LM75 have nine bits. Two transfers: another one's between them would be seen.
      await client.transfer(write(n >> 1, (n & 1) << 7), 60e9);
      await client.transfer(READ, 60e9);
      await client.release();
    };
    const all = clients.map((client, n) => work(client, n, n === 150 ? 1 : 0));
    await vi.waitFor(async () => expect((await first.list()).queue).toHaveLength(200), 20_000);
    await first.release();
    await Promise.all(all);
    expect(order).toEqual([150, ...Array.from({ length: 200 }, (_, n) => n).filter((n) => n !== 150)]);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    // What one wrote the same one read, and nobody was between.
    const wire = () => [
      ...readFileSync(folder.path('many.bus'), 'utf8').matchAll(/48 w 03 (.. ..) .*\n.*48 w 03, r (.. ..)/g),
    ];
    await vi.waitFor(() => expect(wire()).toHaveLength(200), 20_000);
    expect(wire().filter(([, wrote, read]) => wrote !== read)).toEqual([]);
    recording.child.kill('SIGINT');
    await recording.ended;
  });
});
