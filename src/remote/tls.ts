import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { BusFault } from '../bus/index.ts';
import { connected } from './connected.ts';

/** Files of TLS by the variables that name them: neither a tree nor a command line has them. */
const FILES = { ca: 'DTBUS_TLS_CA', cert: 'DTBUS_TLS_CERT', key: 'DTBUS_TLS_KEY' } as const;

/** What TLS needs of files. @throws {BusFault} `EACCES` one cannot be read */
export function tlsFiles(env: NodeJS.ProcessEnv = process.env): Partial<Record<keyof typeof FILES, string>> {
  const files: Partial<Record<keyof typeof FILES, string>> = {};
  for (const [what, variable] of Object.entries(FILES)) {
    const path = env[variable];
    if (!path) continue;
    try {
      files[what as keyof typeof FILES] = readFileSync(path, 'utf8');
    } catch (error) {
      throw new BusFault('EACCES', `cannot read ${variable}: ${(error as Error).message}`, { cause: error });
    }
  }
  return files;
}

/** A stream with TLS. The host shows a certificate for its name, by the authorities of this machine or DTBUS_TLS_CA. @throws {BusFault} */
export function tlsStream(host: string, port: number, name: string): Promise<Duplex> {
  const isName = !/^[\d.]+$|:/.test(host);
  const socket = connect({
    host,
    port,
    ...tlsFiles(),
    ...(isName && { servername: host }),
    minVersion: 'TLSv1.2',
  });
  socket.setNoDelay(true);
  return connected(socket, 'secureConnect', name);
}
