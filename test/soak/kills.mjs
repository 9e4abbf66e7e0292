// Guests that are killed (SIGKILL) at a server of buses, one after the other, wherever they are. On the compiled package:
// `npm run build` first. Needs python3 3.10.
//
//   node test/soak/kills.mjs [COUNT] [SEED]
//
// An honest guest beside them must get right answers all the time; in the end the server has what it had before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBoard } from '../../dist/src/board/index.js';
import { held, SWEEPS } from './held.mjs';

const MOST_GROWTH_MB = 24;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const count = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!(count > 0) || !Number.isInteger(seed)) {
  console.error('usage: node test/soak/kills.mjs [COUNT] [SEED]');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'dtbus-kills-'));
const server = spawn(
  process.execPath,
  [...SWEEPS, path('../../bin/dtbus.js'), 'serve', path('../../dts/demo.dts'), '--socket-dir', folder],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
for await (const bytes of server.stdout) if (String(bytes).includes('ready')) break;
const faults = [];

/** @returns what the guests said */
async function guests(many, first) {
  const sockets = ['i2c1', 'i2c2'].map((name) => join(folder, `${name}.sock`));
  const child = spawn('python3', [path('guests.py'), String(many), String(first), ...sockets], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  const [code] = await once(child, 'close');
  if (code !== 0) faults.push(`the guests ended with ${code}`);
  if (said.includes('by itself')) faults.push(said.split('\n', 1)[0]);
  return said.trim().split('\n').at(-1);
}

const board = await openBoard({ connect: folder, onWarning: () => {} });
const i2c = board.open('/dev/i2c-1');
i2c.timeoutMs = 60_000;
let [over, rounds, worstMs] = [false, 0, 0];
const honest = (async () => {
  while (!over) {
    const began = performance.now();
    const [bytes] = await i2c.transfer([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    if (bytes[0] !== 25) faults.push(`the honest guest read ${bytes}`);
    worstMs = Math.max(worstMs, performance.now() - began);
    rounds++;
    await pass(1);
  }
})();
// What is loaded with the first guests, and what a collector leaves until it must.
await guests(Math.ceil(count / 10), seed);
await pass(200);
const warm = await held(server.pid);
const said = await guests(count, seed + 1);
await pass(500);
const last = await held(server.pid);
over = true;
await honest;
await board.close();
if (last.memoryMb > warm.memoryMb + MOST_GROWTH_MB) faults.push('memory grew');
if (last.threads > warm.threads) faults.push('threads grew');
if (last.descriptors > warm.descriptors) faults.push('descriptors grew');
if (server.exitCode !== null) faults.push(`the server ended with ${server.exitCode}`);
const ended = once(server, 'exit');
server.kill('SIGTERM');
const [code] = await ended;
if (code !== 0) faults.push(`the server ended with ${code}`);
rmSync(folder, { recursive: true });
console.log(
  `kills: seed ${seed}, ${said}; honest guest: ${rounds} round trips right, worst ${worstMs.toFixed(1)} ms; server ${JSON.stringify(warm)} to ${JSON.stringify(last)}; ${faults.length === 0 ? 'no fault' : faults.join('; ')}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
