import { closeSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  acceptUnix,
  connectUnix,
  createMemfd,
  type FileDescriptor,
  listenUnix,
  unixSocketPair,
} from '../../../../src/os/index.ts';
import { cFunction } from '../../../../src/os/libc.ts';
import { socketAddress } from '../../../../src/os/unix-socket.ts';
import { EventLoop } from '../../../../src/transport/vhost-user/event-loop.ts';
import { NO_PAYLOAD } from '../../../../src/transport/vhost-user/messages/message.ts';
import { MessageSocket } from '../../../../src/transport/vhost-user/messages/message-socket.ts';
import { REQUEST } from '../../../../src/transport/vhost-user/messages/protocol.ts';
import { BackEndServer } from '../../../../src/transport/vhost-user/server/server.ts';
import { HoldingDevice, leaks } from '../harness.ts';

let before: string[];
let folder: string;
let loop: EventLoop;
let server: BackEndServer;
const events: string[] = [];

beforeEach(() => {
  before = leaks();
  folder = mkdtempSync(join(tmpdir(), 'dtbus-server-'));
  loop = new EventLoop();
  events.length = 0;
  server = new BackEndServer(loop, {
    createDevice: ({ number }) => new HoldingDevice(number),
    trace: (sentence, connection) => events.push(`${connection?.number ?? '-'}: ${sentence}`),
    onDisconnect: ({ number }, device, reason) =>
      events.push(`${number} gone with ${device.queueCount}: ${reason}`),
  });
});
afterEach(async () => {
  server.close();
  await loop.close();
  rmSync(folder, { recursive: true });
  expect(leaks()).toEqual(before);
});

const path = (): string => join(folder, 'i2c1.sock');

function queueCount(client: MessageSocket): number | undefined {
  client.send(REQUEST.GET_QUEUE_NUM, 0, NO_PAYLOAD);
  loop.poll();
  const answer = client.receive();
  return answer === undefined || answer === 'ended' ? undefined : answer.payload.getUint32(0, true);
}

describe('a server at a socket', () => {
  it('is for its owner only, and takes its socket away at the end', () => {
    server.listen(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    server.close();
    expect(existsSync(path())).toBe(false);
  });

  it('gives each front-end a device of its own', () => {
    server.listen(path());
    const clients = [1, 2, 3].map(() => new MessageSocket(connectUnix(path())));
    loop.poll();
    expect(server.connections).toBe(3);
    expect(clients.map(queueCount)).toEqual([1, 2, 3]);
    clients[1]?.close();
    loop.poll();
    expect(server.connections).toBe(2);
    expect(queueCount(clients[2] as MessageSocket)).toBe(3);
    expect(events).toEqual([
      '1: connected',
      '2: connected',
      '3: connected',
      '2: connection ended: the front-end closed the connection',
      '2 gone with 2: the front-end closed the connection',
    ]);
    for (const client of clients) client.close();
  });

  it('ends its connections when it ends', () => {
    server.listen(path());
    const client = new MessageSocket(connectUnix(path()));
    loop.poll();
    server.close();
    expect(client.receive()).toBe('ended');
    expect(events.at(-1)).toBe('1 gone with 1: the server is closing');
    client.close();
  });

  it('takes the place of a server that died and left its socket', () => {
    listenUnix(path()).close(); // the name stays
    server.listen(path());
    const client = new MessageSocket(connectUnix(path()));
    loop.poll();
    expect(queueCount(client)).toBe(1);
    client.close();
  });

  it('does not take the place of one that lives, nor of anything else', () => {
    const living = listenUnix(path());
    expect(() => server.listen(path())).toThrow(/EADDRINUSE: another server is listening at .*i2c1\.sock/);
    living.close();
    rmSync(path());
    writeFileSync(path(), 'precious');
    expect(() => server.listen(path())).toThrow(/bind: EADDRINUSE/);
    expect(existsSync(path())).toBe(true);
    expect(() => server.listen(join(folder, 'no', 'such', 'folder'))).toThrow(/ENOENT/);
  });

  it('serves an inherited descriptor: one that listens, or one that is connected', () => {
    server.adopt(listenUnix(path()));
    const client = new MessageSocket(connectUnix(path()));
    loop.poll();
    expect(queueCount(client)).toBe(1);
    const [ours, theirs] = unixSocketPair();
    server.adopt(theirs);
    const second = new MessageSocket(ours);
    expect(queueCount(second)).toBe(2);
    const file = createMemfd('no-socket', 1);
    expect(() => server.adopt(file)).toThrow(/ENOTSOCK: descriptor \d+ is not a unix stream socket/);
    for (const each of [client, second, file]) each.close();
  });

  it('closes a connection that no device can be made for', () => {
    const poor = new BackEndServer(loop, {
      createDevice: () => {
        throw new Error('no such bus');
      },
    });
    const [ours, theirs] = unixSocketPair();
    expect(() => poor.serve(theirs)).toThrow('no such bus');
    expect(new MessageSocket(ours).receive()).toBe('ended');
    ours.close();
  });

  it('serves a front-end that listens itself', async () => {
    const listener = listenUnix(path());
    await server.connect(path());
    const client = new MessageSocket(acceptUnix(listener.fd) as FileDescriptor);
    expect(queueCount(client)).toBe(1);
    client.close();
    listener.close();
  });

  it('survives a client that comes and goes before it is looked at', async () => {
    server.listen(path());
    await new Promise<void>((resolve) => {
      const client = createConnection(path(), () => client.destroy());
      client.once('close', () => resolve());
    });
    loop.poll();
    loop.poll();
    expect(server.connections).toBe(0);
    expect(events.at(-1)).toMatch(/1 gone/);
  });
});

describe('the file of a socket', () => {
  it('is removed by the server that made it, not by one whose place was taken', async () => {
    const other = new BackEndServer(loop, { createDevice: () => new HoldingDevice() });
    server.listen(path());
    rmSync(path());
    other.listen(path());
    server.close();
    expect(existsSync(path())).toBe(true);
    other.close();
    expect(existsSync(path())).toBe(false);
  });

  it('is not stale while its server accepts nobody: finding that out does not hang', () => {
    const listener = listenUnix(path());
    const waiting: FileDescriptor[] = [];
    const fill = () => {
      for (let i = 0; i < 100; i++) waiting.push(connectUnix(path(), 0));
    };
    expect(fill).toThrow(/^connect: ETIMEDOUT: .*i2c1.sock: the server does not accept connections$/);
    expect(() => server.listen(path())).toThrow(
      /^bind: EADDRINUSE: another server is listening at .*i2c1\.sock$/,
    );
    expect(() => connectUnix(path(), 20)).toThrow(/ETIMEDOUT/);
    for (const socket of [...waiting, listener]) socket.close();
  });

  it('is not stale when its program has bound it and not listened at it yet', () => {
    const address = socketAddress('bind', path());
    const fd = cFunction('int socket(int domain, int type, int protocol)')(1, 1, 0);
    expect(
      cFunction('int bind(int fd, const void *address, unsigned int length)')(fd, address, address.length),
    ).toBe(0);
    expect(() => server.listen(path())).toThrow(/EADDRINUSE/);
    expect(existsSync(path())).toBe(true);
    closeSync(fd);
    server.listen(path()); // now it is
  });
});

describe('a server that may not open more files', () => {
  it('tries again a little later, and says so once', () => {
    vi.useFakeTimers();
    server.listen(path());
    const clients = [connectUnix(path()), connectUnix(path())];
    const limit = fileLimit();
    fileLimit(0);
    for (let i = 0; i < 100; i++) {
      loop.poll();
      vi.advanceTimersByTime(100);
    }
    fileLimit(limit);
    expect(events).toEqual(['-: cannot accept a connection: accept4: EMFILE']);
    vi.advanceTimersByTime(100);
    loop.poll();
    expect(server.connections).toBe(2);
    vi.useRealTimers();
    for (const client of clients) client.close();
  });
});

/** How many files this process may have open; sets it to `count`. */
function fileLimit(count?: number): number {
  const NOFILE = 7;
  const pair = Buffer.alloc(16);
  cFunction('int getrlimit(int resource, void *limit)')(NOFILE, pair);
  const before = pair.readUInt32LE(0);
  if (count !== undefined) {
    pair.writeBigUInt64LE(BigInt(count), 0);
    cFunction('int setrlimit(int resource, const void *limit)')(NOFILE, pair);
  }
  return before;
}
