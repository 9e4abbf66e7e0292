import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { streamLink, tcpLink } from '../../../hosts/link/index.ts';
import { faultOf } from '../controller-suite.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(serve: (socket: Socket) => void): Promise<string> {
  const server = createServer(serve);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const deaf = { data() {}, lost() {} };

describe('a port on another machine, tcp:host:port', () => {
  it('carries bytes both ways', async () => {
    const address = await listening((socket) => socket.pipe(socket));
    let hear: ((text: string) => void) | undefined;
    const heard = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const link = await tcpLink(address)({
      data: (bytes) => hear?.(Buffer.from(bytes).toString()),
      lost() {},
    });
    link.write(Buffer.from('echo'));
    expect(await heard).toBe('echo');
    expect(link.name).toBe(`tcp:${address}`);
    await link.close();
    await link.close();
  });

  it('is lost when the other end hangs up', async () => {
    const address = await listening((socket) => socket.end());
    const reasons: string[] = [];
    await new Promise<void>((resolve) => {
      void tcpLink(address)({
        data() {},
        lost: (reason) => {
          reasons.push(reason);
          resolve();
        },
      });
    });
    expect(reasons).toHaveLength(1);
  });

  it('where nobody listens is ENODEV', async () => {
    const address = await listening(() => {});
    servers.pop()?.close();
    expect(await faultOf(() => tcpLink(address)(deaf))).toBe('ENODEV');
  });

  it.each(['localhost', 'localhost:', ':1', 'host:99999', 'a:b:1', ''])('is not %j', (address) => {
    expect(() => tcpLink(address)).toThrow(RangeError);
  });

  it('may be an IPv6 address in brackets', () => {
    expect(tcpLink('[::1]:4444')).toBeTypeOf('function');
  });
});

describe('any stream', () => {
  it('tells of its error, once', async () => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(new Error('cut')) });
    const reasons: string[] = [];
    const link = await streamLink(
      'a pipe',
      () => stream,
    )({
      data() {},
      lost: (reason) => reasons.push(reason),
    });
    link.write(Uint8Array.of(1));
    await new Promise((resolve) => stream.once('close', resolve));
    expect(reasons).toEqual(['cut']);
    await link.close();
  });

  it('is closed although its reader is stuck', async () => {
    const stream = new Duplex({ read() {}, write() {} });
    const link = await streamLink('a pipe', () => stream)(deaf);
    link.write(Uint8Array.of(1));
    await link.close();
    expect(stream.destroyed).toBe(true);
  });
});
