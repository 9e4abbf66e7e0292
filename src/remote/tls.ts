import type { Duplex } from 'node:stream';
import { connect, createSecureContext } from 'node:tls';
import { BusFault } from '../bus/index.ts';
import { bytesAt, type FileTrouble } from '../input/index.ts';
import { connected } from './connected.ts';

/** Files of TLS by the variables that name them: neither a tree nor a command line has them. */
const FILES = { ca: 'DTBUS_TLS_CA', cert: 'DTBUS_TLS_CERT', key: 'DTBUS_TLS_KEY' } as const;

/** What TLS needs of files. @throws {BusFault} `EACCES` one cannot be read */
export function tlsFiles(env: NodeJS.ProcessEnv = process.env): Partial<Record<keyof typeof FILES, string>> {
  const files: Partial<Record<keyof typeof FILES, string>> = {};
  for (const [what, variable] of Object.entries(FILES)) {
    const path = env[variable];
    if (!path) continue;
    const unread = ({ sentence }: FileTrouble, cause: unknown) =>
      new BusFault('EACCES', `cannot read ${variable}: ${sentence}`, { cause });
    files[what as keyof typeof FILES] = bytesAt(path, unread).toString();
  }
  check(files);
  return files;
}

/** Refuses files that TLS cannot use, in words. @throws {BusFault} `EACCES` */
function check(files: Partial<Record<keyof typeof FILES, string>>): void {
  for (const [what, text] of Object.entries(files))
    if (!/-----BEGIN [A-Z ]+-----/.test(text))
      throw new BusFault('EACCES', `invalid ${FILES[what as keyof typeof FILES]}: expected a file in PEM`);
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new BusFault('EACCES', `${FILES.cert} and ${FILES.key} belong together: set both`);
  if (Object.keys(files).length === 0) return;
  try {
    createSecureContext(files);
  } catch (error) {
    const { message } = error as Error;
    const why = /key values mismatch/.test(message)
      ? `${FILES.key} is of another certificate than ${FILES.cert}`
      : `cannot use ${Object.keys(files)
          .map((what) => FILES[what as keyof typeof FILES])
          .join(', ')}: ${message}`;
    throw new BusFault('EACCES', why, { cause: error });
  }
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
