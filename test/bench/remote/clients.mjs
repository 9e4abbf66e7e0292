// Clients of such hosts, each with a lease of a bus and a few transfers a second:
// clients.mjs CHECKOUT FOLDER HOSTS FIRST COUNT INTERVAL_MS
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [checkout, folder, ...numbers] = process.argv.slice(2);
const [hosts, first, count, intervalMs] = numbers.map(Number);
const { openStream, RemoteSession, WAIT } = await import(
  pathToFileURL(join(checkout, 'dist/src/remote/index.js')).href
);
const messages = [
  { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(0) },
  { addr: 0x48, flags: 1, length: 2, data: new Uint8Array(0) },
];

/** @param n which client: one after another has the next host, and its next bus when all had one */
async function client(n) {
  const path = join(folder, `h${n % hosts}.sock`);
  const session = new RemoteSession({
    name: path,
    who: `client ${n}`,
    open: () => openStream({ way: 'unix', path }, path),
  });
  await session.connect();
  const bus = Math.floor(n / hosts);
  const times = { ttlMs: 10_000, idleMs: 60_000, graceMs: 0 };
  const wish = { ...times, why: '', priority: 0, wait: WAIT.NO, steal: false, restore: false };
  await session.acquire({ ...wish, buses: [`i2c-${bus + 1}`] });
  return () => session.transfer({ kind: 'i2c', bus, messages }, 1e9);
}

const transfers = [];
for (let n = first; n < first + count; n++) transfers.push(await client(n));
console.log('ready');
// Not all at the same moment.
for (const transfer of transfers)
  void (async () => {
    await pause(Math.random() * intervalMs);
    for (;;) {
      await transfer();
      await pause(intervalMs);
    }
  })();
