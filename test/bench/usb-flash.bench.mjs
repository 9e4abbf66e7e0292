// 1 MiB of a W25Q80 behind an emulated USB adapter, read and written by `dtbus flash` and by flashrom in turn: a real
// Linux, its USB stack and libusb are between them and the emulator, and all of it has one processor.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, median, report } from './report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shared = process.env.DTBUS_SHARED ?? path('../../../shared');
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
/** A guest that hangs ignores every signal but SIGKILL. */
const DEADLINE_MS = 600_000;
const ROUNDS = Number(process.env.DTBUS_BENCH_ROUNDS ?? 3);

const ADAPTERS = [
  { name: 'CH341A', folder: 'ch341a', compatible: 'wch,ch341a', programmer: 'ch341a_spi', id: '5512' },
  {
    name: 'FT232H',
    folder: 'ftdi',
    compatible: 'ftdi,ft232h',
    programmer: 'ft2232_spi:type=232H',
    id: '6014',
  },
];

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

function initScript({ folder: kind, compatible, programmer, id }) {
  const board = join(folder, `${kind}.dts`);
  writeFileSync(board, boardOf(compatible));
  const within = ['node', path('usb/read-and-write.mjs'), checkout, board, programmer, id, ROUNDS].join(' ');
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TERM=dumb
export NODE_PATH=${dirname(dirname(createRequire(import.meta.url).resolve('usb/package.json')))}
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run
mountpoint -q /dev || mount -t devtmpfs dev /dev
node ${path('../hosts/in-guest/plug.mjs')} ${kind} '${within}'
busybox poweroff -f
`;
}

/** What the guest printed. */
async function boot(adapter) {
  const init = join(folder, 'init.sh');
  writeFileSync(init, initScript(adapter), { mode: 0o755 });
  const file = join(folder, 'console');
  const console = openSync(file, 'w');
  const words = `mem=192M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${init} con0=fd:0,fd:1 con=null quiet seccomp=on loglevel=2`;
  guest = spawn(kernel, words.split(' '), {
    stdio: ['ignore', console, console],
    detached: true,
    cwd: folder,
  });
  const deadline = setTimeout(() => process.kill(-guest.pid, 'SIGKILL'), DEADLINE_MS);
  await new Promise((resolve) => guest.once('exit', resolve));
  clearTimeout(deadline);
  return readFileSync(file, 'utf8').replaceAll('\r', '');
}

for (const adapter of ADAPTERS) {
  const output = await boot(adapter);
  const taken = [...output.matchAll(/^took (.*)$/gm)].map(([, json]) => JSON.parse(json));
  if (taken.length !== 4 * ROUNDS || /^failed/m.test(output)) {
    console.error(output);
    process.exitCode = 1;
    continue;
  }
  for (const what of ['reading', 'writing']) {
    const of = (whose) =>
      taken.filter((each) => each.what === what && each.whose === whose).map(({ ms }) => ms);
    const [ours, theirs] = [of('dtbus'), of('flashrom')];
    report(`${what} 1 MiB by ${adapter.name} over USB/IP: flashrom`, median(theirs) / 1000, 's');
    report(`  dtbus flash`, median(ours) / 1000, 's');
    report(`  in relation to it`, median(ours.map((ms, i) => ms / theirs[i])), '', 'at most 0.80');
  }
}
