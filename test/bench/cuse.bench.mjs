// What a transfer costs over the nodes of `dtbus up --dev`, in a real Linux: beside the least CUSE server in C,
// flashrom's own serprog, and npm's i2c-bus on an adapter of the kernel's.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, median, report } from './report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shared = process.env.DTBUS_SHARED ?? path('../../../shared');
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
const DEADLINE_MS = 150_000;
const TURNS = 24;
const READS = 250;
/** Turns in which our JavaScript is not yet compiled. */
const WARM_UP = 4;
const FLASH_TURNS = 8;
const PORT = 4000;

if (!existsSync(kernel)) {
  console.log(`skipped: no kernel at ${kernel} (see test/guest/README.md)`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const compile = (name, source) => execFileSync('gcc', ['-O2', '-o', join(folder, name), path(source)]);

const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; spi0 = &spi; };
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
	};
	spi: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
		flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; spi-max-frequency = <50000000>; };
	};
};`;

/** What process 1 of the guest does: everything one after the other, a line for each figure. */
function guestScript(native) {
  const flashrom = (name, programmer) => `
  begin=$(now); flashrom -p ${programmer} -c W25Q80.V -r /run/${name} > /run/log 2>&1 || { cat /run/log; echo "failed: flashrom -p ${programmer}"; }
  echo "${name} $begin $(now)"`;
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ DTBUS_BOARD=${folder}/board.dts
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev 2>/dev/null; mount -t tmpfs tmpfs /run
now() { cut -d' ' -f1 /proc/uptime; }
until_there() { for i in $(busybox seq 300); do "$@" 2>/dev/null && return; busybox usleep 100000; done; echo "missing: $*"; }
busybox ip link set lo up
node ${checkout}bin/dtbus.js up --dev > /run/up 2>&1 &
${folder}/least-server i2c-8 & ${folder}/least-server i2c-9 2 &
for node in i2c-1 i2c-8 i2c-9 spidev0.0; do until_there test -e /dev/$node; done
until_there grep -q Ctrl-C /run/up
${folder}/byte-reads ${TURNS} ${READS} /dev/i2c-1 /dev/i2c-8 /dev/i2c-9
node ${path('cuse/serprog.mjs')} ${PORT} > /run/programmer &
until_there grep -q ready /run/programmer
for turn in $(busybox seq ${FLASH_TURNS}); do
  ${flashrom('cuse', 'linux_spi:dev=/dev/spidev0.0,spispeed=50000')}
  ${flashrom('serprog', `serprog:ip=127.0.0.1:${PORT}`)}
done
cmp /run/cuse /run/serprog || echo "failed: the two flashes differ"
${native === undefined ? '' : `DTBUS_BENCH_CHECKOUT=${checkout} node ${path('cuse/six-bytes.mjs')} ${native}`}
echo finished
busybox poweroff -f
`;
}

/** The folder with the real i2c-bus, built for this Node; undefined where that cannot be. */
function nativePackages() {
  const install = path('../dev/cuse/native/install.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [install], { encoding: 'utf8' });
  if (stdout.trim() === '') console.log(`without npm's i2c-bus: ${stderr.trim()}`);
  return stdout.trim() || undefined;
}

/** Runs the guest to its end and gives its lines. */
async function boot() {
  // A back-end for the kernel's adapter, on a processor of its own: the best that there is for it.
  const socket = join(folder, 'i2c.sock');
  const backEnd = spawn(join(folder, 'least-back-end'), [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => backEnd.stdout.once('data', resolve));
  const output = join(folder, 'console');
  const args = `mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${folder}/init.sh con0=fd:0,fd:1 con=null quiet virtio_uml.device=${socket}:34`;
  // All of the guest on one processor: where the scheduler puts its processes decides over more than they do.
  const cpu = availableParallelism() - 1;
  const command = ['-c', String(cpu), kernel, ...args.split(' ')].map((word) => `'${word}'`).join(' ');
  const guest = spawn('sh', ['-c', `exec taskset ${command} < /dev/null > ${output} 2>&1`], {
    detached: true,
  });
  const deadline = setTimeout(() => process.kill(-guest.pid, 'SIGKILL'), DEADLINE_MS);
  await new Promise((resolve) => guest.once('exit', resolve));
  clearTimeout(deadline);
  backEnd.kill();
  const text = readFileSync(output, 'utf8').replaceAll('\r', '');
  if (!text.includes('finished\n')) throw new Error(`the guest did not finish:\n${text}`);
  // What failed takes time too: it is no figure.
  if (/^(failed|missing):/m.test(text)) throw new Error(`a step failed in the guest:\n${text}`);
  return text.split('\n').map((line) => line.split(' '));
}

try {
  compile('least-server', 'cuse/least-server.c');
  compile('byte-reads', 'cuse/byte-reads.c');
  compile('least-back-end', 'guest/least-back-end.c');
  const native = nativePackages();
  writeFileSync(join(folder, 'board.dts'), BOARD);
  writeFileSync(join(folder, 'init.sh'), guestScript(native), { mode: 0o755 });
  const lines = await boot();
  const rows = (name) => lines.filter(([first]) => first === name).map((line) => line.slice(1).map(Number));

  const turns = rows('turn').slice(WARM_UP);
  const us = (column) => median(turns.map((turn) => turn[column])) / 1000;
  report('SMBus byte read: the least CUSE server in C', us(1), 'µs');
  report('  with the place of the result guessed, as ours does', us(2), 'µs');
  report('  dtbus up --dev', us(0), 'µs');
  report('  in relation to the former', median(turns.map(([ours, c]) => ours / c)), '', 'at most 1.3');
  report('  in relation to the latter', median(turns.map(([ours, , c]) => ours / c)), '', 'at most 1.3');

  /** What flashrom took in these turns: the first ones compile our JavaScript beside it, on the same processor. */
  const seconds = (name, ...turns) =>
    median(
      rows(name)
        .slice(...turns)
        .map(([begin, end]) => end - begin),
    );
  const compiling = [0, WARM_UP];
  const compiled = [WARM_UP];
  report('1 MiB of flash read by flashrom over serprog', seconds('serprog', ...compiled), 's');
  report('  over spidev of dtbus up --dev', seconds('cuse', ...compiled), 's');
  report('  over spidev, the first four times', seconds('cuse', ...compiling), 's');
  const share = seconds('cuse', ...compiled) / seconds('serprog', ...compiled);
  report('  flashrom over spidev in relation to serprog', share, '', 'at most 1');

  const six = rows('six').slice(WARM_UP);
  if (native !== undefined) {
    const call = (column) => median(six.map((turn) => turn[column])) / 1000;
    report("i2cReadSync of 6 bytes: npm's i2c-bus on virtio-i2c", call(2), 'µs');
    report('  the drop-in on a board in the same thread', call(0), 'µs');
    report('  in relation to it', median(six.map(([ours, , real]) => ours / real)), '', 'at most 1');
    report('  the drop-in over a back-end thread, on one processor', call(1), 'µs');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
