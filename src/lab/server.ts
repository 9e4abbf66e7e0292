import type { NatsConnection } from '@nats-io/transport-node';
import { BusFault } from '../bus/index.ts';
import { bytesAt } from '../input/index.ts';
import type { NatsServer, TlsFiles } from './nats-server.ts';

/** The library, and a connection by it. */
export type Nats = typeof import('@nats-io/transport-node');

/** A file and a word that say who connects, by the variables that hold them: neither a tree nor a command line has them. */
export const CREDENTIALS = 'DTBUS_NATS_CREDS';
export const TOKEN = 'DTBUS_NATS_TOKEN';
const CONNECT_LIMIT_MS = 5000;

/** Loads the library, which is there where somebody installed it. @throws {BusFault} `ENODEV` */
export async function loadNats(): Promise<Nats> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    throw new BusFault('ENODEV', 'NATS needs a package: run npm install @nats-io/transport-node@3.3.1', {
      cause: error,
    });
  }
}

/**
 * Connects to a server; one on another machine by TLS alone.
 * @param stays looks for a server that was lost until it is back
 * @throws {BusFault} `ENODEV` not there, `EACCES` it does not let this user in
 */
export async function connectTo(
  nats: Nats,
  { host, port, isLocal, tls }: NatsServer,
  stays: boolean,
  env: NodeJS.ProcessEnv = process.env,
): Promise<NatsConnection> {
  const shown = `nats://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = credentialsOf(env);
  if (credentials !== undefined) checkCredentials(nats, credentials, env[CREDENTIALS] as string);
  const token = env[TOKEN];
  try {
    return await nats.connect({
      servers: [shown.slice('nats://'.length)],
      name: 'dtbus',
      timeout: CONNECT_LIMIT_MS,
      reconnect: stays,
      maxReconnectAttempts: -1,
      ignoreClusterUpdates: true,
      ...(token && { token }),
      // Credentials run out, and are renewed in their file.
      ignoreAuthErrorAbort: stays,
      ...(credentials !== undefined && { authenticator: nats.credsAuthenticator(() => renewed(env)) }),
      ...((!isLocal || Object.keys(tls).length > 0) && { tls: tlsOptions(host, tls) }),
    });
  } catch (error) {
    throw connectFault(error as Error, shown);
  }
}

/** The library names no host where it is an address, and the certificate would be compared with `localhost`. */
const tlsOptions = (host: string, tls: TlsFiles): TlsFiles & { readonly host: string } => ({ ...tls, host });

/** @throws {BusFault} `EACCES` the file cannot be read */
function credentialsOf(env: NodeJS.ProcessEnv): Uint8Array | undefined {
  const path = env[CREDENTIALS];
  if (!path) return undefined;
  return bytesAt(
    path,
    ({ sentence }, cause) => new BusFault('EACCES', `cannot read ${CREDENTIALS}: ${sentence}`, { cause }),
  );
}

/** The library says of what it cannot use only that, and when it has a connection. @throws {BusFault} `EACCES` */
function checkCredentials(nats: Nats, credentials: Uint8Array, path: string): void {
  try {
    nats.credsAuthenticator(credentials)('nonce');
  } catch (cause) {
    const expected = 'expected a file with the JWT and the seed of a user, as nsc makes it';
    throw new BusFault('EACCES', `invalid ${CREDENTIALS}: ${expected}, got ${path}`, { cause });
  }
}

/** What the file has now; nothing, where it cannot be read at the moment: then the server refuses it, and is asked again. */
function renewed(env: NodeJS.ProcessEnv): Uint8Array {
  try {
    return credentialsOf(env) ?? new Uint8Array(0);
  } catch {
    return new Uint8Array(0);
  }
}

function connectFault(error: Error, shown: string): BusFault {
  const why = error.message;
  if (/authori[sz]ation|authentication/i.test(`${error.name} ${why}`))
    return new BusFault('EACCES', `${shown} refuses this user (${why}): set ${CREDENTIALS} or ${TOKEN}`, {
      cause: error,
    });
  return new BusFault('ENODEV', `cannot connect to ${shown}: ${why}`, { cause: error });
}
