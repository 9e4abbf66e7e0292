import { afterEach, describe, expect, it, vi } from 'vitest';

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
});
