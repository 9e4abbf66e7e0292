import type { Duplex } from 'node:stream';
import { BusFault } from '../../src/bus/index.ts';
import type { ByteLink, LinkEvents, LinkOpener } from './byte-link.ts';

/** `host:port`, the host in brackets where it is an IPv6 address. */
const ADDRESS = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** How long a connection may take to come about. */
const CONNECT_LIMIT_MS = 3000;

/** How long closing waits for a peer that does not take what was written. */
const CLOSE_LIMIT_MS = 200;

/** Any stream of bytes both ways. `open` makes a new one each time. */
export function streamLink(name: string, open: () => Duplex | Promise<Duplex>): LinkOpener {
  return async (events) => linkOver(name, await open(), events);
}

/** A TCP connection to `host:port`. @throws {RangeError} when `address` has another form. */
export function tcpLink(address: string): LinkOpener {
  const parts = ADDRESS.exec(address);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host === undefined || port > 0xffff) throw new RangeError(`"${address}" is not of the form host:port`);
  return async (events) => {
    const { createConnection } = await import('node:net');
    const socket = createConnection({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(CONNECT_LIMIT_MS, () => socket.destroy(new Error('no answer')));
      socket.once('connect', resolve);
      socket.once('error', (error) => {
        reject(
          new BusFault('ENODEV', `cannot connect to tcp:${address}: ${error.message}`, { cause: error }),
        );
      });
    });
    socket.setTimeout(0);
    return linkOver(`tcp:${address}`, socket, events);
  };
}

function linkOver(name: string, stream: Duplex, events: LinkEvents): ByteLink {
  let open = true;
  const lose = (reason: string): void => {
    if (!open) return;
    open = false;
    events.lost(reason);
  };
  stream.on('data', (bytes: Uint8Array) => {
    if (open) events.data(bytes);
  });
  stream.on('error', (error: Error) => lose(error.message));
  stream.on('end', () => lose('the other end closed the connection'));
  stream.on('close', () => lose('the connection is closed'));
  return {
    name,
    write: (bytes) => {
      if (open) stream.write(bytes);
    },
    close: async () => {
      open = false;
      if (stream.destroyed) return;
      await new Promise<void>((resolve) => {
        const limit = setTimeout(() => stream.destroy(), CLOSE_LIMIT_MS);
        stream.once('close', () => {
          clearTimeout(limit);
          resolve();
        });
        // A peer that does not close its half must not keep ours.
        stream.once('finish', () => stream.destroy());
        stream.end();
      });
    },
  };
}
