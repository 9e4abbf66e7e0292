import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type DmaBuffer, featureSet, VIRTIO_F } from '../../src/virtio/index.ts';
import { MockGuest } from '../support/mock-guest.ts';

const KICKS = 0;
const CALLS = 1;
const SLEEP_LIMIT_MS = 10_000;
const COUNT = 20_000;
const SIZE = 64;

interface Request {
  readonly ask: DmaBuffer;
  readonly answer: DmaBuffer;
  number: number;
}

const { RING_PACKED, EVENT_IDX, IN_ORDER, INDIRECT_DESC } = VIRTIO_F;

describe('both ends in two threads, each asleep when it has nothing to do', () => {
  it.each([
    ['split', []],
    ['split with EVENT_IDX', [EVENT_IDX]],
    ['split with EVENT_IDX, IN_ORDER and INDIRECT_DESC', [EVENT_IDX, IN_ORDER, INDIRECT_DESC]],
    ['packed', [RING_PACKED]],
    ['packed with EVENT_IDX', [RING_PACKED, EVENT_IDX]],
    ['packed with EVENT_IDX, IN_ORDER and INDIRECT_DESC', [RING_PACKED, EVENT_IDX, IN_ORDER, INDIRECT_DESC]],
  ])('see each other’s data in order and lose no notification: %s', async (_name, features) => {
    const guest = new MockGuest(SIZE, featureSet(...features));
    const queue = guest.driver<Request>();
    const bells = new Int32Array(new SharedArrayBuffer(8));
    const { buffer, config } = guest;
    const view = new DataView(buffer);
    const idle: Request[] = Array.from({ length: SIZE }, () => ({
      ask: guest.alloc(4),
      answer: guest.alloc(4),
      number: 0,
    }));
    const peer = new Worker(new URL('./ring-peer.mjs', import.meta.url), {
      workerData: { buffer, config, bells, count: COUNT },
    });
    const ended = new Promise<number>((resolve, reject) => {
      peer.once('error', reject);
      peer.once('exit', resolve);
    });

    let asked = 0;
    let answered = 0;
    while (answered < COUNT) {
      const calls = Atomics.load(bells, CALLS);
      // Batches of any length, so that the ring is seen empty, full and in between.
      for (let n = (asked * 7) % 23; n >= 0 && asked < COUNT; n--) {
        const request = idle.pop();
        if (request === undefined) break;
        request.number = asked;
        view.setUint32(request.ask.addr, asked, true);
        if (!queue.addBuf([request.ask], [request.answer], request)) {
          idle.push(request);
          break;
        }
        asked++;
      }
      queue.kick(() => {
        Atomics.add(bells, KICKS, 1);
        Atomics.notify(bells, KICKS);
      });
      for (let request = queue.getBuf(); request !== undefined; request = queue.getBuf()) {
        const answer = view.getUint32(request.answer.addr, true);
        if (answer !== request.number * 2 || queue.usedLength !== 4) {
          throw new Error(`${request.number} was answered by ${answer} with ${queue.usedLength} bytes`);
        }
        idle.push(request);
        answered++;
      }
      if (queue.broken !== undefined) throw new Error(queue.broken);
      if (asked < COUNT && idle.length > SIZE / 2) continue;
      if (answered === COUNT || !queue.enableCallback()) continue;
      const woken = Atomics.wait(bells, CALLS, calls, SLEEP_LIMIT_MS);
      if (woken === 'timed-out') throw new Error(`no call after ${answered} of ${asked}`);
      queue.disableCallback();
    }
    expect(await ended).toBe(0);
    expect(queue.inFlight).toBe(0);
  });
});
