// What a transaction costs a real Linux, with our back-end and with the least one in C; and how 16 share ours.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { checkout, median, report } from './report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shared = process.env.DTBUS_SHARED ?? path('../../../shared');
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
/** A guest that waits for a back-end ignores every signal but SIGKILL. */
const DEADLINE_MS = 60_000;
const GUESTS = 16;
const ROUNDS = 5;
const ROUND_MS = 1000;
const TURNS = 40;
const TURN = 150;
const RUNS_UNPINNED = 3;
const HOGS = 2;
/** All processors, as taskset has it. */
const ALL = `0-${availableParallelism() - 1}`;

if (!existsSync(kernel)) {
  console.log(`skipped: no kernel at ${kernel} (see test/guest/README.md)`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const children = new Set();

// Guests would outlive a bench that is interrupted or fails.
process.once('exit', () => {
  for (const child of children) kill(child);
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const compile = (name, ...flags) =>
  execFileSync('gcc', ['-O2', ...flags, '-o', join(folder, name), path(`guest/${name}.c`)]);

/** Starts a program on these processors: where the scheduler puts the two ends decides over more than they do. */
function on(cpus, command, args, stdio) {
  const child = spawn('taskset', ['-c', cpus, command, ...args], { stdio, detached: true });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Kills a program with all that it started. */
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Resolves when the back-end says "ready". */
async function backEnd(cpus, command, ...args) {
  const child = on(cpus, command, args, ['ignore', 'pipe', 'inherit']);
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  return child;
}

const BOARD = `/dts-v1/;
/ {
  aliases { i2c0 = &i2c; };
  i2c: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  };
};`;

const ours = (cpus) =>
  backEnd(
    cpus,
    process.execPath,
    join(checkout, 'bin/dtbus.js'),
    'serve',
    join(folder, 'board.dts'),
    '--socket-dir',
    folder,
  );
const OURS = join(folder, 'i2c0.sock');
const LEAST = join(folder, 'least.sock');

/** A guest on these processors, with a bus for each socket. */
class Guest {
  #child;
  #lines;

  constructor(cpus, ...sockets) {
    const args = `mem=64M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${folder}/transactions con0=fd:0,fd:1 con=null quiet`;
    const devices = sockets.map((socket) => `virtio_uml.device=${socket}:34`);
    this.#child = on(cpus, kernel, [...args.split(' '), ...devices], ['pipe', 'pipe', 'ignore']);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    setTimeout(() => kill(this.#child), DEADLINE_MS).unref();
  }

  /** Writes a line, where there is one, and gives what comes up to one that starts with `until`. */
  async ask(until, line) {
    if (line !== undefined) this.#child.stdin.write(`${line}\n`);
    const answer = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the guest ended before it said "${until}":\n${answer.join('\n')}`);
      answer.push(value);
      if (value.startsWith(until)) return answer;
    }
  }

  end() {
    kill(this.#child);
  }
}

/**
 * One guest with a bus of each back-end, taking turns: what disturbs the one disturbs the other. Gives what the least one
 * takes, in ns, and what ours takes in relation to it.
 */
async function turns(backEndCpus, guestCpus) {
  const backEnds = [
    await ours(backEndCpus),
    await backEnd(backEndCpus, join(folder, 'least-back-end'), LEAST),
  ];
  const guest = new Guest(guestCpus, OURS, LEAST);
  await guest.ask('waiting');
  await guest.ask('turned', `turns 0 1 ${TURNS / 10} ${TURN}`);
  const lines = await guest.ask('turned', `turns 0 1 ${TURNS} ${TURN}`);
  guest.end();
  for (const child of backEnds) kill(child);
  const pairs = lines
    .filter((line) => line.startsWith('turn '))
    .map((line) => line.split(' ').slice(1).map(Number));
  return { least: median(pairs.map(([, c]) => c)), ratio: median(pairs.map(([us, c]) => us / c)) };
}

/** Reports the best of `runs`, each with processes of its own: where they come to lie is decided at their start. */
async function roundTrip(where, backEndCpus, guestCpus, { runs = 1, aim = 1.1 } = {}) {
  const found = [];
  for (let run = 0; run < runs; run++) found.push(await turns(backEndCpus, guestCpus));
  const { least, ratio } = found.sort((a, b) => a.ratio - b.ratio)[0];
  report(`write 1, read 16, ${where}: the least back-end in C`, least / 1000, 'µs');
  report(`  dtbus serve in relation to it, ${where}`, ratio, '', `at most ${aim.toFixed(2)}`);
}

/** A guest at each of these sockets, all of them booted. */
async function guestsAt(sockets) {
  const guests = sockets.map((socket) => new Guest(ALL, socket));
  await Promise.all(guests.map((guest) => guest.ask('waiting')));
  return guests;
}

/** One guest alone, then all of them at once. */
async function roundOf(guests, round) {
  const run = async (guest) => {
    const answer = await guest.ask('ran', `run 0 ${ROUND_MS}`);
    const [count, medianNs] = answer.at(-1).split(' ').slice(1).map(Number);
    return { count, medianNs };
  };
  const { count: alone } = await run(guests[round]);
  const all = await Promise.all(guests.map(run));
  const counts = all.map(({ count }) => count);
  const medians = all.map(({ medianNs }) => medianNs);
  const sum = counts.reduce((total, count) => total + count);
  return {
    sum,
    together: sum / alone,
    byMedian: Math.max(...medians) / Math.min(...medians),
    byMean: Math.max(...counts) / Math.min(...counts),
  };
}

/**
 * What 16 guests get done at one back-end of ours and at 16 in C, in turn: what disturbs the one disturbs the other. How
 * many times one guest's that is says little: what one gets done alone changes threefold with the processors that it and
 * its back-end come to lie on. And how much worse than the best served of ours one is served: on a machine that is busy,
 * User-Mode Linux stalls now and then for a second, whoever serves it. The median of a guest's latencies says how it is
 * served, their mean says how it was scheduled, too.
 */
async function sixteen(one, many) {
  const sides = [
    { what: 'one dtbus serve', guests: await guestsAt(one), rounds: [] },
    { what: `${GUESTS} back-ends in C`, guests: await guestsAt(many), rounds: [] },
  ];
  for (let round = -1; round < ROUNDS; round++) {
    for (const { guests, rounds } of sides) {
      const result = await roundOf(guests, Math.max(0, round));
      // The first one warms up.
      if (round >= 0) rounds.push(result);
    }
  }
  for (const { what, guests, rounds } of sides) {
    for (const guest of guests) guest.end();
    const of = (figure) => median(rounds.map((round) => round[figure]));
    report(
      `${GUESTS} guests, ${what}: transactions in relation to one guest`,
      of('together'),
      '',
      'at least 1',
    );
    report(`  worst over best median latency, ${what}`, of('byMedian'), '', 'at most 4');
    report(`  worst over best mean latency, ${what}`, of('byMean'), '');
  }
  const [ours, theirs] = sides.map(({ rounds }) => rounds);
  const ratio = median(ours.map(({ sum }, round) => sum / theirs[round].sum));
  report(
    `${GUESTS} guests: one dtbus serve in relation to ${GUESTS} back-ends in C`,
    ratio,
    '',
    'at least 0.90',
  );
}

compile('least-back-end');
compile('transactions', '-static');
writeFileSync(join(folder, 'board.dts'), BOARD);
await roundTrip('one processor', '0', '0');
if (availableParallelism() > 1) await roundTrip('two processors', '0', '1');
await roundTrip('nothing pinned', ALL, ALL, { runs: RUNS_UNPINNED });
const hogs = Array.from({ length: HOGS }, () => on(ALL, process.execPath, ['-e', 'for (;;);'], 'ignore'));
await roundTrip(`${HOGS} hogs beside it`, ALL, ALL, { runs: RUNS_UNPINNED, aim: 1.3 });
for (const hog of hogs) kill(hog);
await ours(ALL);
const servers = Array.from({ length: GUESTS }, (_, i) => join(folder, `${i}.sock`));
for (const socket of servers) await backEnd(ALL, join(folder, 'least-back-end'), socket);
await sixteen(Array(GUESTS).fill(OURS), servers);
process.exit();
