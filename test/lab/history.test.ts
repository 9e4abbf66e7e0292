import { createConnection } from 'node:net';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Request, WAIT } from '../../src/remote/index.ts';
import { testFolder } from '../cli/folder.ts';
import { testUsers } from '../remote/test-users.ts';
import { HAS_SERVER, natsServer, SERVER } from './nats-server.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const folder = testFolder();
const { start, dtbus } = testProcesses(() => ownPlaces(folder));
const userAt = testUsers();

const BENCH = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; i2c2 = &other; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	other: other { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };
};
`;
const probe = (addr: number, bus = 0): Request => ({
  kind: 'i2c',
  bus,
  messages: [{ addr, flags: 1, length: 1, data: new Uint8Array(0) }],
});

const store = (name: string) => ['-js', '-sd', folder.path(`store-${name}`)];

async function share(name: string, port: number, ...more: readonly string[]) {
  const words = ['share', folder.write(`${name}.dts`, BENCH), '--socket', folder.path(`${name}.sock`)];
  const host = dtbus(...words, '--nats', `nats://127.0.0.1:${port}/${name}`, ...more);
  await host.heard(/^ready$/m);
  return host;
}

/** A user who comes directly. */
async function worker(name: string, bus = 'i2c-1') {
  const session = await userAt(`remote:${folder.path(`${name}.sock`)}`);
  const usual = { why: '', ttlMs: 10_000, idleMs: 60_000, graceMs: 0, priority: 0 };
  await session.acquire({ ...usual, buses: [bus], wait: WAIT.YES, steal: false, restore: false });
  const reads = async (count: number) => {
    for (let n = 0; n < count; n++) await session.transfer(probe(0x48), 20e9);
  };
  return { session, reads };
}

const watch = (port: number, name: string, ...words: readonly string[]) =>
  dtbus('watch', '--json', '--connect', `remote:nats://127.0.0.1:${port}/${name}`, ...words);

const told = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { sequence: number; dropped?: number; bus: string });
const sequences = (text: string) => told(text).flatMap(({ sequence = 0 }) => sequence || []);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Speaks to a server by hand. @returns what it answers to a request */
async function ask(port: number, subject: string, body = '') {
  const raw = createConnection(port, '127.0.0.1').setEncoding('utf8');
  let said = '';
  raw.on('data', (text) => {
    said += String(text);
  });
  raw.write(
    `CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB answer 1\r\nPUB ${subject} answer ${body.length}\r\n${body}\r\n`,
  );
  await vi.waitFor(() => expect(said).toMatch(/MSG answer 1 /), 60_000);
  raw.destroy();
  return said;
}

describe.skipIf(!HAS_SERVER)(`the history of a board (skipped where ${SERVER} is not installed)`, () => {
  let port = 0;
  beforeAll(async () => {
    port = (await natsServer({ start }, -1, ...store('one'))).port;
  });

  it('is told to who comes later, and then what happens, each event once and none left out', async () => {
    await share('bench', port);
    const ada = await worker('bench');
    await ada.reads(300);
    let isOver = false;
    const busy = (async () => {
      for (let n = 0; !isOver || n < 100; n++) await ada.reads(1);
    })();
    const late = watch(port, 'bench', '--since', '1h');
    await vi.waitFor(() => expect(sequences(late.said()).length).toBeGreaterThan(600), 60_000);
    isOver = true;
    await busy;
    await ada.session.transfer(probe(0x77), 1e9).catch(() => {});
    await vi.waitFor(() => expect(late.said()).toContain('"ENXIO"'), 60_000);
    const all = sequences(late.said());
    expect(all).toEqual(upTo(all.length));
    late.child.kill('SIGINT');
    await late.ended;
    expect(told(late.said()).filter(({ dropped }) => dropped !== undefined)).toEqual([]);
  });

  it('is told as far as it is wanted: the last events, one bus, one part by its label', async () => {
    await share('some', port);
    const ada = await worker('some');
    const bob = await worker('some', 'i2c-2');
    for (let n = 0; n < 4; n++) {
      await ada.reads(2);
      await bob.session.transfer(probe(0x20, 1), 1e9).catch(() => {});
    }
    const seen = async (count: number, ...words: readonly string[]) => {
      const one = watch(port, 'some', ...words);
      await vi.waitFor(() => expect(sequences(one.said())).toHaveLength(count), 60_000);
      one.child.kill('SIGINT');
      await one.ended;
      return sequences(one.said());
    };
    expect(await seen(5, '--last', '5')).toEqual([8, 9, 10, 11, 12]);
    expect(await seen(3, '--last', '3', '--bus', 'i2c-2')).toEqual([6, 9, 12]);
    expect(await seen(8, '--since', '1h', '--part', '&temp')).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
    const wrong = watch(port, 'some', '--last', '5', '--part', '&tmep');
    expect((await wrong.ended)[0]).toBe(1);
    expect(wrong.said()).toMatch(/not found: part &tmep; the board has: .* \(did you mean &temp\)/);
  });

  it('outlives its host, and that it is gone is said', async () => {
    const host = await share('gone', port);
    const ada = await worker('gone');
    await ada.reads(7);
    // It is stored when who comes later is told.
    const seen = watch(port, 'gone', '--last', '7');
    await vi.waitFor(() => expect(sequences(seen.said())).toEqual(upTo(7)), 60_000);
    host.child.kill('SIGKILL');
    await host.ended;
    await seen.ended;
    const file = folder.path('gone.bus');
    const place = `remote:nats://127.0.0.1:${port}/gone`;
    const late = dtbus('record', file, '--since', '1h', '--connect', place, '--bus', 'i2c-1');
    expect((await late.ended)[0]).toBe(0);
    expect(late.said()).toContain(`nats://127.0.0.1:${port}/gone is not shared now`);
    expect(late.said()).toContain('recorded 7 events');
    const none = dtbus('watch', '--last', '5', '--connect', `remote:nats://127.0.0.1:${port}/nobody`);
    expect((await none.ended)[0]).toBe(1);
    expect(none.said()).toMatch(/nothing is shared at nats:.*\/nobody/);
  });

  it('goes on behind what strangers write into it, and says how much that was', async () => {
    await share('strange', port);
    const ada = await worker('strange');
    await ada.reads(3);
    const first = watch(port, 'strange', '--last', '3');
    await vi.waitFor(() => expect(sequences(first.said())).toEqual(upTo(3)), 60_000);
    first.child.kill('SIGINT');
    const info = await ask(port, '$JS.API.STREAM.INFO.dtbus-trace-strange', '{"subjects_filter":">"}');
    const [, run = ''] = /dtbus\.strange\.trace\.([\w-]+)\.events/.exec(info) ?? [];
    expect(run).toMatch(/^v\d+-/);
    const strange = [
      ['other.events', 'hello'],
      [`${run}.events`, ''],
      [`${run}.events`, '\u004a\u0010\0\0\0aaaaaaaaaaaaaaaa\0\0\0\0\0\0\0\0'],
      [`${run}.events`, '\u0002aaaa'],
      [`${run.slice(0, -1)}x.events`, '\u004a\0\0\0\0\0\0\0\0\0\0\0\0'],
      ['v1-of-another-version.events', '\u004a'],
    ] as const;
    for (const [subject, body] of strange) {
      const answer = await ask(port, `dtbus.strange.trace.${subject}`, body);
      expect(answer).toContain('"stream":"dtbus-trace-strange"');
    }
    await ada.reads(3);
    const late = watch(port, 'strange', '--since', '1h');
    await late.heard(/6 messages of the history were left out/);
    await vi.waitFor(() => expect(sequences(late.said())).toEqual(upTo(6)), 60_000);
    await ada.reads(1);
    await vi.waitFor(() => expect(sequences(late.said())).toEqual(upTo(7)), 60_000);
  });

  it('is begun anew where it was deleted on the server, and what is missing is counted', async () => {
    const host = await share('deleted', port);
    const ada = await worker('deleted');
    await ada.reads(5);
    const before = watch(port, 'deleted', '--since', '1h');
    await vi.waitFor(() => expect(sequences(before.said())).toEqual(upTo(5)), 60_000);
    expect(await ask(port, '$JS.API.STREAM.DELETE.dtbus-trace-deleted')).toContain('"success":true');
    await ada.reads(5);
    await host.heard(/the NATS server keeps no history: .*; transfers go on/);
    await host.heard(/the history is kept again; no events were lost/);
    const late = watch(port, 'deleted', '--since', '1h');
    await vi.waitFor(() => expect(sequences(late.said())).toEqual([6, 7, 8, 9, 10]), 60_000);
    expect(sequences(before.said())).toEqual(upTo(10));
  });

  it('that takes nothing more delays nothing: its host says so once, and who asks is told what is missing', async () => {
    const stream = 'dtbus-trace-full';
    const config = { name: stream, subjects: ['dtbus.full.trace.*.*'], storage: 'file', discard: 'new' };
    const made = await ask(
      port,
      `$JS.API.STREAM.CREATE.${stream}`,
      JSON.stringify({ ...config, retention: 'limits', max_msgs: 8 }),
    );
    expect(made).not.toContain('"error"');
    const host = await share('full', port);
    const ada = await worker('full');
    // Each is a message of its own, as the one before has arrived; the board is described behind the third, too.
    for (const count of [2, 3, 5, 6, 7, 8]) {
      await ada.reads(1);
      await vi.waitFor(
        async () =>
          expect(await ask(port, `$JS.API.STREAM.INFO.${stream}`)).toContain(`"messages":${count},`),
        60_000,
      );
    }
    await ada.reads(50);
    await host.heard(/the NATS server keeps no history: maximum messages exceeded; transfers go on/);
    const late = watch(port, 'full', '--since', '1h');
    await vi.waitFor(() => expect(told(late.said())).toContainEqual({ dropped: 50 }), 60_000);
    await ada.reads(1);
    await vi.waitFor(() => expect(sequences(late.said())).toEqual([...upTo(6), 57]), 60_000);
    expect(host.said().match(/keeps no history/g)).toHaveLength(1);
  });

  it('is none where it is not wanted, where a stream of that name is another’s, or where no JetStream is', async () => {
    const place = (name: string, at = port) => `remote:nats://127.0.0.1:${at}/${name}`;
    await share('quiet', port, '--no-history');
    const quiet = watch(port, 'quiet', '--last', '5');
    await quiet.heard(/no history at nats:.*\/quiet: dtbus share keeps one/);
    await ask(
      port,
      '$JS.API.STREAM.CREATE.dtbus-trace-taken',
      '{"name":"dtbus-trace-taken","subjects":["mine"]}',
    );
    const taken = await share('taken', port);
    await taken.heard(/its stream dtbus-trace-taken is not for dtbus\.taken\.trace\.\*\.\*/);
    const plain = await natsServer({ start });
    const host = await share('plain', plain.port);
    const late = dtbus('watch', '--json', '--since', '1h', '--connect', place('plain', plain.port));
    await late.heard(/no history at nats:.*\/plain: the server has no JetStream/);
    const ada = await worker('plain');
    await vi.waitFor(async () => {
      await ada.reads(1);
      expect(late.said()).toContain('"bus":"i2c-1"');
    }, 60_000);
    expect(host.said()).not.toContain('history');
  });

  it('needs a board on a server, and one way to say how much', async () => {
    const refused = async (...words: readonly string[]) => {
      const one = dtbus('watch', ...words);
      const [status] = await one.ended;
      return `${status} ${one.said().split('\n')[0]}`;
    };
    const near = `remote:${folder.path('bench.sock')}`;
    const [connect, far] = ['--connect', `remote:nats://127.0.0.1:${port}`];
    const needed = '--connect remote:nats://SERVER/BOARD without a script';
    expect(await refused('--since', '1h', folder.path('bench.dts'))).toBe(
      `2 dtbus: --since needs a board on a NATS server; use ${needed}`,
    );
    expect(await refused('--last', '5', connect, `${far}/bench`, folder.path('bench.dts'), 'a.mjs')).toBe(
      `2 dtbus: --last needs a board on a NATS server; use ${needed}`,
    );
    expect(await refused('--last', '5', '--since', '1h')).toContain('leave one out');
    expect(await refused('--sigrok', '--since', '1h', connect, far)).toContain(
      'leave out --since and --last',
    );
    for (const place of [near, far])
      expect(await refused('--last', '5', connect, place)).toMatch(
        /^1 dtbus: no history at .*: NATS servers keep them; name the board there/,
      );
  });

  it('waits for a server that is started again, as long as there is room', async () => {
    const server = await natsServer({ start }, -1, ...store('two'));
    const host = await share('again', server.port);
    const ada = await worker('again');
    await ada.reads(4);
    const before = watch(server.port, 'again', '--since', '1h');
    await vi.waitFor(() => expect(sequences(before.said())).toEqual(upTo(4)), 60_000);
    server.child.kill('SIGKILL');
    await server.ended;
    await host.heard(/the NATS server was lost/);
    await before.ended;
    await ada.reads(6);
    await natsServer({ start }, server.port, ...store('two'));
    await host.heard(/the NATS server is back/);
    await vi.waitFor(async () => {
      const late = watch(server.port, 'again', '--since', '1h');
      await vi
        .waitFor(() => expect(sequences(late.said())).toEqual(upTo(10)), 5000)
        .finally(() => late.child.kill());
    }, 60_000);
  });
});
