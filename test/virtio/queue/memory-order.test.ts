import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KEEPS_ORDER } from '../../../src/virtio/queue/memory-order.ts';

const SOURCE = new URL('../../../src/virtio/queue/memory-order.ts', import.meta.url);
const ROUNDS = 20_000;

/** A copy of the module that has made no fence yet. */
async function fresh(): Promise<typeof import('../../../src/virtio/queue/memory-order.ts')> {
  vi.resetModules();
  return await import('../../../src/virtio/queue/memory-order.ts');
}

/** Counts calls of `Atomics.store`. */
function countStores(): () => number {
  const { store } = Atomics;
  let stores = 0;
  const counting = (...args: Parameters<typeof store>) => {
    stores++;
    return store(...args);
  };
  vi.stubGlobal('Atomics', { store: counting });
  return () => stores;
}

afterEach(() => vi.unstubAllGlobals());

describe('a fence of the queues', () => {
  it('is one of Atomics 1000 times, then one of WebAssembly', async () => {
    const { fence } = await fresh();
    const stores = countStores();
    for (let n = 0; n < 999; n++) fence();
    expect(stores()).toBe(999);
    for (let n = 0; n < 5000; n++) fence();
    expect(stores()).toBe(1000);
  });

  it.each([
    ['there is no WebAssembly, as with --jitless', undefined],
    [
      'there are no addresses for its memory',
      {
        Module: class {},
        Instance: class {
          constructor() {
            throw new RangeError('Out of memory');
          }
        },
      },
    ],
  ])('stays one of Atomics where %s', async (_, engine) => {
    const { fence } = await fresh();
    const stores = countStores();
    vi.stubGlobal('WebAssembly', engine);
    for (let n = 0; n < 2000; n++) fence();
    expect(stores()).toBe(2000);
  });

  // Without one, the store may still be on its way when the load is done, in both: on two processors it is in many a round.
  // Others than x86 would need more, and the queues use no fence there.
  it.runIf(KEEPS_ORDER)('lets no two threads both miss what the other has just stored', async () => {
    const bundle = await rolldown({ input: fileURLToPath(SOURCE) });
    const [{ code }] = (await bundle.generate({ format: 'es' })).output;
    const module = `data:text/javascript,${encodeURIComponent(code)}`;
    const words = new Int32Array(new SharedArrayBuffer(512));
    const peers = [0, 1].map((side) => {
      const seen = new Int32Array(new SharedArrayBuffer(4 * ROUNDS));
      const workerData = { module, words, seen, side };
      const worker = new Worker(new URL('./fence-peer.mjs', import.meta.url), { workerData });
      return { seen, ended: once(worker, 'exit') };
    });
    expect(await Promise.all(peers.map(({ ended }) => ended))).toEqual([[0], [0]]);
    const missed = Array.from({ length: ROUNDS }, (_, round) => round).filter((round) =>
      peers.every(({ seen }) => (seen[round] as number) < round),
    );
    expect(missed).toEqual([]);
  });
});
