import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createAccount, createOperator, createUser, type KeyPair } from '@nats-io/nkeys';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { HAS_SERVER, SERVER } from './nats-server.ts';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

const folder = testFolder();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const ownEnv = (env: NodeJS.ProcessEnv) => ({
  ...process.env,
  XDG_RUNTIME_DIR: folder.path(''),
  XDG_STATE_HOME: folder.path('state'),
  ...env,
});

async function start(what: RegExp, env: NodeJS.ProcessEnv, file: string, ...words: readonly string[]) {
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], env: ownEnv(env) });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const heard = async (text: RegExp) => {
    await vi.waitFor(() => expect(said).toMatch(text), 60_000);
    return text.exec(said) as RegExpExecArray;
  };
  await heard(what);
  return { heard };
}

/** @param at -1: any that is free @returns its port */
async function server(config: string, at = -1) {
  const file = folder.write('server.conf', `listen: "127.0.0.1:${at}"\n${config}`);
  const { heard } = await start(/Server is ready/, {}, SERVER, '-c', file);
  return Number((await heard(/client connections on 127\.0\.0\.1:(\d+)/))[1]);
}

const share = (url: string, env: NodeJS.ProcessEnv) =>
  start(
    /^ready$/m,
    env,
    process.execPath,
    'bin/dtbus.js',
    'share',
    folder.write(
      'bench.dts',
      `/dts-v1/; / { aliases { i2c1 = &bench; };
  bench: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; };`,
    ),
    '--socket',
    folder.path('bench.sock'),
    '--nats',
    url,
  );

function boardsOn(url: string, env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bin/dtbus.js', 'lab', 'ls', `remote:${url}`],
    { encoding: 'utf8', env: ownEnv(env) },
  );
  return { status, said: stdout + stderr };
}

const SHARED = { status: 0, said: expect.stringMatching(/^bench {2}.*: i2c-1\n$/) };

describe.skipIf(!HAS_SERVER)(`who may use a NATS server (skipped where ${SERVER} is not installed)`, () => {
  it.skipIf(!HAS_OPENSSL)('by TLS: a certificate of the authority that DTBUS_TLS_CA names', async () => {
    const [key, cert] = [folder.path('key.pem'), folder.path('cert.pem')];
    const made = spawnSync('openssl', [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=lab', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ]);
    expect(made.status).toBe(0);
    const port = await server(
      `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${cert}", verify: true }`,
    );
    const url = `nats://127.0.0.1:${port}`;
    const tls = { DTBUS_TLS_CA: cert, DTBUS_TLS_CERT: cert, DTBUS_TLS_KEY: key };
    await share(url, tls);
    expect(boardsOn(url, tls)).toEqual(SHARED);
    expect(boardsOn(url, {})).toEqual({
      status: 1,
      said: expect.stringMatching(/^dtbus: ENODEV: cannot connect to nats:\/\/127\.0\.0\.1:\d+: .+\n$/),
    });
    expect(boardsOn(url, { ...tls, DTBUS_TLS_CA: folder.path('none.pem') })).toEqual({
      status: 1,
      said: expect.stringMatching(/^dtbus: EACCES: cannot read DTBUS_TLS_CA: not found: .*none\.pem\n$/),
    });
  });

  it('by a file of credentials that DTBUS_NATS_CREDS names', async () => {
    const { config, credentials } = users();
    const port = await server(config);
    const creds = folder.write('user.creds', credentials);
    const url = `nats://127.0.0.1:${port}`;
    await share(url, { DTBUS_NATS_CREDS: creds });
    expect(boardsOn(url, { DTBUS_NATS_CREDS: creds })).toEqual(SHARED);
    expect(boardsOn(url, {})).toEqual({
      status: 1,
      said: expect.stringMatching(
        /^dtbus: EACCES: nats:.* refuses this user .*: set DTBUS_NATS_CREDS or DTBUS_NATS_TOKEN\n$/,
      ),
    });
    expect(boardsOn(url, { DTBUS_NATS_CREDS: folder.path('none.creds') })).toEqual({
      status: 1,
      said: expect.stringMatching(
        /^dtbus: EACCES: cannot read DTBUS_NATS_CREDS: not found: .*none\.creds\n$/,
      ),
    });
    const cut = credentials.slice(0, credentials.indexOf('SEED'));
    for (const text of ['', 'no credentials', cut, credentials.replace(/\nSU.*\n/, '\nSUABC\n')])
      expect(boardsOn(url, { DTBUS_NATS_CREDS: folder.write('bad.creds', text) })).toEqual({
        status: 1,
        said: expect.stringMatching(
          /^dtbus: EACCES: invalid DTBUS_NATS_CREDS: expected a file with the JWT and the seed of a user, as nsc makes it, got .*bad\.creds\n$/,
        ),
      });
  });

  it('by credentials that are renewed in their file: a host whose own were not taken any more comes back', async () => {
    const before = users();
    const port = await server(before.config);
    const creds = folder.write('host.creds', before.credentials);
    const url = `nats://127.0.0.1:${port}`;
    const { heard } = await share(url, { DTBUS_NATS_CREDS: creds });
    children[0]?.kill('SIGKILL');
    await heard(/the NATS server was lost/);
    const after = users();
    await server(after.config, port);
    await heard(/the NATS server refuses this host \(.+\): renew DTBUS_NATS_CREDS or DTBUS_NATS_TOKEN\n/);
    expect(boardsOn(url, { DTBUS_NATS_CREDS: creds }).said).toMatch(/refuses this user/);
    folder.write('host.creds', after.credentials);
    await heard(/the NATS server is back\n/);
    expect(boardsOn(url, { DTBUS_NATS_CREDS: creds })).toEqual(SHARED);
  });
});

/** A server's configuration with one account, and the credentials of a user of that. */
function users() {
  const [operator, account, user] = [createOperator(), createAccount(), createUser()];
  const limits = {
    ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1 },
    ...{ wildcards: true, conn: -1, leaf: -1 },
  };
  const accountToken = token(operator, account, { type: 'account', limits });
  const anything = { pub: {}, sub: {}, subs: -1, data: -1, payload: -1 };
  return {
    config: `operator: ${token(operator, operator, { type: 'operator' })}
resolver: MEMORY
resolver_preload { ${account.getPublicKey()}: ${accountToken} }`,
    credentials: `-----BEGIN NATS USER JWT-----
${token(account, user, { type: 'user', ...anything })}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${Buffer.from(user.getSeed()).toString()}
------END USER NKEY SEED------
`,
  };
}

/** A token as the server's own tools sign it: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function token(signer: KeyPair, subject: KeyPair, nats: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [iss, sub] = [signer.getPublicKey(), subject.getPublicKey()];
  const claims = {
    jti: sub,
    iat: Math.floor(Date.now() / 1000),
    iss,
    sub,
    name: 'lab',
    nats: { ...nats, version: 2 },
  };
  const signed = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`;
}
