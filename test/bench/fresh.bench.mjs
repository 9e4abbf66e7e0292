// What a board of its own costs each test: the simulated half of the demo board, opened and closed again and again in
// one process.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OF_BOTH } from './compare.mjs';
import { checkout, compared, cpuTime, load, median, report } from './report.mjs';

const { openBoard } = await load('.');
// A build to compare with may have none.
const kit = await Promise.resolve('./test')
  .then(load)
  .catch(() => undefined);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const SIMULATED_HALF = `${readFileSync(`${checkout}dts/demo.dts`, 'utf8')}
/ { aliases { /delete-property/ i2c2; /delete-property/ spi1; }; /delete-node/ hosts; };
/delete-node/ &bench;
/delete-node/ &bench_spi;
`;
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const file = join(folder, 'half.dts');
writeFileSync(file, SIMULATED_HALF);

/**
 * Opens and closes so many boards. @returns the median time, and the mean CPU time in all threads, of one in ms
 */
async function boards(count, options, open = openBoard) {
  const times = [];
  const before = cpuTime();
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    const board = await open(file, options);
    await board.close();
    times.push(performance.now() - begin);
  }
  return { time: median(times), cpu: (cpuTime() - before) / 1000 / count };
}

/** KB of the heap that is in use. */
async function heap() {
  // What a closed board still has to do is done in a turn of the event loop.
  for (let i = 0; i < 3; i++) {
    await sleep(20);
    collect();
  }
  return process.memoryUsage().heapUsed / 1000;
}

const INLINE = { backEnd: 'inline' };
const COUNT = 1000;
/** After so many, V8 has made the code that it keeps: what is left from then on is left by each board. */
const WARM_UP = 1000;
await boards(WARM_UP, INLINE);
const before = await heap();
const inline = await boards(COUNT, INLINE);
report('a fresh board, back-end in the same thread', inline.time, 'ms', 'at most 3', inline.cpu);
report(`heap that each of ${COUNT} left behind`, ((await heap()) - before) / COUNT, 'KB', 'at most 1');
report('resident memory after them', process.memoryUsage().rss / 1e6, 'MB');

if (kit !== undefined) {
  await boards(WARM_UP, {}, kit.openTestBoard);
  const heapBefore = await heap();
  const tested = await boards(COUNT, {}, kit.openTestBoard);
  report('a fresh board of dtbus/test', tested.time, 'ms', 'at most 3', tested.cpu);
  report(
    `heap that each of ${COUNT} of them left behind`,
    ((await heap()) - heapBefore) / COUNT,
    'KB',
    'at most 1',
  );
}

// What a board for each test cost before there was the kit: in turn, so that both find the same machine.
if (kit !== undefined && compared !== undefined) {
  const before = await load('.', compared);
  await boards(5, {}, before.openBoard);
  const ratios = [];
  for (let i = 0; i < 40; i++) {
    const was = await boards(1, {}, before.openBoard);
    const now = await boards(5, {}, kit.openTestBoard);
    ratios.push(now.time / was.time);
  }
  report(
    'a fresh board of dtbus/test, of an openBoard of the other build',
    median(ratios),
    '',
    `${OF_BOTH}: at most 0.05`,
  );
}

await boards(5, {});
const threaded = await boards(40, {});
report('a fresh board, back-end in a thread of its own', threaded.time, 'ms', '', threaded.cpu);
rmSync(folder, { recursive: true });
