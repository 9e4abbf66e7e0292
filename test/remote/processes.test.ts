import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBoard } from '../../src/board/index.ts';
import { type RemoteSession, type Request, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { ownPlaces } from '../lab/processes.ts';
import { relayTo } from './relay.ts';
import { testUsers } from './test-users.ts';
import { faultOf } from './users.ts';

const folder = testFolder();
const socket = () => folder.path('bench.sock');
const children: ChildProcess[] = [];
const userAt = testUsers();

/** A process, and the lines that it said. */
function start(...argv: readonly string[]) {
  const env = { ...process.env, ...ownPlaces(folder) };
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], env });
  children.push(child);
  const lines: string[] = [];
  const hear = (text: string) => void lines.push(...text.split('\n').filter((line) => line !== ''));
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const heard = (line: RegExp) =>
    vi.waitFor(
      () =>
        expect(
          lines.some((each) => line.test(each)),
          lines.join('\n'),
        ).toBe(true),
      20_000,
    );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, lines, heard, ended };
}

const BENCH = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
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

async function share(...more: readonly string[]) {
  const process = start('bin/dtbus.js', 'share', folder.path('bench.dts'), '--socket', socket(), ...more);
  await process.heard(/^ready$/);
  return process;
}
let host: Awaited<ReturnType<typeof share>>;

beforeAll(async () => {
  folder.write('bench.dts', BENCH);
  host = await share();
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

const WISH = {
  buses: ['i2c-1'],
  why: '',
  ttlMs: 10_000,
  idleMs: 60_000,
  graceMs: 0,
  priority: 0,
  wait: WAIT.YES,
  steal: false,
  restore: false,
};
const READ: Request = {
  kind: 'i2c',
  bus: 0,
  messages: [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(3) },
    { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
  ],
};
const write = (high: number): Request => ({
  kind: 'i2c',
  bus: 0,
  messages: [{ addr: 0x48, flags: 0, length: 3, data: Uint8Array.of(3, high, 0) }],
});

async function user(where = socket(), more: { wait?: number; ttlMs?: number } = {}): Promise<RemoteSession> {
  const session = await userAt(where, 'the test');
  await session.acquire({ ...WISH, ...more });
  return session;
}

describe('a shared board', () => {
  it('is at a socket of its user alone', () => {
    expect(statSync(socket()).mode & 0o777).toBe(0o600);
  });

  it('is reached by a script as its own, with the errno of the far host', async () => {
    await using board = await openBoard({ source: nearBoard(`remote:${socket()}/i2c-1`) });
    const i2c = board.open('/dev/i2c-1');
    const [bytes] = i2c.transferSync([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    expect([...(bytes ?? [])]).toEqual([0x19, 0]);
    expect(() => i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0) }])).toThrow(/ENXIO/);
  });

  it('is refused by a second share at the same socket', async () => {
    const second = start('bin/dtbus.js', 'share', folder.path('bench.dts'), '--socket', socket());
    expect(await second.ended).toBe(1);
    expect(second.lines.join()).toMatch(/is in use: another dtbus share serves it/);
  });
});

describe('a user', () => {
  it('that is killed frees the bus', async () => {
    const { child, heard } = start('test/remote/user.mjs', socket(), 'i2c-1', '10000');
    await heard(/^granted/);
    child.kill('SIGKILL');
    await (await user()).transfer(READ, 1e9);
  });

  it('that was paused beyond its lease does not reach the wire when it wakes up', async () => {
    const { child, heard, lines } = start('test/remote/user.mjs', socket(), 'i2c-1', '300');
    await heard(/^granted/);
    child.kill('SIGSTOP');
    const next = await user();
    expect(next.fence).toBeGreaterThan(Number(lines[0]?.split(' ')[1]));
    await next.transfer(write(0x7a), 1e9);
    child.kill('SIGCONT');
    await heard(/^EACCES: /);
    await heard(/^EACCES: /);
    // The part has what the second user wrote: the numbers of the first one are below 0x40.
    expect([...((await next.transfer(READ, 1e9)).received[0] ?? [])]).toEqual([0x7a, 0]);
    child.kill('SIGKILL');
  });

  it('beyond a partition loses the bus at the host, and knows it by its own clock', async () => {
    const relay = await relayTo(folder.path('relay.sock'), socket());
    const far = await user(relay.path, { ttlMs: 1000 });
    await far.transfer(READ, 1e9);
    relay.cut();
    const next = await user();
    await next.transfer(write(0x7b), 1e9);
    expect(await faultOf(far.transfer(write(1), 1e9))).toBe(
      'EACCES: the lease may have ended: the host did not renew it in time; open the board again for a new one',
    );
    relay.close();
  });
});

it('a fake ssh carries the frames as ssh does, and joins the share that runs', async () => {
  const log = folder.path('ssh.log');
  const program = folder.write(
    'ssh',
    `#!/bin/sh\necho "$*" >> ${log}\nwhile [ "$1" != dtbus ]; do shift; done\nshift\nexec ${process.execPath} ${resolve('bin/dtbus.js')} "$@" --socket ${socket()}\n`,
  );
  chmodSync(program, 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder.path('')}:${path}`;
  try {
    const far = await user('remote:ssh://ada@bench3:2222');
    expect([...((await far.transfer(READ, 1e9)).received[0] ?? [])]).toHaveLength(2);
    expect(folder.read('ssh.log').toString()).toBe(
      '-T -o BatchMode=yes -p 2222 ada@bench3 dtbus share --stdio\n',
    );
    await far.close();
    folder.write('ssh', '#!/bin/sh\necho "bench3: Permission denied (publickey)." >&2\nexit 255\n');
    expect(await faultOf(user('remote:ssh://bench3'))).toMatch(
      /^ENODEV: ssh:\/\/bench3: bench3: Permission denied \(publickey\)\.$/,
    );
  } finally {
    process.env['PATH'] = path;
  }
});

describe('a port', () => {
  /** A certificate of 127.0.0.1 and of a user, by an authority of the test's own. */
  function certificates(): boolean {
    const openssl = (...words: readonly string[]) =>
      spawnSync('openssl', words, { cwd: folder.path('') }).status === 0;
    const key = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
    ];
    return openssl(
      ...key,
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-subj',
      '/CN=bench',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    );
  }
  const variables = ['DTBUS_TOKEN', 'DTBUS_TLS_CA', 'DTBUS_TLS_CERT', 'DTBUS_TLS_KEY'];
  afterEach(() => {
    for (const name of variables) delete process.env[name];
  });

  it('with TLS takes who has a certificate by its authority, and nobody else', async ({ skip }) => {
    if (!certificates()) skip('there is no openssl on this machine to make certificates');
    process.env['DTBUS_TLS_CA'] = folder.path('cert.pem');
    process.env['DTBUS_TLS_CERT'] = folder.path('cert.pem');
    process.env['DTBUS_TLS_KEY'] = folder.path('key.pem');
    const far = start(
      'bin/dtbus.js',
      'share',
      folder.path('bench.dts'),
      '--socket',
      folder.path('tls.sock'),
      '--listen',
      '0',
    );
    await far.heard(/^ready$/);
    const where =
      far.lines.map((line) => /^(remote:tls:\S+)/.exec(line)?.[1]).find((each) => each !== undefined) ?? '';
    expect((await (await user(where)).transfer(READ, 1e9)).received[0]).toHaveLength(2);
    delete process.env['DTBUS_TLS_CERT'];
    delete process.env['DTBUS_TLS_KEY'];
    expect(await faultOf(user(where))).toMatch(/^ENODEV/);
    delete process.env['DTBUS_TLS_CA'];
    expect(await faultOf(user(where))).toMatch(
      /^ENODEV: cannot connect to tls:.*self-signed certificate; set DTBUS_TLS_CA to the certificate of its authority$/,
    );
    far.child.kill();
    expect(await far.ended).toBe(0);
  });

  it.each([
    [
      '0.0.0.0:0',
      '0.0.0.0 is reached by other machines, which needs TLS: set DTBUS_TLS_CERT and DTBUS_TLS_KEY to files, or use --listen 127.0.0.1:PORT, or ssh',
    ],
    [
      '0',
      'who may connect is not said: set DTBUS_TOKEN here and for users, or DTBUS_TLS_CA to the authority of their certificates',
    ],
  ])('%s without a guard is refused', async (place, sentence) => {
    const far = start(
      'bin/dtbus.js',
      'share',
      folder.path('bench.dts'),
      '--socket',
      folder.path('no.sock'),
      '--listen',
      place,
    );
    expect(await far.ended).toBe(1);
    expect(far.lines.join('\n')).toContain(sentence);
  });
});

it('a host that is killed leaves EIO, and one that starts again has higher fences', async () => {
  const before = await user();
  const work = (async () => {
    for (;;) await before.transfer(READ, 1e9);
  })();
  const fault = faultOf(work);
  host.child.kill('SIGKILL');
  expect(await fault).toMatch(/^(EIO: the outcome is not known, and it was not repeated|ENODEV)/);
  expect(existsSync(socket())).toBe(true);
  host = await share();
  const after = await user();
  expect(after.fence).toBeGreaterThan(before.fence === 0 ? 1_000_000 : before.fence);
  await after.transfer(READ, 1e9);
});

it('a lock that is taken away ends with 1, one that is interrupted with 0', async () => {
  const place = `remote:${socket()}`;
  const first = start('bin/dtbus.js', 'lab', 'lock', place, '--why', 'bring-up');
  await first.heard(/^ready$/);
  const second = start('bin/dtbus.js', 'lab', 'lock', place, '--steal', '--why', 'mine');
  await second.heard(/^ready$/);
  expect(await first.ended).toBe(1);
  expect(first.lines.join()).toContain('the lease has ended');
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
});
