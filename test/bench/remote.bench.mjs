// What a transfer costs over a Unix socket, beside a bare echo of as many bytes between two processes of Node.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkout, median, report } from './report.mjs';

const { openStream, RemoteSession, remoteAddress, WAIT } = await import(
  pathToFileURL(join(checkout, 'dist/src/remote/index.js')).href
);

const ROUNDS = 7;
const CALLS = 2000;
const TTL_MS = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const children = [];

async function started(argv, line) {
  const env = { ...process.env, XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder };
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'], env });
  children.push(child);
  for await (const chunk of child.stdout.setEncoding('utf8')) if (chunk.includes(line)) return;
  throw new Error('it did not start');
}

const ECHO = `
const { createServer } = require('node:net');
createServer((socket) => socket.on('data', (bytes) => socket.write(bytes))).listen(process.argv[1], () => console.log('ready'));`;

/** Median time of one of `count` calls, in µs, with so many under way at once. */
async function callTime(call, count, inFlight = 1) {
  const begin = process.hrtime.bigint();
  const times = [];
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let n = 0; n < count; n += inFlight) {
        const from = process.hrtime.bigint();
        await call();
        times.push(Number(process.hrtime.bigint() - from) / 1000);
      }
    }),
  );
  const each = Number(process.hrtime.bigint() - begin) / 1000 / times.length;
  return inFlight === 1 ? median(times) : each;
}

const NATS_ECHO = `
import('@nats-io/transport-node').then(async ({ connect }) => {
  const connection = await connect({ servers: process.argv[1] });
  connection.subscribe('echo', { callback: (_, message) => message.respond(message.data) });
  await connection.flush();
  console.log('ready');
});`;

/** The same transfer by a NATS server, beside a bare request of as many bytes by the same one. */
async function overNats(messages) {
  const { connect } = await import('@nats-io/transport-node');
  const port = 40_000 + (process.pid % 20_000);
  const words = ['-a', '127.0.0.1', '-p', String(port)];
  const server = spawn('nats-server', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(server);
  await new Promise((resolve) =>
    server.stderr.on('data', (said) => String(said).includes('Server is ready') && resolve()),
  );
  const url = `nats://127.0.0.1:${port}`;
  const socket = join(folder, 'nats.sock');
  await started(['-e', NATS_ECHO, `127.0.0.1:${port}`], 'ready');
  const board = join(checkout, 'dts/demo.dts');
  await started([join(checkout, 'bin/dtbus.js'), 'share', board, '--socket', socket, '--nats', url], 'ready');
  const { place, name } = remoteAddress(`${url}/demo`);
  const session = new RemoteSession({ name, who: 'bench', open: () => openStream(place, name) });
  const { buses } = await session.connect();
  const times = { ttlMs: TTL_MS, idleMs: TTL_MS, graceMs: 0 };
  const wish = { ...times, buses: ['i2c-1'], why: '', priority: 0, steal: false, restore: false };
  await session.acquire({ ...wish, wait: WAIT.NO });
  const bus = buses.findIndex((each) => each.name === 'i2c-1');
  const transfer = () => session.transfer({ kind: 'i2c', bus, messages }, 1e9);
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  const bytes = Buffer.alloc(80);
  const request = () => connection.request('echo', bytes);
  await callTime(transfer, CALLS);
  await callTime(request, CALLS);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ request: await callTime(request, CALLS), transfer: await callTime(transfer, CALLS) });
  report('bare NATS request of 80 bytes', median(rounds.map(({ request }) => request)), 'µs');
  report('the transfer over NATS', median(rounds.map(({ transfer }) => transfer)), 'µs');
  const ratio = median(rounds.map(({ request, transfer }) => transfer / request));
  report('  in bare requests', ratio, '', 'at most 1.3');
  await connection.close();
  await session.close();
}

const HOSTS = 64;
const CLIENTS = 200;
/** How often each client reads. */
const READ_EVERY_MS = 200;
/** Until those who were stopped, or go on, do what they do all the time. */
const SETTLE_MS = 500;
const clients = join(dirname(fileURLToPath(import.meta.url)), 'remote/clients.mjs');
const BUSES = [1, 2, 3, 4];
const MANY = `/dts-v1/;
/ {
	aliases { ${BUSES.map((n) => `i2c${n} = &b${n};`).join(' ')} };
	${BUSES.map((n) => `b${n}: b${n} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; };`).join('\n\t')}
};
`;

/** The hop of a transfer, without its time on the wire, on a machine with many hosts and clients that are at work too. */
async function amongMany() {
  const board = join(folder, 'many.dts');
  writeFileSync(board, MANY);
  const share = (n) =>
    started(
      [join(checkout, 'bin/dtbus.js'), 'share', board, '--socket', join(folder, `h${n}.sock`)],
      'ready',
    );
  for (let first = 0; first < HOSTS; first += 8)
    await Promise.all(Array.from({ length: 8 }, (_, n) => share(first + n)));
  const path = join(folder, `h${HOSTS - 1}.sock`);
  const session = new RemoteSession({
    name: path,
    who: 'bench',
    open: () => openStream({ way: 'unix', path }, path),
  });
  await session.connect();
  const times = { ttlMs: TTL_MS, idleMs: TTL_MS, graceMs: 0 };
  // Of the four buses there this one is no client's.
  const wish = { ...times, buses: ['i2c-4'], why: '', priority: 0, steal: false, restore: false };
  await session.acquire({ ...wish, wait: WAIT.NO });
  const messages = [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(0) },
    { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
  ];
  const hop = async () => {
    const hops = [];
    for (let n = 0; n < CALLS; n++) {
      const from = process.hrtime.bigint();
      const { wireNs } = await session.transfer({ kind: 'i2c', bus: 3, messages }, 1e9);
      hops.push((Number(process.hrtime.bigint() - from) - wireNs) / 1000);
    }
    return median(hops);
  };
  await hop();
  const part = CLIENTS / 4;
  for (let first = 0; first < CLIENTS; first += part) {
    const words = [checkout, folder, HOSTS, first, part, READ_EVERY_MS];
    await started([clients, ...words.map(String)], 'ready');
  }
  const atWork = children.slice(-CLIENTS / part);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const child of atWork) child.kill('SIGSTOP');
    await pause(SETTLE_MS);
    const alone = await hop();
    for (const child of atWork) child.kill('SIGCONT');
    await pause(SETTLE_MS);
    rounds.push({ alone, among: await hop() });
  }
  report(
    `hop of a transfer, ${HOSTS} hosts whose ${CLIENTS} clients rest`,
    median(rounds.map(({ alone }) => alone)),
    'µs',
  );
  report(
    `  while each client reads ${1000 / READ_EVERY_MS} times a second`,
    median(rounds.map(({ among }) => among)),
    'µs',
  );
  report('  in those', median(rounds.map(({ alone, among }) => among / alone)), '', 'at most 2');
  await session.close();
}

try {
  const echoPath = join(folder, 'echo.sock');
  const path = join(folder, 'bench.sock');
  await started(['-e', ECHO, echoPath], 'ready');
  await started(
    [join(checkout, 'bin/dtbus.js'), 'share', join(checkout, 'dts/demo.dts'), '--socket', path],
    'ready',
  );

  const session = new RemoteSession({
    name: path,
    who: 'bench',
    open: () => openStream({ way: 'unix', path }, path),
  });
  const { buses } = await session.connect();
  const wish = {
    buses: ['i2c-1'],
    why: '',
    ttlMs: TTL_MS,
    idleMs: TTL_MS,
    graceMs: 0,
    priority: 0,
    steal: false,
  };
  await session.acquire({ ...wish, restore: false, wait: WAIT.NO });
  const bus = buses.findIndex(({ name }) => name === 'i2c-1');
  const messages = [
    { addr: 0x50, flags: 0, length: 2, data: Uint8Array.of(0, 0) },
    { addr: 0x50, flags: 1, length: 2, data: new Uint8Array(0) },
  ];
  const transfer = () => session.transfer({ kind: 'i2c', bus, messages }, 1e9);

  const socket = createConnection(echoPath);
  await once(socket, 'connect');
  const waiting = [];
  socket.on('data', () => waiting.shift()?.());
  const asked = Buffer.alloc(80);
  const echo = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      socket.write(asked);
    });

  await callTime(transfer, CALLS);
  await callTime(echo, CALLS);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      echo: await callTime(echo, CALLS),
      transfer: await callTime(transfer, CALLS),
      ten: await callTime(transfer, CALLS * 5, 10),
    });
  const of = (name) => median(rounds.map((round) => round[name]));
  report('bare echo of 80 bytes between two processes', of('echo'), 'µs');
  report('2-byte write-then-read of a simulated part', of('transfer'), 'µs');
  report('  in bare echoes', median(rounds.map(({ echo, transfer }) => transfer / echo)), '', 'at most 2');
  report('the same, ten in flight, each', of('ten'), 'µs');
  report('  one, in those', median(rounds.map(({ transfer, ten }) => transfer / ten)), '', 'at least 5');
  socket.destroy();
  await session.close();
  if (spawnSync('nats-server', ['--version']).status === 0) await overNats(messages);
  else console.log('NATS was not measured: nats-server is not installed');
  await amongMany();
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
