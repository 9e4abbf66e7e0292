// A write of one byte and a read of two on a Linux I2C bus at 100 kHz: through dtbus's adapter, and the same ioctl from
// C, in turn, in a guest. The bus is Linux's i2c-gpio on lines of gpio-sim: SDA that is let go stays low, so every byte is
// acknowledged.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, load, median, pinning, report } from './report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shared = process.env.DTBUS_SHARED ?? path('../../../shared');
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
const DEADLINE_MS = 60_000;
const TURNS = 20;
const COUNT = 100;

if (!existsSync(kernel)) {
  console.log(`skipped: no kernel at ${kernel} (see test/guest/README.md)`);
  process.exit(0);
}

const TREE = `/dts-v1/; / {
  compatible = "dtbus,guest"; #address-cells = <1>; #size-cells = <1>;
  simulator { compatible = "gpio-simulator"; lines: bank { gpio-controller; #gpio-cells = <2>; ngpios = <4>; }; };
  i2c { compatible = "i2c-gpio"; i2c-gpio,delay-us = <18>; #address-cells = <1>; #size-cells = <0>;
    sda-gpios = <&lines 0 6>; scl-gpios = <&lines 1 0>;
    i2c-gpio,scl-output-only; };
};`;

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

const { compile } = await load('./devicetree');
writeFileSync(join(folder, 'guest.dtb'), compile('guest.dts', TREE).blob);
execFileSync('gcc', ['-O2', '-o', join(folder, 'i2c-ioctl'), path('guest/i2c-ioctl.c')]);
const within = [path('guest/linux-i2c-turns.mjs'), checkout, join(folder, 'i2c-ioctl'), TURNS, COUNT].join(
  ' ',
);
writeFileSync(
  join(folder, 'init.sh'),
  `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TERM=dumb
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run
mountpoint -q /dev || mount -t devtmpfs dev /dev
node ${within}
busybox poweroff -f
`,
  { mode: 0o755 },
);
const file = join(folder, 'console');
const console_ = openSync(file, 'w');
const words = `mem=128M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${folder}/init.sh con0=fd:0,fd:1 con=null quiet seccomp=on dtb=${folder}/guest.dtb`;
const [program, ...args] = [...pinning(), kernel, ...words.split(' ')];
guest = spawn(program, args, {
  stdio: ['ignore', console_, console_],
  detached: true,
  cwd: folder,
});
const deadline = setTimeout(() => process.kill(-guest.pid, 'SIGKILL'), DEADLINE_MS);
await new Promise((resolve) => guest.once('exit', resolve));
clearTimeout(deadline);
const output = readFileSync(file, 'utf8');
const turns = [...output.matchAll(/^turn (\d+) (\d+)/gm)].map((found) => found.slice(1).map(Number));
if (turns.length !== TURNS) {
  console.error(output);
  process.exit(1);
}
report(
  'write 1, read 2 on a Linux I2C bus at 100 kHz: ioctl from C',
  median(turns.map(([, c]) => c)) / 1000,
  'µs',
);
report('  through dtbus', median(turns.map(([ours]) => ours)) / 1000, 'µs');
report('  in relation to it', median(turns.map(([ours, c]) => ours / c)), '', 'at most 1.15');
