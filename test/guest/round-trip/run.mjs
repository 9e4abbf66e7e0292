/**
 * Compares one transaction (write a byte, read 16, joined by a repeated START) over our back-end with the
 * least back-end in C, both seen from inside a User-Mode Linux. Needs `npm run build`, gcc and the kernel.
 *
 *     node test/guest/round-trip/run.mjs [ROUNDS]
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const shared = process.env.DTBUS_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const kernel = process.env.DTBUS_GUEST_KERNEL ?? join(shared, 'guest/linux');
const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'dtbus-round-trip-'));

const compile = (name, ...flags) =>
  execFileSync('gcc', ['-O2', ...flags, '-o', join(folder, name), join(here, `${name}.c`)]);
compile('least-back-end');
compile('round-trip', '-static');
writeFileSync(
  join(folder, 'init.sh'),
  `#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev 2>/dev/null
${folder}/round-trip /dev/i2c-0 0x50 5000
busybox poweroff -f
`,
  { mode: 0o755 },
);

/** Starts a program on one processor: where the scheduler puts the two ends decides over more than they do. */
function on(cpu, command, args, options) {
  return spawn('taskset', ['-c', String(cpu), command, ...args], options);
}

/** Boots a guest on a processor, at `socket`, and gives the median in microseconds that it printed. */
function measure(socket, cpu) {
  const args = `mem=128M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${folder}/init.sh con0=fd:0,fd:1 quiet`;
  return new Promise((resolve, reject) => {
    const guest = on(cpu, kernel, [...args.split(' '), `virtio_uml.device=${socket}:34`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    let output = '';
    guest.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const deadline = setTimeout(() => process.kill(-guest.pid, 'SIGKILL'), 30_000);
    guest.once('exit', () => {
      clearTimeout(deadline);
      const median = /round-trip median (\d+)/.exec(output)?.[1];
      if (median !== undefined) resolve(Number(median) / 1000);
      else reject(new Error(`the guest ended without a figure:\n${output}`));
    });
  });
}

const BACK_ENDS = {
  c: [join(folder, 'least-back-end')],
  ours: [process.execPath, join(here, 'our-back-end.mjs')],
};

async function roundTrip(which, backEndCpu, guestCpu) {
  const socket = join(folder, `${which}.sock`);
  const [command, ...args] = BACK_ENDS[which];
  const backEnd = on(backEndCpu, command, [...args, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => backEnd.stdout.once('data', resolve));
  try {
    return await measure(socket, guestCpu);
  } finally {
    backEnd.kill();
  }
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
try {
  for (const [name, backEndCpu, guestCpu] of [
    ['on one processor', 0, 0],
    ['on two processors', 0, 1],
  ]) {
    const took = { c: [], ours: [] };
    for (let i = 0; i < rounds; i++) {
      for (const which of ['c', 'ours']) took[which].push(await roundTrip(which, backEndCpu, guestCpu));
    }
    const [ours, c] = [median(took.ours), median(took.c)];
    console.log(
      `guest round trip, write 1 read 16, ${name}: ours ${ours.toFixed(1)} us, least in C ${c.toFixed(1)} us, ` +
        `ratio ${(ours / c).toFixed(2)} (goal: at most 1.10)`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
