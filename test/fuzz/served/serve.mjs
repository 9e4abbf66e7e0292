// Fuzzer of `dtbus serve` as its users meet it, on the compiled package: `npm run build` first.
//
//   node test/fuzz/served/serve.mjs [COUNT | SECONDSs] [--seed SEED]     COUNT: messages of the attacker
//
// An attacker (`serve-attacker.mjs`) is at the sockets of a served board, and two honest guests are beside it. Every answer
// that they get must be right, none may come late, and when the attacker has left the server has what it had before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBoard } from '../../../dist/src/board/index.js';
import { limitOf } from '../limit.mjs';
import { FuzzError, must } from '../random.mjs';

/** Longest round trip of a guest. On a busy machine it says that nobody is starved, not how fast the server is. */
const WORST_MS = 5000;
/** From a third of the run on: what is loaded later, and what a collector leaves until it must. */
const MOST_GROWTH_MB = 24;
const SAMPLE_MS = 500;
const CELLS = 128;
const BOARD = `/dts-v1/; / {
  aliases { i2c1 = &bus; spi0 = &spi; gpio0 = &gpio; };
  bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; }; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; spi-max-frequency = <50000000>; }; };
  gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <4>; };
};`;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What the server holds. */
function held(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    memoryMb: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** An honest guest, and the times of its round trips in ms. */
class Guest {
  times = [];
  constructor(board, number) {
    this.board = board;
    this.number = number;
    this.i2c = board.open('/dev/i2c-1');
    this.flash = board.open('/dev/spidev0.0');
    this.i2c.timeoutMs = 60_000;
    this.flash.timeoutMs = 60_000;
  }

  /** One of each of its transfers, and what must come of them. */
  async round(n) {
    const begin = performance.now();
    const [temperature] = await this.i2c.transfer([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    this.times.push(performance.now() - begin);
    must(temperature.join() === '25,0', `guest ${this.number} reads the temperature ${temperature}`);
    const { rx } = await this.flash.transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
    must(Buffer.from(rx).toString('hex') === 'ffef4014', `guest ${this.number} reads the flash ${rx}`);
    if (n % 32 !== 0) return;
    // Each has half of the EEPROM.
    const cell = CELLS * this.number + ((n / 32) % CELLS);
    await this.eeprom([{ addr: 0x50, write: Uint8Array.of(cell, n & 0xff) }]);
    const [kept] = await this.eeprom([
      { addr: 0x50, write: Uint8Array.of(cell) },
      { addr: 0x50, read: 1 },
    ]);
    must(
      kept[0] === (n & 0xff),
      `guest ${this.number} reads ${kept[0]} of cell ${cell}, where ${n & 0xff} was written`,
    );
  }

  /** It does not answer while it writes, be it for the other guest. */
  async eeprom(messages) {
    for (let tries = 0; ; tries++) {
      try {
        return await this.i2c.transfer(messages);
      } catch (error) {
        if (error.code !== 'ENXIO' || tries === 200) throw error;
        await pass(2);
      }
    }
  }

  async until(over) {
    for (let n = 0; !over(); n++) await this.round(n);
  }
}

async function ready(child, said) {
  for await (const chunk of child.stdout) {
    said.push(String(chunk));
    if (said.join('').includes('ready\n')) break;
  }
  child.stdout.resume();
}

function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

/** @throws {FuzzError} */
async function attack(folder, server, guests, argv) {
  const quiet = performance.now() + 300;
  await Promise.all(guests.map((guest) => guest.until(() => performance.now() > quiet)));
  const quietMs = median(guests.flatMap(({ times }) => times));
  for (const guest of guests) guest.times = [];
  const before = held(server.pid);
  const samples = [];
  const sampling = setInterval(() => {
    if (server.exitCode === null) samples.push(held(server.pid).memoryMb);
  }, SAMPLE_MS);
  const attacker = spawn(process.execPath, [path('serve-attacker.mjs'), folder, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [attacker.stdout, attacker.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  let over = false;
  const ended = once(attacker, 'exit').then(([code]) => {
    over = true;
    must(code === 0, `the attacker ended with ${code}: ${said}`);
  });
  try {
    await Promise.all([ended, ...guests.map((guest) => guest.until(() => over || server.exitCode !== null))]);
  } finally {
    clearInterval(sampling);
    attacker.kill('SIGKILL');
  }
  must(server.exitCode === null, `the server ended with ${server.exitCode}`);
  // The server notices at its next turn who has left.
  let after = held(server.pid);
  for (let i = 0; i < 100 && after.descriptors > before.descriptors; i++) {
    await pass(50);
    after = held(server.pid);
  }
  must(
    after.descriptors <= before.descriptors,
    `descriptors: ${before.descriptors} before, ${after.descriptors} after`,
  );
  const warmMb = samples.slice(0, Math.ceil(samples.length / 3)).reduce((most, mb) => Math.max(most, mb), 0);
  must(samples.length < 30 || after.memoryMb < warmMb + MOST_GROWTH_MB, `memory in MB: ${samples}`);
  const times = guests.flatMap((guest) => guest.times);
  const worstMs = times.reduce((most, time) => Math.max(most, time), 0);
  must(worstMs < WORST_MS, `a guest waited ${Math.round(worstMs)} ms`);
  const attacked = JSON.parse(said.trim().split('\n').at(-1));
  return {
    ...attacked,
    rounds: times.length,
    quietMs,
    medianMs: median(times),
    worstMs,
    before,
    warmMb,
    after,
  };
}

const limit = limitOf();
const argv = [Number.isFinite(limit.count) ? String(limit.count) : `${limit.seconds}s`, String(limit.seed)];
const folder = mkdtempSync(join(tmpdir(), 'dtbus-fuzz-serve-'));
writeFileSync(join(folder, 'board.dts'), BOARD);
const sockets = join(folder, 'run');
const server = spawn(
  process.execPath,
  [path('../../../bin/dtbus.js'), 'serve', join(folder, 'board.dts'), '--socket-dir', sockets],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
const said = [];
let complaints = '';
server.stderr.on('data', (data) => {
  complaints = (complaints + data).slice(-4000);
});
try {
  await ready(server, said);
  const boards = [await openBoard({ connect: sockets }), await openBoard({ connect: sockets })];
  const guests = boards.map((board, number) => new Guest(board, number));
  const found = await attack(sockets, server, guests, argv);
  for (const board of boards) await board.close();
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  must(server.exitCode === 0, `the server ended with ${server.exitCode ?? server.signalCode}`);
  must(!/\n {4}at /.test(complaints), `a stack: ${complaints}`);
  const ms = (time) => `${time.toFixed(1)} ms`;
  console.log(
    `serve: ${found.messages} messages and ${found.lines} control lines in ${found.connections} connections, ${found.abrupt} left abruptly; ` +
      `guests: ${found.rounds} round trips right, median ${ms(found.medianMs)} (quiet ${ms(found.quietMs)}), worst ${ms(found.worstMs)}; ` +
      `server: ${JSON.stringify(found.before)} before, at most ${found.warmMb} MB in the first third, ${JSON.stringify(found.after)} after`,
  );
} catch (error) {
  throw new FuzzError(`serve, seed ${limit.seed}: ${error.message}\n${complaints}`, { cause: error });
} finally {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
