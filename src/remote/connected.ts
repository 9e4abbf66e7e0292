import type { Duplex } from 'node:stream';
import { BusFault } from '../bus/index.ts';

/** How long a connection may take to come about, in ms. */
const CONNECT_LIMIT_MS = 5000;

/** Codes of OpenSSL for a certificate whose authority is not known here. */
const UNKNOWN_AUTHORITY = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/;

interface Connecting extends Duplex {
  setTimeout(ms: number, late?: () => void): unknown;
}

/** Waits for a socket. @throws {BusFault} */
export function connected(socket: Connecting, event: string, name: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_LIMIT_MS, () => socket.destroy(new Error('no answer')));
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(
        new BusFault(error.code === 'EACCES' ? 'EACCES' : 'ENODEV', sentenceOf(error, name), {
          cause: error,
        }),
      );
    socket.once('error', fail);
    socket.once(event, () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function sentenceOf(error: NodeJS.ErrnoException, name: string): string {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')
    return `nothing is shared at ${name}: start dtbus share there`;
  if (error.code === 'EACCES')
    return `no permission to open ${name}: its socket is for the user who shares it`;
  if (!UNKNOWN_AUTHORITY.test(error.code ?? '')) return `cannot connect to ${name}: ${error.message}`;
  // Newer Nodes add a remedy of their own, which is none where the authority is ours.
  const [reason] = error.message.split(';');
  return `cannot connect to ${name}: ${reason}; set DTBUS_TLS_CA to the certificate of its authority`;
}
