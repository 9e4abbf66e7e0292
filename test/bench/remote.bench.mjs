// What a transfer costs over a Unix socket, beside a bare echo of as many bytes between two processes of Node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout, median, report } from './report.mjs';

const { openStream, RemoteSession, WAIT } = await import(
  pathToFileURL(join(checkout, 'dist/src/remote/index.js')).href
);

const ROUNDS = 7;
const CALLS = 2000;
const TTL_MS = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const children = [];

async function started(argv, line) {
  const env = { ...process.env, XDG_STATE_HOME: folder };
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
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
