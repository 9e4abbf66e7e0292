// What an attacker at the same server costs an honest guest: its round trips while nothing else happens, and while each
// attack of `hostile/attacks.mjs` runs. `npm run bench -- hostile`. The aim: the median at most 3 times the quiet one, the
// longest at most 250 ms.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ATTACKS } from './hostile/attacks.mjs';
import { checkout, load, median, record } from './report.mjs';

const { openBoard } = await load('.');
const SECONDS = Number(process.env.DTBUS_BENCH_SECONDS ?? 2);
const TIMES = 3;
const WORST_MS = 250;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Resolves when the process has written `text`. */
function said(child, text) {
  return new Promise((resolve, reject) => {
    let all = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        all += data;
        if (all.includes(text)) resolve(all);
      });
    }
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${all}`)));
  });
}

/** Round trips of one read for so many seconds, in ms, of two victims in turn. */
async function roundTrips(victims, seconds) {
  const times = [];
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end; i++) {
    const victim = victims[i % victims.length];
    const begin = performance.now();
    await victim.transfer([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    times.push(performance.now() - begin);
  }
  return times;
}

function stop(child) {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });
}

const folder = mkdtempSync(join(tmpdir(), 'dtbus-hostile-'));
const server = spawn(
  process.execPath,
  [`${checkout}bin/dtbus.js`, 'serve', `${checkout}dts/demo.dts`, '--socket-dir', folder],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
const boards = [];
try {
  await said(server, 'i2c1');
  // The two are connected for the whole time: no attack may end them.
  for (let i = 0; i < 2; i++) boards.push(await openBoard(undefined, { connect: folder }));
  const victims = boards.map((board) => board.open('/dev/i2c-1'));
  await roundTrips(victims, 1);
  const row = (name, times, quiet) => {
    const [middle, worst] = [median(times), Math.max(...times)];
    const ratio = quiet === undefined ? 1 : middle / quiet;
    const held = ratio <= TIMES && worst <= WORST_MS;
    console.log(
      `${name.padEnd(38)} ${(1000 * middle).toFixed(0).padStart(7)} us ${ratio.toFixed(2).padStart(7)} ${worst.toFixed(1).padStart(8)} ms  ${held ? '' : 'EXCEEDED'}`.trimEnd(),
    );
    if (!held) process.exitCode = 1;
    record(name, 1000 * middle, 'us');
    return middle;
  };
  console.log(`${'attack'.padEnd(38)}     median   ratio       worst`);
  const wanted = process.argv.slice(2);
  for (const name of Object.keys(ATTACKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const quiet = median(await roundTrips(victims, SECONDS / 2));
    const attacker = spawn(process.execPath, [path('hostile/attacks.mjs'), name, join(folder, 'i2c1.sock')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    row(name, await roundTrips(victims, SECONDS), quiet);
    await stop(attacker);
  }
  for (const board of boards) await board.close();
  if (server.exitCode !== null) throw new Error('the server did not survive');
} finally {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
