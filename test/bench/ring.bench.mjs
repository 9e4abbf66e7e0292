// Nanoseconds per buffer through a virtqueue between two threads that both poll, measured as Linux's
// tools/virtio/ringtest measures: the driver adds buffers as long as there is room and takes back what was used,
// the device uses what is available, nobody sleeps. With DTBUS_RINGTEST=folder of ringtest's sources (not part of
// this package) they are built in a temporary folder and run in turn with ours, for the ratios.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { load, median, report } from './report.mjs';

const {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  featureSet,
  GuestMemory,
  VIRTIO_F,
} = await load('./virtio');

const SIZE = 256;
const BUFFERS = Number(process.env.DTBUS_BENCH_BUFFERS ?? 500_000);
const RUNS = 11;
/** Theirs are processes: enough for their start not to count. */
const PEER_BUFFERS = 5 * BUFFERS;
const BATCH = 32;
const BUFFER_BYTES = 64;
/** Words of the block by which the threads agree when a run begins and ends. */
const CONTROL = { GO: 0, READY: 1, DONE: 2, END: 3 };

const CASES = [
  {
    name: 'split ring, a kick per buffer',
    layout: [],
    batch: 1,
    peer: 'virtio_ring_0_9',
    aim: 'at most 150',
    most: 0.7,
  },
  { name: `split ring, kicks of ${BATCH}`, layout: [], batch: BATCH, peer: 'virtio_ring_0_9', most: 1 },
  {
    name: 'packed ring, a kick per buffer',
    layout: [VIRTIO_F.RING_PACKED],
    batch: 1,
    peer: 'ring',
    most: 1.5,
  },
  {
    name: `packed ring, kicks of ${BATCH}`,
    layout: [VIRTIO_F.RING_PACKED],
    batch: BATCH,
    peer: 'ring',
    most: 1,
  },
];

if (isMainThread) main();
else worker(workerData);

function main() {
  const peers = buildPeers();
  const rigs = CASES.map(start);
  try {
    for (const [i, { name, batch, peer, aim, most }] of CASES.entries()) {
      const ours = [];
      const theirs = [];
      const kicking = [];
      run(rigs[i]);
      for (let n = 0; n < RUNS; n++) {
        ours.push(run(rigs[i]));
        if (peers === undefined) continue;
        theirs.push(runPeer(join(peers, peer)));
        kicking.push(runPeer(join(peers, `${peer}-kicks`), '--batch', String(batch)));
      }
      report(name, median(ours), 'ns', aim);
      if (peers === undefined) continue;
      report(`  ${peer}.c`, median(theirs), 'ns');
      report(
        '  ratio, median of each run to the one after it',
        median(ours.map((nanoseconds, n) => nanoseconds / theirs[n])),
        '',
        `at most ${most}`,
      );
      report(`  ${peer}.c with the fence of each kick`, median(kicking), 'ns');
    }
    if (peers === undefined)
      console.log('DTBUS_RINGTEST is not set: no comparison with tools/virtio/ringtest');
  } finally {
    for (const rig of rigs) stop(rig);
    if (peers !== undefined) rmSync(peers, { recursive: true });
  }
}

/** Two threads with a queue between them, asleep. */
function start({ layout, batch }) {
  const features = featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX, ...layout);
  const buffer = new SharedArrayBuffer(1 << 18);
  const dma = new DmaAllocator(4096, buffer.byteLength - 4096);
  const config = { size: SIZE, features, ...allocateQueueAreas(dma, SIZE, features) };
  const addr = dma.alloc(BUFFER_BYTES);
  const control = new Int32Array(new SharedArrayBuffer(16));
  const time = new Float64Array(new SharedArrayBuffer(8));
  // The driver clears the areas, so it comes first.
  for (const side of ['driver', 'device']) {
    new Worker(new URL(import.meta.url), {
      workerData: { side, buffer, config, addr, control, time, batch },
    });
    const ready = side === 'driver' ? 1 : 2;
    for (let seen = 0; seen < ready; seen = Atomics.load(control, CONTROL.READY)) {
      Atomics.wait(control, CONTROL.READY, seen, 1000);
    }
  }
  return { control, time };
}

/** Nanoseconds per buffer of one run. */
function run({ control, time }) {
  const done = Atomics.load(control, CONTROL.DONE);
  Atomics.add(control, CONTROL.GO, 1);
  Atomics.notify(control, CONTROL.GO);
  while (Atomics.load(control, CONTROL.DONE) < done + 2) {
    Atomics.wait(control, CONTROL.DONE, Atomics.load(control, CONTROL.DONE), 100);
  }
  return (time[0] * 1e6) / BUFFERS;
}

function stop({ control }) {
  Atomics.store(control, CONTROL.END, 1);
  Atomics.add(control, CONTROL.GO, 1);
  Atomics.notify(control, CONTROL.GO);
}

function worker({ side, buffer, config, addr, control, time, batch }) {
  const memory = GuestMemory.over(buffer);
  const queue = side === 'driver' ? createDriverQueue(memory, config) : createDeviceQueue(memory, config);
  if (side === 'driver') queue.disableCallback();
  else queue.disableNotification();
  const use = batch === 1 ? useEach : useBatches;
  const drive = batch === 1 ? driveEach : driveBatches;
  Atomics.add(control, CONTROL.READY, 1);
  Atomics.notify(control, CONTROL.READY);
  for (let round = 0; ; round++) {
    Atomics.wait(control, CONTROL.GO, round);
    if (Atomics.load(control, CONTROL.END) === 1) return;
    const begin = performance.now();
    if (side === 'driver') drive(queue, addr);
    else use(queue);
    if (side === 'driver') time[0] = performance.now() - begin;
    Atomics.add(control, CONTROL.DONE, 1);
    Atomics.notify(control, CONTROL.DONE);
  }
}

/** As ringtest: one in, one out. */
function driveEach(queue, addr) {
  const none = [];
  const buffers = [{ addr, len: BUFFER_BYTES }];
  let started = 0;
  for (let completed = 0; completed < BUFFERS; ) {
    let busy = false;
    if (started < BUFFERS && queue.addBuf(none, buffers, 'Hello, world!')) {
      queue.kickPrepare();
      started++;
      busy = true;
    }
    if (queue.getBuf() !== undefined) {
      completed++;
      busy = true;
    }
    while (!busy && !queue.poll()) if (queue.broken !== undefined) throw new Error(queue.broken);
  }
}

function driveBatches(queue, addr) {
  const none = [];
  const buffers = [{ addr, len: BUFFER_BYTES }];
  let started = 0;
  for (let completed = 0; completed < BUFFERS; ) {
    for (let n = 0; n < BATCH && started < BUFFERS && queue.addBuf(none, buffers, 'Hello, world!'); n++)
      started++;
    queue.kickPrepare();
    for (let n = 0; n < BATCH && queue.getBuf() !== undefined; n++) completed++;
    if (queue.broken !== undefined) throw new Error(queue.broken);
  }
}

function useEach(queue) {
  for (let used = 0; used < BUFFERS; ) {
    const chain = queue.pop();
    if (chain === undefined) continue;
    queue.pushUsed(chain, BUFFER_BYTES - 1);
    used++;
  }
}

function useBatches(queue) {
  let staged = 0;
  for (let used = 0; used < BUFFERS; ) {
    const chain = queue.pop();
    if (chain !== undefined) {
      queue.stageUsed(chain, BUFFER_BYTES - 1);
      used++;
      staged++;
    }
    if (chain === undefined || staged === BATCH) {
      queue.flush();
      staged = 0;
    }
  }
  queue.flush();
}

/**
 * Builds ringtest's programs, as its Makefile does. They leave out what a driver does at each kick, to fence its stores and to
 * look whether the device wants to be told, as long as they poll: each is built once more with it, as `NAME-kicks`.
 * Undefined when the sources are not given.
 */
function buildPeers() {
  const sources = process.env.DTBUS_RINGTEST;
  if (sources === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-ringtest-'));
  const flags = ['-Wall', '-pthread', '-O2', '-ggdb', '-flto', '-fwhole-program', '-I', resolve(sources)];
  const main = join(resolve(sources), 'main.c');
  const kicking = join(folder, 'main-kicks.c');
  const always = readFileSync(main, 'utf8').replace(/if \(do_sleep\)\s+kick_available/, 'kick_available');
  if (always === readFileSync(main, 'utf8')) throw new Error(`${main} has no kick that waits for do_sleep`);
  writeFileSync(kicking, always);
  for (const name of ['virtio_ring_0_9', 'ring']) {
    for (const [program, mainSource] of [
      [name, main],
      [`${name}-kicks`, kicking],
    ]) {
      const objects = [];
      for (const [i, source] of [join(resolve(sources), `${name}.c`), mainSource].entries()) {
        const object = join(folder, `${program}-${i}.o`);
        must(spawnSync('gcc', [...flags, '-c', source, '-o', object], { encoding: 'utf8' }), source);
        objects.push(object);
      }
      const link = [...flags, ...objects, '-o', join(folder, program)];
      must(spawnSync('gcc', link, { encoding: 'utf8' }), program);
    }
  }
  return folder;
}

function must({ status, stderr, error }, what) {
  if (status !== 0) throw new Error(`${what} of DTBUS_RINGTEST cannot be built: ${error?.message ?? stderr}`);
}

/** Nanoseconds per buffer of one run of theirs. */
function runPeer(program, ...more) {
  const args = ['--ring-size', String(SIZE), '--run-cycles', String(PEER_BUFFERS), ...more];
  const begin = performance.now();
  must(spawnSync(program, args), program);
  return ((performance.now() - begin) * 1e6) / PEER_BUFFERS;
}
