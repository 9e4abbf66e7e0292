// What a program's transfers cost when nobody looks, and when `dtbus record` writes them down: a program of its own each time, as
// people have it. A build that cannot record says in the rows of recording what its transfers cost: `--against` then gives the
// quotient. Then whether 100,000 transfers a second come into the file, and what a replay as controller costs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout, median, report } from './report.mjs';

const RUNS = 3;
const RATE = 100_000;
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const board = join(folder, 'board.dts');
const file = join(folder, 'out.bus');
const program = join(folder, 'loop.mjs');
const cli = `${checkout}bin/dtbus.js`;
const canRecord = existsSync(`${checkout}dist/src/recording`);

writeFileSync(
  board,
  `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
};
`,
);
writeFileSync(
  program,
  `import { openBoard } from ${JSON.stringify(`${checkout}dist/src/board/index.js`)};
const [backEnd, rate] = process.argv.slice(2);
const board = await openBoard(${JSON.stringify(board)}, backEnd === 'inline' ? { backEnd } : {});
const bus = board.open('/dev/i2c-0');
const READ = [{ addr: 0x48, write: Uint8Array.of(0) }, { addr: 0x48, read: 2 }];
const times = [];
const block = (count) => {
  const begin = performance.now();
  for (let i = 0; i < count; i++) bus.transferSync(READ);
  return performance.now() - begin;
};
for (let i = 0; i < 40; i++) block(500);
if (rate === undefined) {
  for (let i = 0; i < 200; i++) times.push((block(500) * 1000) / 500);
  console.log(JSON.stringify(times.sort((a, b) => a - b)[times.length >> 1]));
} else {
  const begin = performance.now();
  let count = 0;
  for (let now = begin; now < begin + 2000; now = performance.now()) {
    const due = Math.min(((now - begin) * Number(rate)) / 1000, count + 1000);
    while (count < due) { bus.transferSync(READ); count++; }
  }
  console.log(JSON.stringify([count, count / ((performance.now() - begin) / 1000)]));
}
await board.close();
`,
);

/** What the program prints, of so many runs. */
function run(recorded, ...args) {
  const command = recorded ? [cli, 'record', file, '-b', board, '--'] : [];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, program, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return { value: JSON.parse(stdout), said: stderr };
}

const AIMS = { false: '1.1 of before', true: '1.5 of before' };
for (const backEnd of ['inline', 'thread'])
  for (const recorded of [false, true]) {
    const times = Array.from({ length: RUNS }, () => run(recorded && canRecord, backEnd).value);
    const what = `a transfer, back-end ${backEnd === 'inline' ? 'in the same thread' : 'in a thread'}${recorded ? ', recorded' : ''}`;
    report(what, median(times), 'us', AIMS[recorded]);
  }

if (canRecord) {
  const { value, said } = run(true, 'inline', String(RATE));
  const [count, rate] = value;
  report('transfers a second while they are recorded', rate, 'Hz', `${RATE} asked for`);
  const [, written = '0'] = /recorded (\d+) events/.exec(said) ?? [];
  // The program warms up with 20,000.
  report('of them not in the file', count + 20_000 - Number(written), '', '0');
  const begin = performance.now();
  const replay = spawnSync(process.execPath, [cli, 'replay', file, '-b', board, '--as', 'controller'], {
    encoding: 'utf8',
  });
  if (replay.status !== 0) throw new Error(replay.stderr);
  const lines = readFileSync(file, 'latin1').split('\n').length;
  report(
    'a transfer replayed as controller, with the start',
    ((performance.now() - begin) * 1000) / lines,
    'us',
  );
}
rmSync(folder, { recursive: true });
