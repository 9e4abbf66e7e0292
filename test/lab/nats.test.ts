import { spawnSync } from 'node:child_process';
import { createConnection, type Socket } from 'node:net';
import { basename } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openBoard } from '../../src/board/index.ts';
import { type Request, remoteAddress, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { testUsers } from '../remote/test-users.ts';
import { HAS_SERVER, natsServer, SERVER } from './nats-server.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const folder = testFolder();
const connected = testUsers();
const { start } = testProcesses(() => ownPlaces(folder));
const serverOn = (port: number, ...more: readonly string[]) => natsServer({ start }, port, ...more);

const BENCH = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=21.5"; };
	};
};
`;
const nearBoard = (port: string) => `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&far>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	hosts { far: remote { compatible = "dtbus,remote"; port = "${port}"; }; };
};
`;
const READ: Request = {
  kind: 'i2c',
  bus: 0,
  messages: [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(0) },
    { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
  ],
};

async function userAt(text: string, graceMs = 0) {
  const session = await connected(text, 'a test');
  const usual = { buses: ['i2c-1'], why: '', ttlMs: 10_000, idleMs: 60_000, priority: 0, steal: false };
  return { session, take: () => session.acquire({ ...usual, graceMs, wait: WAIT.NO, restore: false }) };
}

const dtbus = (env: NodeJS.ProcessEnv, ...words: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...ownPlaces(folder), ...env },
  });
  return { status, stdout, stderr };
};

describe.skipIf(!HAS_SERVER)(`a board on a NATS server (skipped where ${SERVER} is not installed)`, () => {
  let server: Awaited<ReturnType<typeof serverOn>>;
  let url = '';
  const board = () => `remote:${url}/bench`;
  const socket = () => `remote:${folder.path('bench.sock')}`;
  let host: ReturnType<typeof start>;

  beforeAll(async () => {
    folder.write('bench.dts', BENCH);
    server = await serverOn(-1);
    url = `nats://127.0.0.1:${server.port}`;
    const words = ['share', folder.path('bench.dts'), '--socket', folder.path('bench.sock'), '--nats', url];
    host = start(process.execPath, 'bin/dtbus.js', ...words);
    await host.heard(/^ready$/m);
  });
  it('has a bus free for the next user when the one before was killed, though nobody told the host', async () => {
    const near = folder.write('killed.dts', nearBoard(`${board()}/i2c-1`));
    const before = start(process.execPath, 'bin/dtbus.js', 'up', near);
    const direct = await userAt(socket());
    const users = async () => (await direct.session.list()).leases.map(({ why }) => why);
    await vi.waitFor(async () => expect(await users()).toEqual(['dtbus up']), 20_000);
    before.child.kill('SIGKILL');
    await before.ended;
    const { status, stdout, stderr } = dtbus({}, 'i2cget', '-b', near, '-y', '1', '0x48', '0', 'w');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0x8015\n', stderr: '' });
  });

  it('carries the transfers of a board elsewhere, under a lease that other ways to it see', async () => {
    const near = folder.write('near.dts', nearBoard(`${board()}/i2c-1`));
    const here = await openBoard(near);
    try {
      const [bytes] = await here.open('/dev/i2c-1').transfer([
        { addr: 0x48, write: Uint8Array.of(0) },
        { addr: 0x48, read: 2 },
      ]);
      expect(bytes).toEqual(Uint8Array.of(21, 0x80));
      await expect(here.open('/dev/i2c-1').transfer([{ addr: 0x49, read: 1 }])).rejects.toThrow('ENXIO');
      const direct = await userAt(socket());
      await expect(direct.take()).rejects.toThrow('EBUSY');
      // The program that opened the board, though the board runs in a thread of it.
      const why = basename(process.argv[1] ?? '');
      expect((await direct.session.list()).leases).toMatchObject([{ buses: ['i2c-1'], why }]);
    } finally {
      await here.close();
    }
    await vi.waitFor(async () => (await userAt(socket())).take(), 10_000);
  });

  it('is listed on its server, and refuses another one its name', () => {
    expect(dtbus({}, 'lab', 'ls', `remote:${url}`).stdout).toMatch(
      /^bench {2}\S+bench\.dts on \S+: i2c-1\n$/,
    );
    expect(JSON.parse(dtbus({}, 'lab', 'ls', `remote:${url}`, '--json').stdout)).toMatchObject({
      boards: [{ board: 'bench', buses: ['i2c-1'] }],
    });
    const words = ['share', folder.path('bench.dts'), '--socket', folder.path('b.sock'), '--nats', url];
    expect(dtbus({}, ...words)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/bench is announced by .* already/),
    });
    expect(dtbus({}, 'lab', 'ls', `remote:${url}/other`).stderr).toMatch(
      /ENODEV: nothing is shared at nats:.*\/other/,
    );
    expect(dtbus({}, 'lab', 'lock', `remote:${url}`).stderr).toMatch('name the board too');
  });

  it('is found by who speaks the protocol of NATS micro-services', async () => {
    const raw = createConnection(server.port, '127.0.0.1').setEncoding('utf8');
    const said = collected(raw);
    raw.write('CONNECT {"verbose":false}\r\nSUB here 1\r\nPUB $SRV.PING here 0\r\n\r\n');
    await vi.waitFor(() => expect(said()).toContain('ping_response'), 10_000);
    const [, json = ''] = /MSG here 1 \d+\r\n(\{.*\})\r\n/.exec(said()) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      type: 'io.nats.micro.v1.ping_response',
      name: 'dtbus',
      id: expect.stringMatching(/.{16}/),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      metadata: { board: 'bench', buses: 'i2c-1' },
    });
    raw.destroy();
  });

  it('is not made to send frames where a stranger wants, and ends a stream from which a message is missing', async () => {
    const raw = createConnection(server.port, '127.0.0.1').setEncoding('utf8');
    const said = collected(raw);
    const ask = (inbox: string) => `PUB dtbus.bench.open answer ${inbox.length}\r\n${inbox}\r\n`;
    raw.write(`CONNECT {"verbose":false}\r\nSUB answer 1\r\nSUB _INBOX.me 2\r\n${ask('dtbus.other.open')}`);
    raw.write(ask('_INBOX.me'));
    await vi.waitFor(() => expect(said()).toContain('MSG answer'), 10_000);
    expect(said().match(/MSG answer/g)).toHaveLength(1);
    const [, subject = ''] = /(dtbus\.bench\.user\.[\w-]+)/.exec(said()) ?? [];
    raw.write(`PUB ${subject} 5\r\n\u0007\0\0\0x\r\n`);
    // An empty message is the end of a stream.
    await vi.waitFor(() => expect(said()).toMatch(/MSG _INBOX\.me 2 0\r\n/), 10_000);
    raw.destroy();
  });

  it('loses its server, and no lease and no transfer of who comes directly', async () => {
    const direct = await userAt(socket());
    await direct.take();
    const far = await userAt(board());
    const fence = direct.session.fence;
    server.child.kill('SIGKILL');
    await server.ended;
    await expect(far.session.list()).rejects.toThrow('ENODEV');
    expect((await direct.session.transfer(READ, 5e9)).received).toEqual([Buffer.of(21, 0x80)]);
    await host.heard(/the NATS server was lost/);
    expect((await direct.session.list()).leases).toMatchObject([{ fence }]);
    server = await serverOn(server.port);
    await host.heard(/the NATS server is back/);
    const again = await userAt(board());
    expect((await again.session.list()).leases).toMatchObject([{ fence }]);
    await direct.session.release();
  });

  it('lets in who has the token of the server', async () => {
    const guarded = await serverOn(-1, '--auth', 'sesame');
    const place = `remote:nats://127.0.0.1:${guarded.port}`;
    expect(dtbus({}, 'lab', 'ls', place)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/EACCES.*refuses this user.*DTBUS_NATS_CREDS or DTBUS_NATS_TOKEN/),
    });
    expect(dtbus({ DTBUS_NATS_TOKEN: 'sesame' }, 'lab', 'ls', place)).toMatchObject({
      status: 0,
      stdout: 'no board\n',
    });
  });
});

function collected(socket: Socket) {
  let all = '';
  socket.on('data', (text) => {
    all += String(text);
  });
  return () => all;
}

describe('the address of a board on a NATS server', () => {
  it.each([
    [
      'remote:nats://server/bench/i2c-1',
      { host: 'server', port: 4222, board: 'bench', isLocal: false },
      'i2c-1',
    ],
    ['nats://[::1]:4333/bench', { host: '::1', port: 4333, board: 'bench', isLocal: true }, undefined],
    ['nats://server', { host: 'server', port: 4222, board: undefined, isLocal: false }, undefined],
  ])('%s', (text, place, bus) => {
    expect(remoteAddress(text)).toMatchObject({ place: { way: 'nats', ...place }, bus });
  });

  it.each([
    ['nats://me@server/bench', 'a user is named by the variables'],
    ['nats://server/ben ch/i2c-1', 'expected remote:PATH.sock/i2c-1'],
    ['nats://server/bench/uart-1', 'expected a bus as i2c-1, spi-0 or gpio-0, got "uart-1"'],
  ])('is not %s', (text, why) => {
    expect(() => remoteAddress(text)).toThrow(why);
  });
});
