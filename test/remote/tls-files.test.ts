import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BusFault } from '../../src/bus/index.ts';
import { tlsFiles } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';

const folder = testFolder();
const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

/** @returns a certificate and its key */
function made(name: string) {
  const [key, cert] = [folder.path(`${name}-key.pem`), folder.path(`${name}-cert.pem`)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const words = ['req', '-x509', ...kind, '-keyout', key, '-out', cert, '-subj', `/CN=${name}`];
  expect(spawnSync('openssl', words).status).toBe(0);
  return { key, cert };
}

const faultOf = (env: NodeJS.ProcessEnv) => {
  try {
    tlsFiles(env);
  } catch (error) {
    if (error instanceof BusFault) return error.message;
    throw error;
  }
  return undefined;
};

describe('files of TLS', () => {
  it.skipIf(!HAS_OPENSSL)('are what their variables say (skipped where openssl is not installed)', () => {
    const { key, cert } = made('kind');
    for (const variable of ['DTBUS_TLS_CERT', 'DTBUS_TLS_CA'])
      expect(faultOf({ [variable]: key })).toBe(
        `EACCES: invalid ${variable}: expected a certificate in PEM, got: private key`,
      );
    expect(faultOf({ DTBUS_TLS_KEY: cert })).toBe(
      'EACCES: invalid DTBUS_TLS_KEY: expected a private key in PEM, got: certificate',
    );
    const locked = folder.path('locked.pem');
    for (const words of [
      ['pkcs8', '-topk8', '-passout'],
      ['ec', '-aes256', '-passout'],
    ]) {
      const [tool = '', ...rest] = words;
      expect(spawnSync('openssl', [tool, '-in', key, '-out', locked, ...rest, 'pass:x']).status).toBe(0);
      expect(faultOf({ DTBUS_TLS_CERT: cert, DTBUS_TLS_KEY: locked })).toBe(
        'EACCES: invalid DTBUS_TLS_KEY: the key has a passphrase; make one without: openssl pkey -in KEY -out NEW',
      );
    }
  });

  it('are files in PEM', () => {
    const wrong = folder.write('board.dts', '/dts-v1/; / { };');
    for (const variable of ['DTBUS_TLS_CA', 'DTBUS_TLS_CERT', 'DTBUS_TLS_KEY'])
      expect(faultOf({ [variable]: wrong })).toBe(`EACCES: invalid ${variable}: expected a file in PEM`);
  });

  it.skipIf(!HAS_OPENSSL)('belong together (skipped where openssl is not installed)', () => {
    const [mine, other] = [made('mine'), made('other')];
    expect(faultOf({ DTBUS_TLS_CERT: mine.cert })).toBe(
      'EACCES: DTBUS_TLS_CERT and DTBUS_TLS_KEY belong together: set both',
    );
    expect(faultOf({ DTBUS_TLS_CERT: mine.cert, DTBUS_TLS_KEY: other.key })).toBe(
      'EACCES: DTBUS_TLS_KEY is of another certificate than DTBUS_TLS_CERT',
    );
    const broken = folder.write(
      'broken.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    );
    const damaged = 'it is cut off or damaged; copy it again';
    expect(faultOf({ DTBUS_TLS_CERT: broken, DTBUS_TLS_KEY: mine.key })).toBe(
      `EACCES: invalid DTBUS_TLS_CERT: ${damaged}`,
    );
    for (const [variable, file] of [
      ['DTBUS_TLS_CERT', mine.cert],
      ['DTBUS_TLS_CA', mine.cert],
      ['DTBUS_TLS_KEY', mine.key],
    ] as const) {
      const cut = folder.write('cut.pem', readFileSync(file).subarray(0, 100));
      expect(faultOf({ [variable]: cut })).toBe(`EACCES: invalid ${variable}: ${damaged}`);
    }
    const two = folder.write(
      'two.pem',
      Buffer.concat([folder.read('mine-cert.pem'), folder.read('other-cert.pem')]),
    );
    expect(faultOf({ DTBUS_TLS_CA: two })).toBe(undefined);
    expect(faultOf({ DTBUS_TLS_CERT: mine.cert, DTBUS_TLS_KEY: mine.key, DTBUS_TLS_CA: other.cert })).toBe(
      undefined,
    );
  });
});
