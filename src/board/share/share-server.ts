import { chmodSync, lstatSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname, resolve as fullPath } from 'node:path';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import type { MaybePromise } from '../../bus/index.ts';
import { isLoopback } from '../../remote/index.ts';
import { BoardError } from '../board-error.ts';
import { SOCKET_PATH_MAX } from '../control/place.ts';

/** How long a user may take to begin TLS, in ms. */
const HANDSHAKE_MS = 5000;

/** What listens at a share's place, and ends it. */
export interface ShareListener {
  /** For people, and for who connects. */
  readonly where: string;
  close(): MaybePromise<void>;
}

/** Serves a Unix socket that this user alone may open. @throws {BoardError} the place is taken, or no place for it */
export async function listenUnix(path: string, serve: (stream: Duplex) => void): Promise<ShareListener> {
  checkPlace(path);
  await clear(path);
  const server = createServer(serve);
  const mask = process.umask(0o177);
  try {
    await listening(server, () => server.listen(path), path);
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  const close = (): void => {
    process.off('exit', close);
    server.close();
    rmSync(path, { force: true });
  };
  process.once('exit', close);
  return { where: path, close };
}

/** Refuses a place where others could put a socket of their own, and one that no socket can have. @throws {BoardError} */
function checkPlace(path: string): void {
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX)
    throw new BoardError(
      `too long a path: ${path}; a socket's path takes ${SOCKET_PATH_MAX} bytes: name a shorter one`,
    );
  const folder = dirname(fullPath(path));
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) throw new BoardError(`not found: folder ${folder}; make it, or name another path`);
  if (!stats.isDirectory()) throw new BoardError(`${folder} is a file and not a folder; name another path`);
  const own = process.geteuid?.();
  if (own === undefined) return;
  if (stats.uid !== own && stats.uid !== 0)
    throw new BoardError(`${folder} belongs to another user: name another path`);
  // In a folder as /tmp is nobody takes away what is another's.
  const isSticky = (stats.mode & 0o1000) !== 0;
  if ((stats.mode & 0o022) !== 0 && !isSticky)
    throw new BoardError(
      `other users may write to ${folder}: run chmod go-w ${folder}, or name another path`,
    );
}

/** Takes away a socket that a process left which was killed. @throws {BoardError} it is in use, or no socket */
async function clear(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new BoardError(
      `invalid socket ${path}: expected none or a socket, got another file; name another path`,
    );
  if (await isAlive(path))
    throw new BoardError(`${path} is in use: another dtbus share serves it; end it, or use --socket`);
  rmSync(path, { force: true });
}

export function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const tell = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', tell(true));
    socket.once('error', tell(false));
  });
}

function listening(server: Server, listen: () => void, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new BoardError(`cannot listen at ${where}: ${error.message}`)));
    server.once('listening', resolve);
    listen();
  });
}

/** How a port is guarded. */
export interface PortGuard {
  /** Files of TLS: without `cert` and `key` the port is plain. With `ca` users have to show a certificate by it. */
  readonly tls: SecureContextOptions;
  /** Users have to know it, where it is not empty. */
  readonly token: string;
}

/** Refuses a port that strangers could use. @throws {BoardError} with what to set */
export function checkGuard(host: string, { tls, token }: PortGuard): void {
  const hasTls = tls.cert !== undefined && tls.key !== undefined;
  if (!hasTls && !isLoopback(host))
    throw new BoardError(
      `${host} is reached by other machines, which needs TLS: set DTBUS_TLS_CERT and DTBUS_TLS_KEY to files, or use --listen 127.0.0.1:PORT, or ssh`,
    );
  if (token === '' && !(hasTls && tls.ca !== undefined))
    throw new BoardError(
      'who may connect is not said: set DTBUS_TOKEN here and for users, or DTBUS_TLS_CA to the authority of their certificates',
    );
}

/** Serves a port. @throws {BoardError} it is taken, or not guarded */
export async function listenPort(
  host: string,
  port: number,
  guard: PortGuard,
  serve: (stream: Duplex) => void,
): Promise<ShareListener> {
  checkGuard(host, guard);
  const { tls } = guard;
  const way = tls.cert === undefined ? 'tcp' : 'tls';
  const withUser = (stream: Socket): void => {
    stream.setNoDelay(true);
    serve(stream);
  };
  const server =
    way === 'tcp'
      ? createServer(withUser)
      : (await import('node:tls')).createServer(
          {
            ...tls,
            requestCert: tls.ca !== undefined,
            rejectUnauthorized: tls.ca !== undefined,
            minVersion: 'TLSv1.2',
            handshakeTimeout: HANDSHAKE_MS,
          },
          withUser,
        );
  // A stranger who cannot speak TLS costs nobody anything.
  server.on('tlsClientError', () => {});
  await listening(server, () => server.listen(port, host), `${host}:${port}`);
  const { port: bound } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { where: `${way}://${shown}:${bound}`, close: () => void server.close() };
}
