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
import { Worker } from 'node:worker_threads';

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

/** Boots a guest at `socket` and gives the median in microseconds that it printed. */
function measure(socket) {
  const args = `mem=128M root=/dev/root rootfstype=hostfs rootflags=/ ro init=${folder}/init.sh con0=fd:0,fd:1 quiet`;
  return new Promise((resolve, reject) => {
    const guest = spawn(kernel, [...args.split(' '), `virtio_uml.device=${socket}:34`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    let output = '';
    guest.stdout.on('data', (chunk) => {
      output += chunk;
      const median = /round-trip median (\d+)/.exec(output)?.[1];
      if (median !== undefined) resolve(Number(median) / 1000);
    });
    guest.once('exit', () => reject(new Error(`the guest ended without a figure:\n${output}`)));
    setTimeout(() => {
      try {
        process.kill(-guest.pid, 'SIGKILL');
      } catch {}
    }, 30_000).unref();
  });
}

async function ofC() {
  const socket = join(folder, 'c.sock');
  const backEnd = spawn(join(folder, 'least-back-end'), [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => backEnd.stdout.once('data', resolve));
  return measure(socket);
}

async function ofOurs() {
  const socket = join(folder, 'ours.sock');
  const worker = new Worker(new URL('./our-back-end.mjs', import.meta.url), { workerData: { socket } });
  await new Promise((resolve) => worker.once('message', resolve));
  try {
    return await measure(socket);
  } finally {
    worker.postMessage('end');
  }
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const c = [];
const ours = [];
try {
  for (let i = 0; i < rounds; i++) {
    c.push(await ofC());
    ours.push(await ofOurs());
  }
  const [a, b] = [median(ours), median(c)];
  console.log(`guest round trip, write 1 read 16: ours ${a.toFixed(1)} us, least in C ${b.toFixed(1)} us`);
  console.log(`ratio ${(a / b).toFixed(2)} (goal: at most 1.10)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
