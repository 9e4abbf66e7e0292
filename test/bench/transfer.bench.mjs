// What a program waits for at its start, and what a transfer costs from the node to a simulated part and back, the two ends in
// two threads.
import { execFileSync, spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { PLAIN_TRANSFER } from '../support/plain-transfer.mjs';
import { checkout, cpuTime, load, median, medianOf, report } from './report.mjs';

const { openBoard } = await load('.');

const BOARD = `${checkout}dts/demo.dts`;

// What a program waits for when it starts: a command of ours from the shell, and the first board that a process opens, each in
// relation to a Node that does nothing, in turn with it.

const RUNS = 15;
const I2CGET = [`${checkout}bin/dtbus.js`, 'i2cget', '-b', BOARD, '-y', '1', '0x48', '0', 'w'];

/** Prints what the import and openBoard took, in ms. */
const OPEN = `
  const begin = performance.now();
  const { openBoard } = await import(${JSON.stringify(`${checkout}dist/src/board/index.js`)});
  const loaded = performance.now();
  const board = await openBoard(${JSON.stringify(BOARD)});
  console.log(JSON.stringify([loaded - begin, performance.now() - loaded]));
  await board.close();`;

/** What a command takes from the shell, and the CPU time of it, in ms. */
function shell(...argv) {
  const words = ['-c', '"$@" > /dev/null && times', 'bash', process.execPath, ...argv];
  const begin = performance.now();
  const { status, stdout } = spawnSync('bash', words);
  const time = performance.now() - begin;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
  const children = String(stdout).trim().split('\n').at(-1);
  const cpu = [...children.matchAll(/m([\d.]+)s/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
  return { time, cpu: 1000 * cpu };
}

const runs = Array.from({ length: RUNS }, () => {
  const node = shell('-e', '0');
  const i2cget = shell(...I2CGET);
  const [loading, opening] = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', OPEN], { encoding: 'utf8' }),
  );
  return { node, i2cget, loading, opening };
}).slice(1);
const of = (figure) => median(runs.map(figure));

report(
  'node -e 0 from the shell',
  of(({ node }) => node.time),
  'ms',
  '',
  of(({ node }) => node.cpu),
);
const get = 'dtbus i2cget from the shell';
report(
  get,
  of(({ i2cget }) => i2cget.time),
  'ms',
  'at most 250',
  of(({ i2cget }) => i2cget.cpu),
);
report(
  `${get}, of node -e 0`,
  of(({ i2cget, node }) => i2cget.time / node.time),
  '',
  'at most 1.5',
);
report(
  "import of 'dtbus'",
  of(({ loading }) => loading),
  'ms',
);
const first = 'openBoard of the demo board, first in a process';
report(
  first,
  of(({ opening }) => opening),
  'ms',
);
report(
  `${first}, of node -e 0`,
  of(({ opening, node }) => opening / node.time),
  '',
  'at most 0.5',
);

// What a transfer takes.

const WRITE_READ = [
  { addr: 0x50, write: Uint8Array.of(0) },
  { addr: 0x50, read: 16 },
];
const I2C_M_RD = 1;
const TRANSFERS = Number(process.env.DTBUS_BENCH_TRANSFERS ?? 10_000_000);

/** Median time of one call in µs; `betweenUs`: how long the caller is busy with something else after each. */
function callTime(call, count, betweenUs = 0) {
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const begin = process.hrtime.bigint();
    call();
    times[i] = Number(process.hrtime.bigint() - begin) / 1000;
    const until = performance.now() + betweenUs / 1000;
    while (performance.now() < until);
  }
  return times.sort()[count >> 1];
}

/** Reports the median time of a call, and the mean CPU time of it in both threads, in µs. */
function reportCalls(what, call, count, { aim, betweenUs = 0, calls = 1 }) {
  const before = cpuTime();
  const time = medianOf(5, () => callTime(call, count, betweenUs)) / calls;
  // Who is busy between calls, or polls, uses all there is.
  const cpu = betweenUs === 0 ? (cpuTime() - before) / (5 * count * calls) : undefined;
  report(what, time, 'µs', aim, cpu);
}

async function onBoard(options, work) {
  const board = await openBoard(BOARD, { openHosts: 'first-use', ...options });
  try {
    return await work(board);
  } finally {
    await board.close();
  }
}

for (const poll of [false, true]) {
  await onBoard({ poll }, (board) => {
    const i2c = board.open('/dev/i2c-1');
    const call = () => i2c.transferSync(WRITE_READ);
    callTime(call, 20_000);
    const what = `write-then-read of 16 bytes, ${poll ? 'back-end polls' : 'back-end sleeps when idle'}`;
    reportCalls(what, call, 20_000, { aim: poll ? 'at most 3' : 'at most 10' });
    reportCalls(`  with 30 µs of other work between calls${poll ? ', polling' : ''}`, call, 2000, {
      betweenUs: 30,
    });
  });
}

await onBoard({}, (board) => {
  const { adapter } = board.nodes.get('/dev/i2c-1');
  const buf = new Uint8Array(1);
  const group = Array.from({ length: 64 }, () => ({ addr: 0x50, flags: I2C_M_RD, buf }));
  const call = () => adapter.transferSync(group);
  callTime(call, 2000);
  reportCalls('message of a group of 64', call, 2000, { calls: 64, aim: 'at most 1' });
});

await onBoard({}, (board) => {
  const flash = board.open('/dev/spidev0.0');
  const readId = { tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 };
  const call = () => flash.transferSync(readId);
  callTime(call, 20_000);
  reportCalls('SPI transfer of 4 bytes', call, 20_000, { aim: 'at most 10' });
});

await onBoard({}, (board) => {
  const { adapter } = board.nodes.get('/dev/spidev0.0');
  const BYTES = 65_536;
  const read = [
    { ...PLAIN_TRANSFER, tx: Uint8Array.of(0x03, 0, 0, 0) },
    { ...PLAIN_TRANSFER, rx: new Uint8Array(BYTES) },
  ];
  const call = () => adapter.transferSync(0, 0, read);
  callTime(call, 2000);
  report(
    '64 KiB read from the flash',
    BYTES / medianOf(5, () => callTime(call, 1000)) / 1000,
    'GB/s',
    'at least 1',
  );
});

// The young generation of the heap is kept as it is: when it is doubled is chance, and would be taken for a leak.
setFlagsFromString('--semi-space-growth-factor=1');
await onBoard({}, (board) => {
  const i2c = board.open('/dev/i2c-1');
  const run = (count) => {
    for (let i = 0; i < count; i++) i2c.transferSync(WRITE_READ);
  };
  const megabytes = () => process.memoryUsage().rss / 1e6;
  run(TRANSFERS / 10);
  const before = megabytes();
  run(TRANSFERS);
  report(`growth of memory over ${TRANSFERS / 1e6} million transfers`, megabytes() - before, 'MB', 'flat');
});

const opening = [];
const openingCpu = [];
for (let i = 0; i < 15; i++) {
  const begin = performance.now();
  const cpu = cpuTime();
  const board = await openBoard(BOARD);
  opening.push(performance.now() - begin);
  openingCpu.push((cpuTime() - cpu) / 1000);
  await board.close();
}
report('openBoard of the demo board', median(opening), 'ms', 'at most 60', median(openingCpu));
