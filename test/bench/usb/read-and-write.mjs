// In the guest: plugs an emulated USB adapter into its kernel, with a flash behind it, and has `dtbus flash` and flashrom
// read and write it in turn. `node read-and-write.mjs CHECKOUT FOLDER BOARD PROGRAMMER PRODUCT_ID ROUNDS LEAST FLASHES`, where LEAST is
// the program made of least-client.c, or `none`, and FLASHES are
// COMPATIBLE:CHIP:MIB:TASKS, as flashrom calls the chip: winbond,w25q80:W25Q80.V:1:reading,writing
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmulatedPort, plugIntoMachine } from '../../../dist/src/usb/index.js';
import { makeEmulator } from '../../hosts/in-guest/emulators.mjs';

const [checkout, folder, board, programmer, productId, rounds, least, ...flashes] = process.argv.slice(2);
const DEVICES = '/sys/bus/usb/devices';
/** Of a control transfer: bits that are 0 where the request is one that every device knows, as those of the kernel are. */
const KIND = 0x60;
/** So many calls behind an install compile what they run. */
const COMPILING = 2;
let warmedUp = false;
process.chdir('/run');

const isThere = () =>
  readdirSync(DEVICES).some((name) => {
    const file = `${DEVICES}/${name}/idProduct`;
    return existsSync(file) && readFileSync(file, 'utf8').trim() === productId;
  });

/** When the first transfer with a device began since `clear`, when the last one ended, and how many there were. */
class SeenTransfers {
  clear() {
    Object.assign(this, { first: undefined, last: undefined, count: 0 });
  }

  /** Looks at all that `port` is asked for. */
  watch(port) {
    const submit = port.submit.bind(port);
    port.submit = (transfer) => {
      if (transfer.setup === undefined || (transfer.setup.requestType & KIND) !== 0) this.#note(transfer);
      submit(transfer);
    };
  }

  #note(transfer) {
    this.first ??= performance.now();
    this.count++;
    const { done } = transfer;
    transfer.done = (...ended) => {
      this.last = performance.now();
      done(...ended);
    };
  }
}

const seen = new SeenTransfers();

/** Runs a program. @returns ms in all, up to the first transfer, and from that to the end of the last */
async function timed([program, ...words]) {
  seen.clear();
  const from = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  const [status] = await once(child, 'close');
  const ms = performance.now() - from;
  if (status !== 0) {
    console.log(`failed ${program} ${words.join(' ')}: ${status}\n${said}`);
    process.exit(1);
  }
  return { ms, start: seen.first - from, transfers: seen.last - seen.first, count: seen.count };
}

const dtbus = (task, file) => [
  'node',
  ...[`${checkout}bin/dtbus.js`, 'flash', task, 'flash', file, '-b', board],
];

/** The least client has one MiB, and does not write by an FTDI chip. */
const hasLeast = (what, mib) => least !== 'none' && mib === 1 && (folder === 'ch341a' || what === 'reading');

/** Reads and writes a flash by all of them. */
async function compare(flash, chip, mib, tasks) {
  const flashrom = (...words) => ['flashrom', '-p', programmer, '-c', chip, ...words];
  const bytes = mib << 20;
  // Of a blank chip nothing has to be erased: that would be so for the first of them alone.
  let contents = randomBytes(bytes);
  const pair = async (what, image, ours, theirs) => {
    const word = what === 'reading' ? 'read' : 'write';
    const clients = [
      ['dtbus', ours],
      ['flashrom', theirs],
    ];
    if (hasLeast(what, mib)) clients.push(['least', (file) => [least, folder, word, file]]);
    for (const [whose, command] of clients) {
      const file = image(whose);
      const took = await timed(command(file));
      console.log(`took ${JSON.stringify({ what, mib, whose, ...took })}`);
      if (what === 'reading' && !readFileSync(file).equals(contents))
        console.log(`failed: ${whose} read other bytes`);
      rmSync(file);
    }
  };
  const port = new EmulatedPort(await makeEmulator(folder, flash, contents));
  seen.watch(port);
  const session = plugIntoMachine(port);
  while (!isThere()) await sleep(50);
  for (const what of warmedUp ? [] : tasks) {
    // Of a board that is not known yet, and of one that is, each once.
    for (let call = 0; call < COMPILING; call++) {
      if (what === 'writing') {
        contents = randomBytes(bytes);
        writeFileSync('warm-up', contents);
      }
      await timed(dtbus(what === 'reading' ? 'read' : 'write', 'warm-up'));
      rmSync('warm-up');
    }
  }
  warmedUp = true;
  for (let round = 0; round < Number(rounds); round++) {
    if (tasks.includes('reading'))
      await pair(
        'reading',
        (whose) => `${whose}.read`,
        (file) => dtbus('read', file),
        (file) => flashrom('-r', file),
      );
    if (tasks.includes('writing'))
      await pair(
        'writing',
        (whose) => {
          contents = randomBytes(bytes);
          writeFileSync(`${whose}.image`, contents);
          return `${whose}.image`;
        },
        (file) => dtbus('write', file),
        (file) => flashrom('-w', file),
      );
  }
  port.unplug();
  session.close();
  while (isThere()) await sleep(50);
}

for (let round = 0; round < Number(rounds); round++)
  console.log(`node alone ${(await timed(['node', '-e', '0'])).ms}`);
for (const each of flashes) {
  const [flash, chip, mib, tasks] = each.split(':');
  await compare(flash, chip, Number(mib), tasks.split(','));
}
