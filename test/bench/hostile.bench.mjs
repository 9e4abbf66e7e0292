// What an attacker at the same server costs an honest guest: its round trips while nothing else happens, and while each
// attack of `hostile/attacks.mjs` runs. `npm run bench -- hostile`. The aim: the median at most 3 times the quiet one, the
// longest at most 250 ms. A row also says how often the attack was carried out, and how many descriptors the server had
// open at most; one that was not carried out at all fails.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ATTACKS } from './hostile/attacks.mjs';
import { loopingModels } from './hostile/model-attacks.mjs';
import { checkout, load, median, record } from './report.mjs';

const { openBoard } = await load('.');
const SECONDS = Number(process.env.DTBUS_BENCH_SECONDS ?? 2);
const TIMES = 3;
const WORST_MS = 250;
/** Descriptors of the server: few, so that an attack can use them up. */
const DESCRIPTORS = 512;
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

/** Runs an attack while `measured` goes on. @returns what that gives, how often it was carried out, descriptors at most */
async function under(name, folder, server, measured) {
  const attacker = spawn(process.execPath, [path('hostile/attacks.mjs'), name, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  attacker.stdout.on('data', (data) => {
    said = (said + data).slice(-100);
  });
  let descriptors = 0;
  const look = setInterval(() => {
    descriptors = Math.max(descriptors, readdirSync(`/proc/${server.pid}/fd`).length);
  }, 50);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const times = await measured();
  clearInterval(look);
  if (attacker.exitCode !== null) throw new Error(`the attack "${name}" ended with ${attacker.exitCode}`);
  await stop(attacker);
  return { times, descriptors, count: Number(said.trimEnd().split('\n').at(-1)) };
}

/** The demo board, and a bus of models that do not return. @returns its file */
function boardIn(folder) {
  const file = join(folder, 'hostile.dts');
  writeFileSync(
    file,
    `/include/ "${checkout}dts/demo.dts"
/ { aliases { i2c9 = &models; }; models: models { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
${loopingModels(folder).join('\n')} }; };\n`,
  );
  return file;
}

const folder = mkdtempSync(join(tmpdir(), 'dtbus-hostile-'));
const serve = [`${checkout}bin/dtbus.js`, 'serve', boardIn(folder), '--socket-dir', folder];
const server = spawn(
  'sh',
  [
    '-c',
    `ulimit -n ${DESCRIPTORS}; exec "$@"`,
    'sh',
    process.execPath,
    ...serve,
    '--metrics',
    join(folder, 'metrics'),
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
const boards = [];
try {
  await said(server, 'ready');
  // The two are connected for the whole time: no attack may end them.
  for (let i = 0; i < 2; i++) boards.push(await openBoard(undefined, { connect: folder }));
  const victims = boards.map((board) => board.open('/dev/i2c-1'));
  await roundTrips(victims, 1);
  const row = (name, { times, count, descriptors }, quiet) => {
    const [middle, worst] = [median(times), Math.max(...times)];
    const ratio = middle / quiet;
    const held = ratio <= TIMES && worst <= WORST_MS && count > 0;
    const numbers = [
      `${(1000 * middle).toFixed(0)} us`.padStart(10),
      ratio.toFixed(2).padStart(7),
      `${worst.toFixed(1)} ms`.padStart(11),
      String(count).padStart(10),
      String(descriptors).padStart(5),
    ];
    console.log(`${name.padEnd(38)}${numbers.join('')}${held ? '' : '  EXCEEDED'}`);
    if (!held) process.exitCode = 1;
    record(name, 1000 * middle, 'us');
  };
  console.log(`${'attack'.padEnd(38)}    median  ratio      worst   attacks  fds`);
  const wanted = process.argv.slice(2);
  for (const name of Object.keys(ATTACKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const quiet = median(await roundTrips(victims, SECONDS / 2));
    row(name, await under(name, folder, server, () => roundTrips(victims, SECONDS)), quiet);
  }
  for (const board of boards) await board.close();
  if (server.exitCode !== null) throw new Error('the server did not survive');
} finally {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
