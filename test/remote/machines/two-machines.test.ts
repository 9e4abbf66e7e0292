import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../../cli/folder.ts';
import { type Seen, wrongIn } from '../history.ts';
import { ADDRESS, DTBUS, twoMachines } from './machines.ts';
import { BENCH, usedFromB } from './used.ts';

const NATS = process.env['DTBUS_NATS_SERVER'] || 'nats-server';

const folder = testFolder();
const machines = twoMachines('dtb', folder);
const { A, B, refusal, start, node, setCable } = machines;

function certificate(): boolean {
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=bench';
  const more = ['-addext', `subjectAltName=IP:${ADDRESS}`];
  return spawnSync('openssl', [...words.split(' '), ...more], { cwd: folder.path('') }).status === 0;
}

describe.skipIf(refusal !== undefined)('two machines', () => {
  beforeAll(() => {
    folder.write('bench.dts', BENCH);
  });
  afterAll(machines.remove);

  const tls = () => ({
    DTBUS_TLS_CA: folder.path('cert.pem'),
    DTBUS_TLS_CERT: folder.path('cert.pem'),
    DTBUS_TLS_KEY: folder.path('key.pem'),
  });
  const dtbus = (machine: string, ...words: readonly string[]) =>
    start(machine, process.execPath, [DTBUS, ...words], tls());

  it('share a bus by a port: i2cdetect and a test suite on the one use it on the other', async ({ skip }) => {
    if (!certificate()) skip('there is no openssl on this machine to make certificates');
    const words = ['--socket', folder.path('a.sock'), '--listen', `${ADDRESS}:7070`];
    const share = dtbus(A, 'share', folder.path('bench.dts'), ...words);
    await share.heard(/^ready$/m);
    await usedFromB(machines, folder, `remote:tls://${ADDRESS}:7070`, tls());
    expect(share.said()).toMatch(/has i2c-1: tests/);
    share.child.kill('SIGINT');
    await share.ended;
  }, 120_000);

  it('share it by a NATS server', async ({ skip }) => {
    if (spawnSync(NATS, ['--version']).status !== 0) skip(`${NATS} is not installed`);
    if (!certificate()) skip('there is no openssl on this machine to make certificates');
    const { DTBUS_TLS_CERT, DTBUS_TLS_KEY } = tls();
    const guard = ['--tls', '--tlscert', DTBUS_TLS_CERT, '--tlskey', DTBUS_TLS_KEY];
    const server = start(A, NATS, ['-a', ADDRESS, '-p', '4222', ...guard]);
    await server.heard(/Server is ready/);
    const words = ['--socket', folder.path('n.sock'), '--nats', `nats://${ADDRESS}/bench3`];
    const share = dtbus(A, 'share', folder.path('bench.dts'), ...words);
    await share.heard(/^ready$/m);
    await usedFromB(machines, folder, `remote:nats://${ADDRESS}/bench3`, tls());
    share.child.kill('SIGINT');
    await share.ended;
  }, 120_000);

  it('whose cable is pulled in mid-transfer send nothing twice and lose nothing without an errno', async () => {
    const ttlMs = 1000;
    const host = node(A, 'test/remote/machines/host.mjs', `${ADDRESS}:7071`, '1');
    await host.heard(/^ready$/m);
    const user = (machine: string, first: number) =>
      node(machine, 'test/remote/machines/user.mjs', `${ADDRESS}:7071`, String(first), String(ttlMs));
    const far = user(B, 1_000_000);
    await far.heard(/^seen \d+ ok$/m);
    const near = user(A, 2_000_000);
    const answered = () => (far.said().match(/^seen \d+ ok$/gm) ?? []).length;
    const goesOn = async () => {
      const before = answered();
      await vi.waitFor(() => expect(answered()).toBeGreaterThan(before), 30_000);
    };
    // Shorter than the lease: it goes on with what was under way.
    for (const ms of [50, 150, 300]) {
      await goesOn();
      setCable('down');
      await pause(ms);
      setCable('up');
    }
    await goesOn();
    // Longer: the host ends the lease, and the next in the queue has the bus while B is away.
    setCable('down');
    await near.heard(/^seen \d+ ok$/m);
    near.child.stdin.end();
    await near.ended;
    setCable('up');
    await vi.waitFor(() => expect(far.said().match(/^granted \d+$/gm)?.length).toBeGreaterThan(1), 60_000);
    await goesOn();
    far.child.stdin.end();
    await far.ended;
    const wire = [...host.said().matchAll(/^wire (\d+) (\d+)$/gm)];
    const seen: Seen[] = [...`${far.said()}${near.said()}`.matchAll(/^seen (\d+) (\w+)$/gm)].map(
      ([, tag, code]) => ({ tag: Number(tag), fault: code === 'ok' ? undefined : code }),
    );
    const [tags, fences] = [1, 2].map((field) => wire.map((each) => Number(each[field])));
    const done = seen.filter(({ fault }) => fault === undefined).length;
    console.info(`${tags?.length} on the wire; ${done} of ${seen.length} done`);
    expect(wrongIn(seen, { tags: tags ?? [], fences: fences ?? [] })).toEqual([]);
    expect([...new Set(fences)]).toEqual([1, 2, 3]);
  }, 180_000);
});
