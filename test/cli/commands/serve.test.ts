import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import {
  acceptUnix,
  connectUnix,
  type FileDescriptor,
  listenUnix,
  unixSocketPair,
} from '../../../src/os/index.ts';
import { VhostUserFrontEnd } from '../../../src/transport/index.ts';
import { hasFeature } from '../../../src/virtio/index.ts';

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-serve-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts `dtbus serve` on the demo board; resolves when it prints "ready". */
async function serve(argv: readonly string[], options: { fd?: number; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(process.execPath, ['bin/dtbus.js', 'serve', 'dts/demo.dts', ...argv], {
    stdio: [
      'ignore',
      'pipe',
      argv.includes('--trace') ? 'pipe' : 'inherit',
      ...(options.fd === undefined ? [] : [options.fd]),
    ],
    env: { ...process.env, ...options.env },
  });
  children.push(child);
  let out = '';
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (bytes) => {
      out += bytes;
      if (out.endsWith('ready\n')) resolve();
    });
    ended.then(() => reject(new Error('it ended before it was ready')), reject);
  });
  return { child, out, ended };
}

/** Runs it to its end, in this process. */
async function run(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  }
  try {
    const status = await runProgram(['node', 'dtbus', 'serve', ...argv]);
    return { status, ...written };
  } finally {
    vi.restoreAllMocks();
  }
}

/** Is an I2C adapter there? It offers ZERO_LENGTH_REQUEST, bit 0. */
function isI2c(socket: FileDescriptor): boolean {
  const frontEnd = new VhostUserFrontEnd({ connect: () => socket, deviceId: 34 });
  const found = hasFeature(frontEnd.deviceFeatures(), 0);
  frontEnd.close();
  return found;
}

describe('dtbus serve', () => {
  it('makes a socket per bus for its owner only, and takes everything away at SIGTERM', async () => {
    const sockets = join(folder, 'made', 'here');
    const { child, out, ended } = await serve(['--socket-dir', sockets]);
    expect(out).toContain(`i2c1 ${sockets}/i2c1.sock\n`);
    const files = readdirSync(sockets);
    expect(files).toEqual(
      expect.arrayContaining(['board.dtb', 'i2c1.sock', 'i2c2.sock', 'spi0.sock', 'spi1.sock']),
    );
    expect(files.map((file) => statSync(join(sockets, file)).mode & 0o777)).toEqual(files.map(() => 0o600));
    expect(isI2c(connectUnix(join(sockets, 'i2c1.sock')))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(readdirSync(sockets)).toEqual([]);
  });

  it('leaves nothing at a SIGTERM between its first socket and "ready"', async () => {
    const sockets = join(folder, 'sockets');
    const child = spawn(process.execPath, ['bin/dtbus.js', 'serve', 'dts/demo.dts', '--socket-dir', sockets]);
    children.push(child);
    const ended = once(child, 'close');
    await vi.waitFor(() => expect(existsSync(sockets)).toBe(true), { timeout: 20_000, interval: 1 });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(readdirSync(sockets)).toEqual([]);
  });

  it('serves one bus at exactly the path that it is given', async () => {
    const socket = join(folder, 'anything');
    const { child, out, ended } = await serve(['--socket', socket, '--bus', 'i2c1']);
    expect(out).toBe(`i2c1 ${socket}\nready\n`);
    expect(readdirSync(folder)).toEqual(['anything']);
    expect(isI2c(connectUnix(socket))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(existsSync(socket)).toBe(false);
  });

  it('serves at an inherited socket that listens', async () => {
    const path = join(folder, 'theirs');
    const listener = listenUnix(path);
    const { child, out, ended } = await serve(['--fd', '3', '--bus', 'i2c1'], { fd: listener.fd });
    listener.close();
    expect(out).toBe('i2c1 fd 3\nready\n');
    for (let round = 0; round < 2; round++) expect(isI2c(connectUnix(path))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    // Who made it takes it away.
    expect(existsSync(path)).toBe(true);
  });

  it('serves one that is connected, and ends when its front-end leaves', async () => {
    const [ours, theirs] = unixSocketPair();
    const { ended } = await serve(['--fd', '3', '--bus', 'i2c1'], { fd: theirs.fd });
    theirs.close();
    expect(isI2c(ours)).toBe(true);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('comes to a front-end that listens itself, and ends when that one leaves', async () => {
    const path = join(folder, 'theirs');
    const listener = listenUnix(path);
    const { out, ended } = await serve(['--socket', path, '--client', '--bus', 'i2c1']);
    expect(out).toBe(`i2c1 ${path}\nready\n`);
    expect(isI2c(acceptUnix(listener.fd) as FileDescriptor)).toBe(true);
    listener.close();
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('hears of its end while a front-end that listens itself does not accept', async () => {
    const path = join(folder, 'theirs');
    const listener = listenUnix(path);
    const waiting: FileDescriptor[] = [];
    const fill = () => {
      for (;;) waiting.push(connectUnix(path, 0));
    };
    expect(fill).toThrow('does not accept connections');
    const argv = ['bin/dtbus.js', 'serve', 'dts/demo.dts', '--socket', path, '--client', '--bus', 'i2c1'];
    const child = spawn(process.execPath, argv, { stdio: 'ignore' });
    children.push(child);
    const sockets = () =>
      readdirSync(`/proc/${child.pid}/fd`).filter((fd) => {
        try {
          return readlinkSync(`/proc/${child.pid}/fd/${fd}`).startsWith('socket:');
        } catch {
          return false;
        }
      });
    const exit = once(child, 'exit');
    await vi.waitFor(() => expect(sockets()).toHaveLength(1), { timeout: 30_000, interval: 20 });
    child.kill('SIGTERM');
    // And not 1, as when the wait has ended by itself after 5 s.
    expect(await exit).toEqual([130, null]);
    for (const each of [...waiting, listener]) each.close();
  });

  it('ends the connection of who talks nonsense, with one sentence in the trace, and serves the others', async () => {
    const path = join(folder, 's');
    const { child, ended } = await serve(['--socket', path, '--bus', 'i2c1', '--trace']);
    let trace = '';
    child.stderr?.on('data', (bytes) => {
      trace += bytes;
    });
    const stranger = createConnection(path);
    const hungUp = new Promise((resolve) => stranger.once('close', resolve));
    stranger.on('error', () => {});
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await hungUp;
    expect(isI2c(connectUnix(path))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(trace.split('\n').filter((line) => line.includes('front-end 1:'))).toEqual([
      'dtbus: i2c1 front-end 1: connected',
      expect.stringMatching(/^dtbus: i2c1 front-end 1: connection ended: .+/),
    ]);
  });

  it('tells the service manager when it is ready and when it stops', async () => {
    const receiver = spawn(
      'python3',
      [
        '-c',
        `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
for _ in range(2): print(s.recv(100).decode(), flush=True)`,
        join(folder, 'notify'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(receiver);
    let told = '';
    receiver.stdout.on('data', (bytes) => {
      told += bytes;
    });
    const received = once(receiver, 'close');
    await once(receiver.stdout, 'data');
    const env = { NOTIFY_SOCKET: join(folder, 'notify') };
    const { child, ended } = await serve(['--socket-path', join(folder, 's'), '--bus', 'i2c1'], { env });
    child.kill('SIGTERM');
    await received;
    expect(told).toBe('bound\nREADY=1\nSTOPPING=1\n');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it.each([
    [[], { type: 'i2c' }],
    [['--bus', 'spi0', '--socket', '/nowhere/at/all'], { type: 'spi' }],
  ])('prints what it is for management software, whatever else it is told: %j', async (argv, expected) => {
    const { status, stdout } = await run('no-such-board.dts', '--print-capabilities', ...argv);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });
});

describe('serve in this process', () => {
  it('ends with the one that came to it, and tells of a service manager that is not there', async () => {
    const [ours, theirs] = unixSocketPair();
    process.env['NOTIFY_SOCKET'] = join(folder, 'nobody');
    const served = run('dts/demo.dts', '--fd', String(theirs.release()), '--bus', 'i2c1', '--trace');
    // The front-end blocks this thread, which serves: it only comes and goes.
    ours.close();
    const { status, stdout, stderr } = await served;
    delete process.env['NOTIFY_SOCKET'];
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^i2c1 fd \d+\nready\n$/),
    });
    expect(stderr).toContain('the service manager at NOTIFY_SOCKET is not told READY=1: sendto: ENOENT');
  });
});

describe('serve called wrongly', () => {
  it.each([
    [[], 2, 'one of --socket-dir, --socket or --fd is required'],
    [['--fd', 'three'], 2, 'invalid --fd: expected the number of an open descriptor, got three'],
    [
      ['--socket', '/x', '--fd', '3'],
      2,
      "option '--socket <path>' cannot be used with option '--fd <number>'",
    ],
    [
      ['--socket', '/x'],
      1,
      /one socket serves one bus: name it with --bus; the board has: i2c1, i2c2, spi0, spi1/,
    ],
    [['--socket', '/x', '--bus', 'i2c7'], 1, /bus not found: i2c7; the board has: i2c1, i2c2/],
    [['--fd', '1000', '--bus', 'i2c1'], 1, 'ENOTSOCK: descriptor 1000 is not a unix stream socket'],
    [
      ['--socket-dir', '/dev/null/such'],
      1,
      'not found: /dev/null/such: /dev/null is a file and not a folder; name another path',
    ],
    [['--socket', '/no/such/folder/s', '--bus', 'i2c1'], 1, 'bind: ENOENT: /no/such/folder/s'],
  ] as const)('%j ends with %i', async (argv, code, sentence) => {
    const { status, stderr } = await run('dts/demo.dts', ...argv);
    expect(stderr).toMatch(sentence);
    expect(status).toBe(code);
  });
});
