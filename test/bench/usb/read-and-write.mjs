// In the guest, beside an emulated adapter that `test/hosts/in-guest/plug.mjs` has plugged in: reads and writes its flash by
// `dtbus flash` and by flashrom in turn. `node read-and-write.mjs CHECKOUT BOARD PROGRAMMER PRODUCT_ID ROUNDS`.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [checkout, board, programmer, productId, rounds] = process.argv.slice(2);
const DEVICES = '/sys/bus/usb/devices';
const FLASH_BYTES = 1 << 20;
process.chdir('/run');

const isThere = () =>
  readdirSync(DEVICES).some((name) => {
    const file = `${DEVICES}/${name}/idProduct`;
    return existsSync(file) && readFileSync(file, 'utf8').trim() === productId;
  });
while (!isThere()) await sleep(50);

const dtbus = (task, file, ...more) => [
  'node',
  `${checkout}bin/dtbus.js`,
  'flash',
  task,
  'flash',
  file,
  ...more,
  '-b',
  board,
];
const flashrom = (...words) => ['flashrom', '-p', programmer, '-c', 'W25Q80.V', ...words];

/** ms */
function timed([program, ...words]) {
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) {
    console.log(`failed ${program} ${words.join(' ')}: ${status}\n${stdout}${stderr}`);
    process.exit(1);
  }
  return performance.now() - from;
}

function pair(what, image, ours, theirs) {
  for (const [whose, command] of [
    ['dtbus', ours],
    ['flashrom', theirs],
  ]) {
    const file = image(whose);
    console.log(`took ${JSON.stringify({ what, whose, ms: timed(command(file)) })}`);
    if (what === 'reading')
      if (!readFileSync(file).equals(contents)) console.log(`failed: ${whose} read other bytes`);
  }
}

let contents = Buffer.alloc(FLASH_BYTES, 0xff);
for (let round = 0; round < Number(rounds); round++) {
  pair(
    'reading',
    (whose) => `${whose}.read`,
    (file) => dtbus('read', file),
    (file) => flashrom('-r', file),
  );
  pair(
    'writing',
    (whose) => {
      contents = randomBytes(FLASH_BYTES);
      writeFileSync(`${whose}.image`, contents);
      return `${whose}.image`;
    },
    (file) => dtbus('write', file),
    (file) => flashrom('-w', file),
  );
}
