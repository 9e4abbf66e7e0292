import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { connectUnix } from '../../../src/os/index.ts';
import { VhostUserFrontEnd } from '../../../src/transport/vhost-user/front-end/front-end.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  driverOk,
  featureSet,
  negotiate,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';
import { openFiles } from '../../os/open-files.ts';

const BACK_END = fileURLToPath(new URL('mortal-back-end.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../dist/src/transport/index.js', import.meta.url));
const KILLS = Number(process.env['DTBUS_TEST_KILLS'] ?? 10);
const IN_FLIGHT = 12;
/** A busy machine needs seconds to start a back-end anew. */
const GIVE_UP_MS = 60_000;

const missing = existsSync(BUILT) ? undefined : `${BUILT} is not there: run npm run build`;
if (missing !== undefined) console.warn(`the test that kills back-ends is skipped: ${missing}`);

/** Requests of 12 bytes, each with a number of its own, that keep a queue full. */
function keepBusy(transport: VhostUserFrontEnd) {
  const features = negotiate(transport, featureSet(0, VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX), 1);
  const dma = new DmaAllocator(transport.dmaRange.address, transport.dmaRange.size);
  const config = { ...allocateQueueAreas(dma, 64, features), size: 64, features };
  const queue = createDriverQueue<number>(transport.memory, config, dma);
  transport.setupQueue(0, config);
  driverOk(transport);

  const slots = Array.from({ length: IN_FLIGHT }, () => {
    const [request, status] = [dma.alloc(12), dma.alloc(1)];
    return {
      readable: [{ addr: request, len: 12 }],
      writable: [{ addr: status, len: 1 }],
      bytes: transport.memory.slice(request, 12),
      status: transport.memory.slice(status, 1),
    };
  });
  /** Status by identity. */
  const ended = new Map<number, number>();
  const inSlot = new Array<number | undefined>(IN_FLIGHT).fill(undefined);
  let next = 1;

  function fill(): void {
    slots.forEach(({ bytes, readable, writable, status }, slot) => {
      if (inSlot[slot] !== undefined) return;
      bytes.set([0xa0, 0, 0, 0, 0, 0, 0, 0]);
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, next, true);
      status[0] = 0xee;
      inSlot[slot] = next++;
      queue.addBuf(readable, writable, slot + 1);
    });
    queue.kick(() => transport.notify(0));
  }

  function harvest(): number {
    let count = 0;
    for (let token = queue.getBuf(); token !== undefined; token = queue.getBuf(), count++) {
      const slot = token - 1;
      const identity = inSlot[slot];
      if (identity === undefined) throw new Error(`slot ${slot} ended twice`);
      expect(ended.has(identity)).toBe(false);
      ended.set(identity, slots[slot]?.status[0] as number);
      inSlot[slot] = undefined;
    }
    expect(queue.broken).toBeUndefined();
    return count;
  }

  /** Works until so many more requests have ended. */
  async function work(count: number): Promise<void> {
    const giveUp = performance.now() + GIVE_UP_MS;
    for (let left = count; left > 0; ) {
      const seen = transport.calls(0);
      fill();
      const done = harvest();
      left -= done;
      if (done === 0 && queue.enableCallback()) await transport.wait(0, seen, 100);
      if (performance.now() > giveUp) throw new Error('no request ends any more');
    }
  }

  /** Waits for all that are under way. @returns how many were made, and the status of each by its number */
  async function finish() {
    while (inSlot.some((identity) => identity !== undefined)) {
      const seen = transport.calls(0);
      if (harvest() === 0 && queue.enableCallback()) await transport.wait(0, seen, 100);
    }
    return { made: next - 1, ended };
  }

  return { fill, work, finish };
}

async function startBackEnd(socket: string, record: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BACK_END, socket, record], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

it.skipIf(missing !== undefined)(
  `kill -9 of the back-end under load, ${KILLS} times: every request ends once, none is run twice or lost`,
  async () => {
    const before = openFiles(/memfd|eventfd|socket/).length;
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-kill-'));
    const socket = join(folder, 'i2c.sock');
    const record = join(folder, 'record');
    writeFileSync(record, '');

    let child = await startBackEnd(socket, record);
    const transport = new VhostUserFrontEnd({
      connect: () => connectUnix(socket),
      deviceId: 34,
      reconnectMs: 2,
      timeoutMs: 1000,
    });
    const load = keepBusy(transport);
    for (let round = 0; round < KILLS; round++) {
      await load.work(20 + (round % 7));
      load.fill();
      await kill(child);
      child = await startBackEnd(socket, record);
    }
    await load.work(50);
    const { made, ended } = await load.finish();

    const bytes = readFileSync(record);
    const run = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
    const wasRun = new Set(run);
    expect(wasRun.size).toBe(run.length); // none was run twice
    expect(ended.size).toBe(made); // none is missing
    let failed = 0;
    for (const [identity, status] of ended) {
      expect([0, 1]).toContain(status);
      if (status === 0) expect(wasRun.has(identity)).toBe(true);
      else failed++;
    }
    // Deaths that hit nothing would prove nothing.
    expect(failed).toBeGreaterThan(KILLS / 2);

    transport.close();
    await kill(child);
    rmSync(folder, { recursive: true });
    expect(openFiles(/memfd|eventfd|socket/).length).toBeLessThanOrEqual(before);
    if (process.env['DTBUS_TEST_KILLS'] !== undefined) {
      console.log(
        `${KILLS} kills: ${ended.size} requests, ${failed} ended in an error, ${run.length} were run`,
      );
    }
  },
  120_000,
);
