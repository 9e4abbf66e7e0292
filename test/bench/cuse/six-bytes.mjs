// Six bytes by i2cReadSync in turn: the drop-in on a board in this thread, on one whose back-end has a thread of its
// own, as `dtbus run` has it, and the real package on an adapter of the kernel's. `node six-bytes.mjs FOLDER`,
// DTBUS_BOARD names the board. Prints a line for each turn: medians in ns.
import { createRequire } from 'node:module';
import { checkout, load } from '../report.mjs';

const { openBoard } = await load('.');
const { i2cBus, setBoardProvider } = await import(`${checkout}dist/src/dev/index.js`);

const TURNS = 12;
const CALLS = 500;
const real = createRequire(`${process.argv[2]}/`)('i2c-bus');
const six = Buffer.alloc(6);
const boards = [await openBoard(undefined, { backEnd: 'inline' }), await openBoard()];
const dropIns = boards.map((board) => {
  setBoardProvider(() => board.nodes);
  const bus = i2cBus.openSync(1);
  // It looks for its node when it is used first.
  bus.i2cReadSync(0x50, 6, six);
  return bus;
});
const buses = [...dropIns, real.openSync(0)];
for (let turn = 0; turn < TURNS; turn++) {
  const medians = buses.map((bus) => {
    const times = new Float64Array(CALLS);
    for (let i = 0; i < CALLS; i++) {
      const begin = process.hrtime.bigint();
      bus.i2cReadSync(0x50, 6, six);
      times[i] = Number(process.hrtime.bigint() - begin);
    }
    return times.sort()[CALLS >> 1];
  });
  console.log(`six ${medians.join(' ')}`);
}
for (const board of boards) await board.close();
