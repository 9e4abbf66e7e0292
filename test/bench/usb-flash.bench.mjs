// A flash behind an emulated USB adapter, read and written by `dtbus flash` and by flashrom in turn: a real Linux, its
// USB stack and libusb are between them and the emulator. The guest has one processor, and its processes are kept on one of this
// machine's: on several, how often they wake each other across them is the scheduler's choice. DTBUS_BENCH_PINNED=0 leaves it that.
// 1 MiB of a W25Q80, and on FT232H 16 MiB of a W25Q128 too: there Node's start is not longer than all that flashrom does. Of each
// the time of the program, and that from its first transfer with the adapter to its last. Beside them a client in C that does the
// transfers which the adapter's protocol needs and nothing else (usb/least-client.c), and the start of Node alone: less than them
// is not to be had. DTBUS_BENCH_ADAPTER=FT232H: only that; DTBUS_BENCH_TASKS=reading: only that.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, median, pinning, report } from './report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shared = process.env.DTBUS_SHARED ?? path('../../../shared');
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
/** A guest that hangs ignores every signal but SIGKILL. */
const DEADLINE_MS = 600_000;
const ROUNDS = Number(process.env.DTBUS_BENCH_ROUNDS ?? 3);

const W25Q80 = { flash: 'winbond,w25q80', chip: 'W25Q80.V', mib: 1, tasks: ['reading', 'writing'] };
const W25Q128 = { flash: 'winbond,w25q128', chip: 'W25Q128.V', mib: 16, tasks: ['reading'] };

const ADAPTERS = [
  {
    name: 'CH341A',
    folder: 'ch341a',
    compatible: 'wch,ch341a',
    programmer: 'ch341a_spi',
    id: '5512',
    flashes: [W25Q80],
  },
  {
    name: 'FT232H',
    folder: 'ftdi',
    compatible: 'ftdi,ft232h',
    programmer: 'ft2232_spi:type=232H',
    id: '6014',
    flashes: [W25Q80, W25Q128],
  },
].filter(({ name }) => name === (process.env.DTBUS_BENCH_ADAPTER ?? name));

/** The flashes of an adapter, with what is done with each. */
const flashesOf = ({ flashes }) =>
  flashes
    .map((each) => ({
      ...each,
      tasks: each.tasks.filter((task) => task === (process.env.DTBUS_BENCH_TASKS ?? task)),
    }))
    .filter(({ tasks }) => tasks.length > 0);

const boardOf = (compatible) => `/dts-v1/;
/ {
  hosts { adapter: adapter { compatible = "${compatible}"; }; };
  spi {
    compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&adapter>;
    flash: flash@0 { compatible = "jedec,spi-nor"; reg = <0>; spi-max-frequency = <30000000>; };
  };
};`;

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
if (!existsSync(kernel)) skip(`no kernel at ${kernel} (see test/guest/README.md)`);
if (spawnSync('flashrom', ['--version']).error !== undefined) skip('flashrom is not installed');

const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
let guest;
process.once('exit', () => {
  try {
    process.kill(-guest.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const pinned = pinning();

/** The least client, where it can be built. */
function buildLeast() {
  const program = join(folder, 'least-client');
  const built = spawnSync('gcc', ['-O2', '-o', program, path('usb/least-client.c'), '-l:libusb-1.0.so.0']);
  if (built.status === 0) return program;
  console.log(`without the least client: ${built.error?.message ?? built.stderr}`);
  return 'none';
}
const least = buildLeast();

function initScript(adapter) {
  const { folder: kind, compatible, programmer, id } = adapter;
  const board = join(folder, `${kind}.dts`);
  writeFileSync(board, boardOf(compatible));
  const flashes = flashesOf(adapter).map(({ flash, chip, mib, tasks }) =>
    [flash, chip, mib, tasks].join(':'),
  );
  const words = [
    path('usb/read-and-write.mjs'),
    ...[checkout, kind, board, programmer, id, ROUNDS, least],
    ...flashes,
  ];
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run TERM=dumb
export NODE_PATH=${dirname(dirname(createRequire(import.meta.url).resolve('usb/package.json')))}
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run
mountpoint -q /dev || mount -t devtmpfs dev /dev
node ${words.join(' ')}
busybox poweroff -f
`;
}

/** What the guest printed. */
async function boot(adapter) {
  const init = join(folder, 'init.sh');
  writeFileSync(init, initScript(adapter), { mode: 0o755 });
  const file = join(folder, 'console');
  const console = openSync(file, 'w');
  const words = `mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${init} con0=fd:0,fd:1 con=null quiet seccomp=on loglevel=2`;
  const [program, ...args] = [...pinned, kernel, ...words.split(' ')];
  guest = spawn(program, args, {
    stdio: ['ignore', console, console],
    detached: true,
    cwd: folder,
  });
  const deadline = setTimeout(() => process.kill(-guest.pid, 'SIGKILL'), DEADLINE_MS);
  await new Promise((resolve) => guest.once('exit', resolve));
  clearTimeout(deadline);
  return readFileSync(file, 'utf8').replaceAll('\r', '');
}

const nodeStarts = (output) => [...output.matchAll(/^node alone (.*)$/gm)].map(([, ms]) => Number(ms));

for (const adapter of ADAPTERS) {
  const output = await boot(adapter);
  const taken = [...output.matchAll(/^took (.*)$/gm)].map(([, json]) => JSON.parse(json));
  const tasks = flashesOf(adapter).flatMap(({ mib, tasks }) => tasks.map((what) => ({ what, mib })));
  const both = taken.filter(({ whose }) => whose === 'dtbus' || whose === 'flashrom');
  if (both.length !== 2 * tasks.length * ROUNDS || /^failed/m.test(output)) {
    console.error(output);
    process.exitCode = 1;
    continue;
  }
  for (const { what, mib } of tasks) {
    const title = `${what} ${mib} MiB by ${adapter.name} over USB/IP`;
    const of = (whose) =>
      taken.filter((each) => each.what === what && each.mib === mib && each.whose === whose);
    const [ours, theirs, leasts] = [of('dtbus'), of('flashrom'), of('least')];
    const related = (whose, part) => median(whose.map((each, i) => part(each) / part(theirs[i])));
    const row = (name, part, aim) => {
      report(`${name}: flashrom`, median(theirs.map(part)) / 1000, 's');
      report(`  dtbus flash`, median(ours.map(part)) / 1000, 's');
      report(`  in relation to it`, related(ours, part), '', aim);
      if (leasts.length > 0) report(`  least client, in relation to it`, related(leasts, part), '');
    };
    row(title, ({ ms }) => ms, 'at most 0.80');
    row(`${title}, from the first transfer to the last`, ({ transfers }) => transfers, 'at most 0.80');
    report(`  transfers of flashrom`, median(theirs.map(({ count }) => count)), '');
    if (leasts.length > 0)
      report(`  transfers of the least client`, median(leasts.map(({ count }) => count)), '');
    report(`  transfers of dtbus flash`, median(ours.map(({ count }) => count)), '');
    report(`  ms of a Node that does nothing`, median(nodeStarts(output)), 'ms');
    report(`  ms to the first one, flashrom`, median(theirs.map(({ start }) => start)), 'ms');
    report(`  ms to the first one, dtbus flash`, median(ours.map(({ start }) => start)), 'ms');
  }
}
