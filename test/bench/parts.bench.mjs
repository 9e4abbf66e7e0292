// What parts cost: a board with many of them, one that nobody touches, a read of two bytes of a part that is its
// registers, beside one of a part with a model, noise, and the corpus' board with most parts (../shared, or DTBUS_SHARED).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heldWhileOpen, USUAL_KINDS } from '../support/held-memory.mjs';
import { load, median, report } from './report.mjs';

const { openBoard } = await load('.');
const { cachedReader, compile } = await load('./devicetree');

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const [FIRST, A_BUS] = [0x08, 100];
const project = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = join(process.env.DTBUS_SHARED ?? join(project, '../shared'), 'corpus', 'linux-7.2-dts.tar.xz');
/** Of the corpus' boards, the one with most simulated parts: 43. */
const LARGEST = 'arch/arm64/boot/dts/xilinx/zynqmp-zcu106-revA.dts';
const PREFIXES = 'scripts/dtc/include-prefixes';
const EVENT_CODES = 'linux/input-event-codes.h';

/** What is read: two bytes of a sensor with a model, and of a PMIC, a fuel gauge and a codec that are rows of a table. */
const READ = { model: 'national,lm75', rows: ['ti,tps65217', 'maxim,max17042', 'wlf,wm8904'] };

const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const part = (compatible, address, more = '') =>
  `p@${address.toString(16)} { compatible = "${compatible}"; reg = <0x${address.toString(16)}>; ${more} };`;
const bus = (number, parts) =>
  `i2c${number}: i2c-${number} { compatible = "platform,virtio-i2c"; ${CELLS} ${parts.join('\n')} };`;
const board = (name, buses) => {
  const file = join(folder, `${name}.dts`);
  writeFileSync(file, `/dts-v1/;\n/ { ${buses.join('\n')} };\n`);
  return file;
};
/** So many parts of all these kinds, a hundred on a bus. */
const withParts = (count, more = '', kinds = USUAL_KINDS) =>
  board(
    `parts${count}`,
    Array.from({ length: Math.ceil(count / A_BUS) }, (_, number) =>
      bus(
        number,
        Array.from({ length: Math.min(A_BUS, count - number * A_BUS) }, (_, index) =>
          part(kinds[index % kinds.length], FIRST + index, more),
        ),
      ),
    ),
  );

async function openTime(file, runs) {
  const times = [];
  for (let run = 0; run < runs; run++) {
    const begin = performance.now();
    const opened = await openBoard(file);
    times.push(performance.now() - begin);
    await opened.close();
  }
  return median(times);
}

/** ms that a board takes to come up with `--adopt`, and its compile alone, in turn. */
async function adoptTimes(root) {
  execFileSync('tar', ['xJf', CORPUS, '-C', root]);
  if (existsSync(`/usr/include/${EVENT_CODES}`)) {
    execFileSync('mkdir', ['-p', join(root, 'include/uapi/linux')]);
    writeFileSync(join(root, 'include/uapi', EVENT_CODES), readFileSync(`/usr/include/${EVENT_CODES}`));
  }
  const file = join(root, LARGEST);
  const includePaths = [join(root, PREFIXES)];
  const options = { adopt: true, treeChecks: 'off', onWarning() {}, includePaths };
  const readFile = (path) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  };
  const times = { open: [], compile: [] };
  for (let run = 0; run < 11; run++) {
    let begin = performance.now();
    const opened = await openBoard(file, options);
    times.open.push(performance.now() - begin);
    await opened.close();
    begin = performance.now();
    const paths = [dirname(file), ...includePaths];
    const { blob, diagnostics } = compile(file, readFileSync(file), {
      readFile: cachedReader(readFile),
      includePaths: paths,
      symbols: true,
    });
    times.compile.push(performance.now() - begin);
    if (blob === undefined) throw new Error(diagnostics[0]?.message);
  }
  return {
    first: times.open[0] - times.compile[0],
    open: median(times.open),
    compile: median(times.compile),
  };
}

try {
  const [few, many] = [withParts(10), withParts(1000)];
  await openTime(few, 3);
  const perPart = [(await openTime(few, 15)) / 10, (await openTime(many, 5)) / 1000];
  report('a board with 10 parts comes up, for each part', perPart[0], 'ms');
  report('  with 1,000 parts', perPart[1], 'ms');
  report('  1,000 beside 10', perPart[1] / perPart[0], '', 'at most 1.3');

  /** KiB of each part of these kinds. The same nodes without parts: what is left is the parts. */
  const memoryOf = async (kinds, use) => {
    const measure = async (more, used) => {
      const file = withParts(1000, more, kinds);
      return heldWhileOpen(() => openBoard(file, { backEnd: 'inline' }), used);
    };
    // Once before, for what is loaded and compiled once.
    await measure('', use);
    await measure('status = "disabled";');
    const nodes = await measure('status = "disabled";');
    return ((await measure('', use)) - nodes) / 1000 / 1024;
  };
  const address = (opened) => {
    for (let bus = 0; bus < 1000 / A_BUS; bus++)
      for (let index = 0; index < A_BUS; index++)
        opened.open(`/dev/i2c-${bus}`).transferSync([{ addr: FIRST + index, read: 1 }]);
  };
  report('memory of a part that nobody touches', await memoryOf(USUAL_KINDS), 'KiB', 'at most 2');
  for (const kind of USUAL_KINDS) report(`  of ${kind}`, await memoryOf([kind]), 'KiB', 'at most 2');
  report('  of one that was read once, of all these kinds', await memoryOf(USUAL_KINDS, address), 'KiB');

  /** µs of a read of two bytes, of each board in turn; the best of the rounds, as others use the machine too. */
  async function readTimes(files) {
    const boards = await Promise.all(files.map((file) => openBoard(file, { backEnd: 'inline' })));
    const calls = boards.map((opened) => {
      const i2c = opened.open('/dev/i2c-0');
      return () =>
        i2c.transferSync([
          { addr: 0x48, write: Uint8Array.of(0) },
          { addr: 0x48, read: 2 },
        ]);
    });
    const best = files.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < 15; round++) {
      for (const [index, call] of calls.entries()) {
        const begin = performance.now();
        for (let i = 0; i < 3000; i++) call();
        best[index] = Math.min(best[index], ((performance.now() - begin) * 1000) / 3000);
      }
    }
    for (const opened of boards) await opened.close();
    return best;
  }
  const crowd = Array.from({ length: A_BUS }, (_, index) => part(READ.model, FIRST + index));
  const [alone, among, ...rows] = await readTimes([
    board('one', [bus(0, [part(READ.model, 0x48)])]),
    board('crowd', [bus(0, crowd)]),
    ...READ.rows.map((row, index) => board(`row${index}`, [bus(0, [part(row, 0x48)])])),
  ]);
  report(`a read of two bytes of ${READ.model}`, alone, 'µs');
  report('  with 99 others on its bus', among / alone, '', 'at most 1.05');
  for (const [index, row] of READ.rows.entries())
    report(`  of ${row}, whose data sheet is all of it`, rows[index] / alone, '', 'at most 1.1');
  const noisy = board('noisy', [
    bus(0, [part(READ.model, 0x48, 'dtbus,faults = "noise amplitude=0.5 seed=7";')]),
  ]);
  const [quiet, noise] = await readTimes([join(folder, 'one.dts'), noisy]);
  report('  with noise on what it senses', noise / quiet, '');

  if (existsSync(CORPUS)) {
    const { first, open, compile: compiled } = await adoptTimes(folder);
    report('the board of the corpus with most parts, its compile', compiled, 'ms');
    // The text was read the first time, and is not compiled again.
    report('  comes up with --adopt beyond its compile', open, 'ms', 'at most 150');
    report('  the first time in a process, with the modules that it loads', first, 'ms');
  } else console.log(`no corpus: ${CORPUS} is not there`);
} finally {
  rmSync(folder, { recursive: true });
}
