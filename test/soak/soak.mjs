// Guests that come and go, an adapter that is unplugged, models that fail, servers that are killed: for a minute in CI,
// for hours at the desk (`npm run soak -- 3600`). On the compiled package: `npm run build` first.
//
//   node test/soak/soak.mjs [SECONDS] [SEED]
//
// A desk full of adapters is `desk.mjs`.
//
// One server stands all of it, another one is killed again and again. Nothing that was acknowledged may be lost or
// doubled, and the first server's memory, descriptors and threads must be level.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBoard } from '../../dist/src/board/index.js';
import { randomFrom } from '../fuzz/random.mjs';
import { held, SWEEPS } from './held.mjs';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run soak -- [SECONDS] [SEED]');
  process.exit(2);
}
const random = randomFrom(seed);
const dtbus = fileURLToPath(new URL('../../bin/dtbus.js', import.meta.url));
const counter = fileURLToPath(new URL('counter.mjs', import.meta.url));
const moody = fileURLToPath(new URL('moody.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dtbus-soak-'));
const port = join(folder, 'adapter');

/** Of the first server, from its warm state to the end. */
const MOST_MEMORY_GROWTH_MB = 24;
/** An adapter may be open at one moment and not at the other. */
const MOST_DESCRIPTORS_OF_ADAPTER = 4;
const VISITORS = 4;
const READY_MS = 30_000;
/** How long a guest waits; how long it had to is a figure. A model that loops takes a second once. */
const PATIENCE_MS = 30_000;
/** What a transfer may end with: while a server is killed, while the adapter is away, where the moody part is broken. */
const AWAY = ['EIO', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'EREMOTEIO', 'ECONNREFUSED', 'ENOENT', 'EPROTO'];

const faults = [];
const fail = (sentence) => {
  faults.push(sentence);
  console.error(`FAULT: ${sentence}`);
};
const count = {
  guests: 0,
  broken: 0,
  transfers: 0,
  away: 0,
  unplugged: 0,
  killed: 0,
  answers: 0,
  longestMs: 0,
};

function boardFile(name) {
  const file = join(folder, `${name}.dts`);
  writeFileSync(join(folder, `${name}.log`), '');
  const bus = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
  writeFileSync(
    file,
    `/dts-v1/; / {
  aliases { i2c1 = &bus; i2c2 = &bench; spi0 = &spi; };
  bus: i2c-1 { ${bus}
    temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "${name}.bin"; };
    counter@10 { compatible = "acme,counter"; reg = <0x10>; dtbus,model = "${counter}"; acme,file = "${join(folder, name)}.log"; };
    moody@11 { compatible = "acme,moody"; reg = <0x11>; dtbus,model = "${moody}"; };
  };
  bench: i2c-2 { ${bus} dtbus,host = <&pirate>; temp@49 { compatible = "national,lm75"; reg = <0x49>; }; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; spi-max-frequency = <50000000>; }; };
  hosts { pirate: bus-pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${port}"; }; };
};`,
  );
  return file;
}

/** An error of this program must not leave them behind. */
const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A process of ours, once it has said `text`. */
async function start(argv, text, flags = []) {
  const child = spawn(process.execPath, [...flags, dtbus, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let said = '';
  const ready = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready: dtbus ${argv.join(' ')}: ${said}`)), READY_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said = (said + data).slice(-4000);
        if (said.includes(text)) {
          clearTimeout(late);
          resolve();
        }
      });
    }
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      reject(new Error(`dtbus ${argv.join(' ')} ended with ${code ?? signal}: ${said}`));
    });
  });
  await ready;
  return { child, said: () => said };
}

async function end({ child }, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return code;
}

const serve = (name) =>
  start(
    [
      'serve',
      join(folder, `${name}.dts`),
      '--socket-dir',
      join(folder, name),
      '--trust',
      counter,
      '--trust',
      moody,
    ],
    'ready\n',
    SWEEPS,
  );

const emulator = join(folder, 'adapter.dts');
writeFileSync(
  emulator,
  `/dts-v1/; / { hosts { pirate: bus-pirate { compatible = "dtbus,bus-pirate-emulator"; port = "${port}";
    i2c { #address-cells = <1>; #size-cells = <0>; temp@49 { compatible = "national,lm75"; reg = <0x49>; }; }; }; }; };`,
);
const plugIn = () => start(['up', emulator], port);

/** A record of the counter: who, and the how-manieth. */
function record(visitor, number) {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(visitor, 0);
  bytes.writeUInt32BE(number, 4);
  return bytes;
}

let visitors = 0;

/** One guest: connects, transfers, leaves. `acknowledged`: what the counter must have. */
async function visit(name, acknowledged) {
  const id = visitors++;
  const board = await openBoard({ connect: join(folder, name), onWarning: () => {} });
  try {
    count.guests++;
    const i2c = board.open('/dev/i2c-1');
    const flash = board.open('/dev/spidev0.0');
    i2c.timeoutMs = PATIENCE_MS;
    flash.timeoutMs = PATIENCE_MS;
    const transfers = 20 + random(200);
    for (let number = 0; number < transfers && performance.now() < deadline; number++) {
      const asked = performance.now();
      await i2c.transfer([{ addr: 0x10, write: record(id, number) }]);
      count.longestMs = Math.max(count.longestMs, Math.round(performance.now() - asked));
      acknowledged.add(`${id} ${number}`);
      const [bytes] = await i2c.transfer([
        { addr: 0x48, write: Uint8Array.of(0) },
        { addr: 0x48, read: 2 },
      ]);
      if (bytes[0] !== 25 || bytes[1] !== 0) fail(`${name}: the LM75 read ${bytes}`);
      const { rx } = await flash.transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
      if (Buffer.from(rx).toString('hex') !== 'ffef4014') fail(`${name}: the flash read ${rx}`);
      count.transfers += 3;
      if (number % 16 === 0) await bench(board);
      if (number % 64 === 5) await mood(i2c);
    }
  } finally {
    await board.close();
  }
}

/** The bus of the adapter that comes and goes. */
async function bench(board) {
  try {
    const [bytes] = await board.open('/dev/i2c-2').transfer([{ addr: 0x49, read: 2 }]);
    if (bytes[0] !== 25 || bytes[1] !== 0) fail(`the LM75 behind the adapter read ${bytes}`);
    count.answers++;
  } catch (error) {
    if (!AWAY.includes(error.code)) throw error;
    count.away++;
  }
}

/** A model that fails: its own transfers, nobody else's. */
async function mood(i2c) {
  await i2c.transfer([{ addr: 0x11, write: Uint8Array.of(1 + random(4)) }]).catch((error) => {
    if (!AWAY.includes(error.code)) throw error;
    count.broken++;
  });
}

/** Visits until the end. `expected`: errors that the server may end a visit with. */
async function visiting(name, acknowledged, expected) {
  while (performance.now() < deadline) {
    try {
      await visit(name, acknowledged);
    } catch (error) {
      if (!expected(error)) fail(`${name}: ${error.stack}`);
      await sleep(50);
    }
  }
}

/** Peers that connect, say half a message and leave. */
async function intruding(name) {
  while (performance.now() < deadline) {
    const socket = connect(join(folder, name, 'i2c1.sock'));
    socket.on('error', () => {});
    socket.write(Buffer.alloc(random(40), random(256)));
    await sleep(5 + random(40));
    socket.destroy();
  }
}

async function replugging() {
  let adapter = await plugIn();
  while (performance.now() < deadline) {
    await sleep(1000 + random(2000));
    await end(adapter, 'SIGKILL');
    rmSync(port, { force: true });
    count.unplugged++;
    await sleep(100 + random(500));
    adapter = await plugIn();
  }
  return adapter;
}

async function killing(first) {
  let server = first;
  while (performance.now() < deadline) {
    await sleep(1500 + random(2500));
    await end(server, 'SIGKILL');
    count.killed++;
    server = await serve('killed');
  }
  return server;
}

/** Compares what was acknowledged with what arrived. `exact`: nothing else may have arrived. */
function compare(name, acknowledged, exact) {
  const log = readFileSync(join(folder, `${name}.log`));
  const arrived = new Map();
  for (let at = 0; at < log.length; at += 8) {
    const key = `${log.readUInt32BE(at)} ${log.readUInt32BE(at + 4)}`;
    arrived.set(key, (arrived.get(key) ?? 0) + 1);
  }
  let [lost, doubled] = [0, 0];
  for (const key of acknowledged) if (!arrived.has(key)) lost++;
  for (const times of arrived.values()) if (times > 1) doubled++;
  if (lost > 0) fail(`${name}: ${lost} writes were acknowledged and lost`);
  if (doubled > 0) fail(`${name}: ${doubled} writes arrived twice`);
  if (exact && arrived.size !== acknowledged.size)
    fail(`${name}: ${arrived.size} writes arrived, ${acknowledged.size} were acknowledged`);
  console.log(
    `${name}: ${acknowledged.size} writes acknowledged, ${arrived.size} arrived, ${lost} lost, ${doubled} doubled`,
  );
}

console.log(`seed ${seed}, ${seconds} s`);
boardFile('steady');
boardFile('killed');
const steady = await serve('steady');
const victim = await serve('killed');
const [kept, risked] = [new Set(), new Set()];
let deadline = Number.POSITIVE_INFINITY;
await visit('steady', kept);
await sleep(200);
const alone = await held(steady.child.pid);
deadline = performance.now() + seconds * 1000;
const away = (error) => AWAY.includes(error.code) || /connect|ended|served/.test(error.message);
let warm;
const watching = (async () => {
  await sleep((seconds * 1000) / 3);
  warm = await held(steady.child.pid);
})();
const [adapter, server] = await Promise.all([
  replugging(),
  killing(victim),
  watching,
  intruding('steady'),
  ...Array.from({ length: VISITORS }, () => visiting('steady', kept, () => false)),
  ...Array.from({ length: VISITORS / 2 }, () => visiting('killed', risked, away)),
]);
await sleep(500);
const last = await held(steady.child.pid);
console.log(JSON.stringify({ ...count, alone, warm, last }));
for (const what of ['guests', 'transfers', 'broken', 'answers', 'unplugged', 'killed'])
  if (count[what] === 0) fail(`nothing happened: ${what} is 0`);
if (last.memoryMb > warm.memoryMb + MOST_MEMORY_GROWTH_MB)
  fail(`memory grew from ${warm.memoryMb.toFixed(1)} to ${last.memoryMb.toFixed(1)} MB`);
if (last.threads > warm.threads) fail(`threads grew from ${warm.threads} to ${last.threads}`);
if (last.descriptors > alone.descriptors + MOST_DESCRIPTORS_OF_ADAPTER)
  fail(`descriptors grew from ${alone.descriptors} to ${last.descriptors}`);
for (const [process_, name] of [
  [steady, 'steady'],
  [server, 'killed'],
]) {
  const code = await end(process_);
  if (code !== 0) fail(`${name} ended with ${code}: ${process_.said()}`);
}
await end(adapter, 'SIGKILL');
compare('steady', kept, true);
compare('killed', risked, false);
rmSync(folder, { recursive: true });
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
