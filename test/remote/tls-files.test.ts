import { spawnSync } from 'node:child_process';
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
    expect(faultOf({ DTBUS_TLS_CERT: broken, DTBUS_TLS_KEY: mine.key })).toMatch(
      /^EACCES: cannot use DTBUS_TLS_CERT, DTBUS_TLS_KEY: ./,
    );
    expect(faultOf({ DTBUS_TLS_CERT: mine.cert, DTBUS_TLS_KEY: mine.key, DTBUS_TLS_CA: other.cert })).toBe(
      undefined,
    );
  });
});
