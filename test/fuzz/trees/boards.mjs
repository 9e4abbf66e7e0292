// Fuzzer of boards, on the compiled package: `npm run build` first.
//
//   node test/fuzz/trees/boards.mjs [COUNT | SECONDSs] [--seed SEED]     COUNT: boards
//
// Boards with models that misbehave (`fuzz-model.mjs`), values of `dtbus,set` of every kind, and contents files that are
// missing, of any size, folders, pipes, links or devices. A board opens or says in a sentence why not; the honest part on it
// answers; every transfer ends; no sentence has a stack or a control byte; `close` ends.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBoard } from '../../../dist/src/board/index.js';
import { BusFault } from '../../../dist/src/bus/index.js';
import { limitOf, within } from '../limit.mjs';
import { FuzzError, must, randomFrom } from '../random.mjs';
import { faults, places } from './fuzz-model.mjs';

const MOST_MS = 20_000;
const REFUSALS = ['BoardError', 'NodeError', 'PropertyError', 'PartError', 'SourceError'];
/** What fails outside the call that began it would be this process's own fault: for a board with a thread. */
const LATER = ['promise', 'later'];
const NAMES = ['temperature', 'humidity', 'pressure', 'offset', '__proto__', 'constructor', '', 'x'];
const VALUES = ['31.5', '-1e9', 'NaN', 'Infinity', '0x10', '', ' ', 'true', '1e400', '🌡', '--5', '1=2'];
const PARTS = [
  'national,lm75',
  'bosch,bmp280',
  'sensirion,sht3x',
  'atmel,24c02',
  'maxim,ds3231',
  'nxp,pca9554',
  'ti,ads1115',
  'acme,none',
];
const CONTENTS = [
  'missing.bin',
  'empty.bin',
  'one.bin',
  'whole.bin',
  'long.bin',
  'folder',
  'pipe',
  'link',
  'loop',
  '/dev/zero',
  '/dev/null',
  'no/such/folder.bin',
  '',
];

const pick = (random, from) => from[random(from.length)];
const text = (value) => JSON.stringify(value).replace(/\\u00(..)/g, '\\x$1');

function folderOfFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-fuzz-boards-'));
  copyFileSync(new URL('fuzz-model.mjs', import.meta.url), join(folder, 'fuzz-model.mjs'));
  mkdirSync(join(folder, 'folder'));
  for (const [name, length] of [
    ['empty', 0],
    ['one', 1],
    ['whole', 256],
    ['long', 300],
  ])
    writeFileSync(join(folder, `${name}.bin`), Buffer.alloc(length, 7));
  symlinkSync('whole.bin', join(folder, 'link'));
  symlinkSync('loop', join(folder, 'loop'));
  must(spawnSync('mkfifo', [join(folder, 'pipe')]).status === 0, 'no mkfifo');
  return folder;
}

function settings(random) {
  const values = Array.from({ length: 1 + random(3) }, () => {
    const sign = random(8) === 0 ? '' : '=';
    return text(`${pick(random, NAMES)}${sign}${pick(random, VALUES)}${random(10) === 0 ? '\u001b[2J' : ''}`);
  });
  return random(10) === 0 ? 'dtbus,set = <1 2>;' : `dtbus,set = ${values.join(', ')};`;
}

/** @returns the source, and whether its models fail later than they are called */
function board(random) {
  let later = false;
  const parts = [];
  for (let at = 0x10; at < 0x10 + 1 + random(4); at++) {
    const fault = pick(random, faults);
    later ||= LATER.includes(fault);
    parts.push(`part@${at.toString(16)} { compatible = "fuzz,part"; reg = <${at}>; dtbus,model = "./fuzz-model.mjs";
      fuzz,place = "${pick(random, places)}"; fuzz,fault = "${fault}"; };`);
  }
  for (let at = 0x50; at < 0x50 + random(4); at++) {
    const properties = [];
    if (random(2) === 0) properties.push(settings(random));
    if (random(2) === 0) properties.push(`dtbus,contents = ${text(pick(random, CONTENTS))};`);
    if (random(6) === 0) properties.push(`dtbus,dump = ${text(pick(random, CONTENTS))};`);
    if (random(6) === 0)
      properties.push(`dtbus,model = ${text(pick(random, [...CONTENTS, './fuzz-model.mjs']))};`);
    parts.push(
      `part@${at.toString(16)} { compatible = "${pick(random, PARTS)}"; reg = <${at}>; ${properties.join(' ')} };`,
    );
  }
  const bus = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
  const source = `/dts-v1/; / { aliases { i2c1 = &a; };
    a: i2c-a { ${bus} honest@48 { compatible = "national,lm75"; reg = <0x48>; }; ${parts.join('\n')} }; };`;
  return { source, later };
}

/** Ends with an answer or a BusFault. */
async function transfer(i2c, messages) {
  try {
    return await i2c.transfer(messages);
  } catch (error) {
    must(error instanceof BusFault || error.name === 'BusFault', `a transfer fails with ${error.stack}`);
    return undefined;
  }
}

async function use(opened, random, source) {
  const i2c = opened.open('/dev/i2c-1');
  for (let i = random(10); i > 0; i--) {
    const addr = random(2) === 0 ? 0x10 + random(4) : 0x50 + random(4);
    const messages =
      random(2) === 0 ? [{ addr, read: 1 + random(8) }] : [{ addr, write: new Uint8Array(1 + random(4)) }];
    await transfer(i2c, messages);
  }
  const answer = await transfer(i2c, [
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);
  must(answer?.[0]?.[0] === 25, `the honest part answers ${answer?.[0]}`);
  for (const each of source.matchAll(/part@(\w+)/g)) {
    try {
      opened.part(`/i2c-a/part@${each[1]}`).get(pick(random, NAMES));
    } catch (error) {
      const unknown = error.message.startsWith('not found: ');
      must(unknown || REFUSALS.includes(error.name), `get of part@${each[1]}: ${error.stack}`);
    }
  }
}

const count = { opened: 0, refused: 0, told: 0 };

async function one(folder, random) {
  const { source, later } = board(random);
  const file = join(folder, 'board.dts');
  writeFileSync(file, source);
  const told = [];
  const options = {
    backEnd: later || random(8) === 0 ? 'worker' : 'inline',
    treeChecks: 'off',
    onWarning: (sentence) => told.push(sentence),
  };
  let opened;
  try {
    opened = await openBoard(file, options);
    count.opened++;
  } catch (error) {
    must(REFUSALS.includes(error.name), `openBoard fails with ${error.stack}`);
    told.push(error.message);
    count.refused++;
  }
  try {
    if (opened !== undefined) await use(opened, random, source);
  } finally {
    await opened?.close();
  }
  count.told += told.length;
  for (const sentence of told) {
    // Of a model of the user's the stack says where.
    must(!/\n\s+at /.test(sentence) || sentence.includes('fuzz-model.mjs'), `a stack: ${sentence}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    must(!/[\0-\x08\x0b-\x1f\x7f]/.test(sentence), `a control byte: ${JSON.stringify(sentence)}`);
  }
}

const limit = limitOf();
const goesOn = within(limit);
const folder = folderOfFiles();
let done = 0;
const found = (error) =>
  new FuzzError(`boards, board ${done} of seed ${limit.seed}: ${error?.stack ?? error}`);
process.on('unhandledRejection', (error) => {
  throw found(error);
});
try {
  for (; goesOn(done); done++) {
    const random = randomFrom(limit.seed + 7919 * done);
    for (let i = 0; i < 8; i++) random(2);
    const late = setTimeout(() => {
      throw found(`it does not end within ${MOST_MS} ms`);
    }, MOST_MS);
    await one(folder, random).catch((error) => {
      throw found(error);
    });
    clearTimeout(late);
    const litter = readdirSync(folder).filter((name) => /new|lock|tmp/.test(name));
    must(litter.length === 0, `left behind: ${litter}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `boards: ${done} boards, ${count.opened} opened, ${count.refused} refused, ${count.told} sentences: nothing found`,
);
