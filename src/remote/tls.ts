import { createPrivateKey, X509Certificate } from 'node:crypto';
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

const NO_PEM = 'expected a file in PEM';
const DAMAGED = 'it is cut off or damaged; copy it again';
const CERTIFICATES = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*(?:-----END [A-Z0-9 ]+-----)?/g;

/** @returns the kind of the first thing in a file in PEM, in lower case; undefined: it is none */
function kindOf(text: string): string | undefined {
  return /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]?.toLowerCase();
}

function troubleOfCertificates(text: string): string | undefined {
  const kind = kindOf(text);
  if (kind === undefined) return NO_PEM;
  const certificates = text.match(CERTIFICATES);
  if (certificates === null) return `expected a certificate in PEM, got: ${kind}`;
  try {
    // Node reads those with trust settings nowhere but in TLS.
    for (const each of certificates) if (!each.includes('BEGIN TRUSTED')) new X509Certificate(each);
    return undefined;
  } catch {
    return DAMAGED;
  }
}

function troubleOfKey(text: string): string | undefined {
  const kind = kindOf(text);
  if (kind === undefined) return NO_PEM;
  if (!/BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return `expected a private key in PEM, got: ${kind}`;
  if (/BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
    return 'the key has a passphrase; make one without: openssl pkey -in KEY -out NEW';
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return DAMAGED;
  }
}

/** Refuses files that TLS cannot use, in words. @throws {BusFault} `EACCES` */
function check(files: Partial<Record<keyof typeof FILES, string>>): void {
  for (const [what, text] of Object.entries(files)) {
    const trouble = what === 'key' ? troubleOfKey(text) : troubleOfCertificates(text);
    if (trouble !== undefined)
      throw new BusFault('EACCES', `invalid ${FILES[what as keyof typeof FILES]}: ${trouble}`);
  }
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
