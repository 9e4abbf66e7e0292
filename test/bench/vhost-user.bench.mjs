// What a request costs our own front-end over vhost-user, GPIO's least one, with our back-end and with one in C of
// the bench's own: in turn, both connected all the time, on processors that are free and on busy ones. With all of them
// on one processor a call takes 6 us, with the front-end on another some 30: of two back-ends that the scheduler
// places, one may be here and one there.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { checkout, load, median, report } from './report.mjs';

const { openBoard } = await load('.');

const TURNS = 40;
const CALLS = 300;
/** Before this process is kept on one of them. */
const PROCESSORS = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const children = [];
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

function start(command, args, stdio) {
  const child = spawn(command, args, { stdio });
  children.push(child);
  return child;
}

/** Resolves when the back-end says "ready". */
async function backEnd(command, ...args) {
  const child = start(command, args, ['ignore', 'pipe', 'inherit']);
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  return child;
}

/** Keeps a process, with the threads that it has, on these processors, as taskset has them. */
const keepOn = (cpus, { pid }) => execFileSync('taskset', ['-a', '-c', '-p', cpus, String(pid)]);

const BOARD = `/dts-v1/;
/ {
  aliases { gpio0 = &gpio; };
  gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <4>; };
};`;
const board = join(folder, 'board.dts');
writeFileSync(board, BOARD);
const least = join(folder, 'least-back-end');
execFileSync('gcc', ['-O2', '-o', least, fileURLToPath(new URL('guest/least-back-end.c', import.meta.url))]);
const ours = await backEnd(
  process.execPath,
  join(checkout, 'bin/dtbus.js'),
  'serve',
  board,
  '--socket-dir',
  folder,
);
const foreign = join(folder, 'least.sock');
const theirs = await backEnd(least, foreign, 'gpio');

const boards = [
  await openBoard(board, { connect: `gpio0=${join(folder, 'gpio0.sock')}` }),
  await openBoard(board, { connect: `gpio0=${foreign}` }),
];
const lines = await Promise.all(boards.map((each) => each.gpio()));

/** Median time of a call of a turn, in µs. */
function turn(chip) {
  const times = new Float64Array(CALLS);
  for (let i = 0; i < CALLS; i++) {
    const begin = process.hrtime.bigint();
    if (!chip.get(1)) throw new Error('line 1 is low');
    times[i] = Number(process.hrtime.bigint() - begin) / 1000;
  }
  return times.sort()[CALLS >> 1];
}

async function inTurn(where, frontEndCpu) {
  keepOn(frontEndCpu, process);
  for (let i = 0; i < TURNS / 4; i++) for (const chip of lines) turn(chip);
  const turns = [];
  for (let i = 0; i < TURNS; i++) {
    turns.push(lines.map(turn));
    await new Promise(setImmediate);
  }
  report(`GPIO get, ${where}: our front-end on one in C`, median(turns.map(([, c]) => c)), 'µs');
  report(
    `  on our back-end in relation to it, ${where}`,
    median(turns.map(([us, c]) => us / c)),
    '',
    'at most 1.1',
  );
}

async function inTurns(which) {
  await inTurn(`one ${which} processor`, '0');
  if (PROCESSORS > 1) await inTurn(`two ${which} processors`, '1');
}

for (const child of [ours, theirs]) keepOn('0', child);
await inTurns('free');
for (let i = 0; i < PROCESSORS; i++) {
  const hog = start(process.execPath, ['-e', 'console.log(0); for (;;);'], ['ignore', 'pipe', 'inherit']);
  keepOn(String(i), hog);
  await once(hog.stdout, 'data');
}
await inTurns('busy');
for (const each of boards) await each.close();
process.exit();
