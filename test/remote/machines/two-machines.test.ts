import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../../cli/folder.ts';
import { type Seen, wrongIn } from '../history.ts';

/** Machine A has the bus, machine B uses it: network namespaces, which are joined by one cable. */
const [A, B] = [`dtbus-a-${process.pid}`, `dtbus-b-${process.pid}`];
const ADDRESS = '10.77.0.1';
const CABLE = `dtb${process.pid % 100_000}`;
const NATS = process.env['DTBUS_NATS_SERVER'] || 'nats-server';

const ip = (...words: readonly string[]) => spawnSync('ip', words, { encoding: 'utf8' });
function removeMachines(): void {
  for (const machine of [A, B]) ip('netns', 'del', machine);
}

/** @returns why there are none */
function makeMachines(): string | undefined {
  const steps = [
    ['netns', 'add', A],
    ['netns', 'add', B],
    ['link', 'add', `${CABLE}a`, 'netns', A, 'type', 'veth', 'peer', 'name', `${CABLE}b`, 'netns', B],
    ['-n', A, 'addr', 'add', `${ADDRESS}/24`, 'dev', `${CABLE}a`],
    ['-n', B, 'addr', 'add', '10.77.0.2/24', 'dev', `${CABLE}b`],
    ...[A, B].flatMap((machine) => [['-n', machine, 'link', 'set', 'lo', 'up']]),
    ['-n', A, 'link', 'set', `${CABLE}a`, 'up'],
    ['-n', B, 'link', 'set', `${CABLE}b`, 'up'],
  ];
  for (const step of steps) {
    const { status, stderr, error } = ip(...step);
    if (status === 0) continue;
    removeMachines();
    return `ip ${step.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

const refusal = makeMachines();
if (refusal !== undefined) console.warn(`two machines are skipped: ${refusal}`);

const folder = testFolder();
const children: ChildProcess[] = [];

function start(machine: string, file: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const own = { XDG_STATE_HOME: folder.path(machine), XDG_RUNTIME_DIR: folder.path('') };
  const child = spawn('ip', ['netns', 'exec', machine, file, ...words], {
    env: { ...process.env, ...own, ...env },
  });
  children.push(child);
  let said = '';
  const hear = (text: string) => {
    said += text;
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const heard = (what: RegExp) => vi.waitFor(() => expect(said).toMatch(what), 30_000);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, said: () => said, heard, ended };
}
const node = (machine: string, ...words: readonly string[]) => start(machine, process.execPath, words);

const BENCH = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=21.5"; };
	};
};
`;
const here = (port: string) => `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&far>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	hosts { far: remote { compatible = "dtbus,remote"; port = "${port}"; }; };
};
`;
/** A test suite by node:test. 21.5 °C is 0x15 0x80 in an LM75 (its data sheet, 7.3.1). */
const SUITE = `
const assert = require('node:assert');
const { test } = require('node:test');
const { openSync } = require('i2c-bus');
test('reads the temperature', () => {
  const bus = openSync(1);
  const bytes = Buffer.alloc(2);
  bus.readI2cBlockSync(0x48, 0, 2, bytes);
  assert.deepEqual([...bytes], [0x15, 0x80]);
  assert.throws(() => bus.receiveByteSync(0x50), { code: 'ENXIO' });
  bus.closeSync();
});
`;

function certificate(): boolean {
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=bench';
  const more = ['-addext', `subjectAltName=IP:${ADDRESS}`];
  return spawnSync('openssl', [...words.split(' '), ...more], { cwd: folder.path('') }).status === 0;
}

describe.skipIf(refusal !== undefined)('two machines', () => {
  beforeAll(() => {
    folder.write('bench.dts', BENCH);
    folder.write('suite.test.cjs', SUITE);
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    removeMachines();
  });

  const tls = () => ({
    DTBUS_TLS_CA: folder.path('cert.pem'),
    DTBUS_TLS_CERT: folder.path('cert.pem'),
    DTBUS_TLS_KEY: folder.path('key.pem'),
  });
  const DTBUS = resolve('bin/dtbus.js');
  const dtbus = (machine: string, ...words: readonly string[]) =>
    start(machine, process.execPath, [DTBUS, ...words], tls());

  /** The second and the third command of the README. */
  async function usedFromB(place: string): Promise<void> {
    const tree = folder.write('here.dts', here(`${place}/i2c-1`));
    const detect = dtbus(B, 'i2cdetect', '-b', tree, '-y', '1');
    expect(await detect.ended, detect.said()).toBe(0);
    expect(detect.said()).toMatch(/^40: (-- ){8}48 (-- ?){7}$/m);
    const suite = [process.execPath, '--import', 'dtbus/register', '--test', folder.path('suite.test.cjs')];
    const lock = start(B, process.execPath, [DTBUS, 'lab', 'lock', place, '--why', 'tests', '--', ...suite], {
      ...tls(),
      DTBUS_BOARD: tree,
    });
    expect(await lock.ended, lock.said()).toBe(0);
    expect(lock.said()).toMatch(/pass 1\n/);
  }

  it('share a bus by a port: i2cdetect and a test suite on the one use it on the other', async ({ skip }) => {
    if (!certificate()) skip('there is no openssl on this machine to make certificates');
    const words = ['--socket', folder.path('a.sock'), '--listen', `${ADDRESS}:7070`];
    const share = dtbus(A, 'share', folder.path('bench.dts'), ...words);
    await share.heard(/^ready$/m);
    await usedFromB(`remote:tls://${ADDRESS}:7070`);
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
    await usedFromB(`remote:nats://${ADDRESS}/bench3`);
    share.child.kill('SIGINT');
    await share.ended;
  }, 120_000);

  it('whose cable is pulled in mid-transfer send nothing twice and lose nothing without an errno', async () => {
    const ttlMs = 1000;
    const host = node(A, 'test/remote/machines/host.mjs', ADDRESS, '7071');
    await host.heard(/^ready$/m);
    const user = (machine: string, first: number) =>
      node(machine, 'test/remote/machines/user.mjs', ADDRESS, '7071', String(first), String(ttlMs));
    const far = user(B, 1_000_000);
    await far.heard(/^seen \d+ ok$/m);
    const near = user(A, 2_000_000);
    const cable = (state: 'up' | 'down') =>
      expect(ip('-n', A, 'link', 'set', `${CABLE}a`, state).status).toBe(0);
    const answered = () => (far.said().match(/^seen \d+ ok$/gm) ?? []).length;
    const goesOn = async () => {
      const before = answered();
      await vi.waitFor(() => expect(answered()).toBeGreaterThan(before), 30_000);
    };
    // Shorter than the lease: it goes on with what was under way.
    for (const ms of [50, 150, 300]) {
      await goesOn();
      cable('down');
      await pause(ms);
      cable('up');
    }
    await goesOn();
    // Longer: the host ends the lease, and the next in the queue has the bus while B is away.
    cable('down');
    await near.heard(/^seen \d+ ok$/m);
    near.child.stdin.end();
    await near.ended;
    cable('up');
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
