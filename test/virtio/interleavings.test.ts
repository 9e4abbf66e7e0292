import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeviceQueue, type DriverQueue, featureSet, VIRTIO_F } from '../../src/virtio/index.ts';
import { MockGuest } from '../support/mock-guest.ts';
import { type Fault, WeakMemory, type Weakness } from './weak-memory.ts';

/*
 * The queues themselves, on memory that is as weak as it may be, with one end running in the middle of what the
 * other does: at every access to the rings, and at every two of them. Nothing may be lost, doubled or read too
 * early, and nobody may sleep while there is something to do. All of it for processors that keep the order of loads
 * and of stores, as x86 does, and for those that do not.
 */

const shared = vi.hoisted(() => ({ memory: undefined as WeakMemory | undefined, keepsOrder: false }));
/** The queues, as they are on such a processor. */
let queues: typeof import('../../src/virtio/index.ts');
const RINGS_AT = 4096;
const RING_BYTES = 512;

/** The views of a ring, on weak memory. */
function weakened<T extends object>(views: T): T {
  return Object.fromEntries(
    Object.entries(views).map(([name, array]) => [
      name,
      (shared.memory as WeakMemory).wrap(array, (array as Uint8Array).byteOffset - RINGS_AT),
    ]),
  ) as T;
}
vi.mock('../../src/virtio/queue/memory-order.ts', async (original) => {
  const real = await original<typeof import('../../src/virtio/queue/memory-order.ts')>();
  return {
    ...real,
    get KEEPS_ORDER() {
      return shared.keepsOrder;
    },
    fence: () => (shared.memory as WeakMemory).fence(),
  };
});
vi.mock('../../src/virtio/split/split-layout.ts', async (original) => {
  const real = await original<typeof import('../../src/virtio/split/split-layout.ts')>();
  return {
    ...real,
    splitViews: (...args: Parameters<typeof real.splitViews>) => weakened(real.splitViews(...args)),
  };
});
vi.mock('../../src/virtio/packed/packed-layout.ts', async (original) => {
  const real = await original<typeof import('../../src/virtio/packed/packed-layout.ts')>();
  return {
    ...real,
    packedViews: (...args: Parameters<typeof real.packedViews>) => weakened(real.packedViews(...args)),
  };
});

const DRIVER = 0;
const DEVICE = 1;
const REQUESTS = 3;
const SIZE = 2;
const DATA = 0x4000;
/** No run of these few requests takes as many steps. */
const MOST_STEPS = 200;

/** Lets the other end run for `steps` steps before access number `at`. */
interface Preemption {
  readonly at: number;
  readonly steps: number;
}

/** One run. It is what it is by its parameters alone. */
class Run {
  accesses = 0;
  readonly #queue: DriverQueue<number>;
  readonly #device: DeviceQueue;
  readonly #memory: WeakMemory;
  readonly #preemptions: readonly Preemption[];
  #nested = false;
  #steps = 0;
  /** Doorbells: how often each was rung, and how often that was seen by the one who sleeps. */
  readonly #rung = [0, 0];
  readonly #seen = [0, 0];
  readonly #asleep = [false, false];
  #offered = 0;
  readonly #got: number[] = [];

  constructor(features: number, weakness: Weakness, fault: Fault, preemptions: readonly Preemption[]) {
    const memory = new WeakMemory(RING_BYTES, weakness, fault);
    this.#memory = memory;
    shared.memory = memory;
    vi.stubGlobal('Atomics', memory.atomics);
    const { memory: guest, config } = new MockGuest(SIZE, features, 1 << 15);
    this.#queue = queues.createDriverQueue<number>(guest, config);
    memory.settle();
    memory.thread = DEVICE;
    this.#device = queues.createDeviceQueue(guest, config);
    memory.atomics.load(memory as never, 0); // what is there, both have seen
    memory.thread = DRIVER;
    this.#preemptions = preemptions;
    memory.beforeAccess = () => this.#preempt();
  }

  /** What went wrong; undefined when all requests were answered. */
  outcome(): string | undefined {
    this.#memory.weak = true;
    try {
      while (this.#got.length < REQUESTS) {
        if (!this.#runs(DRIVER) && !this.#runs(DEVICE))
          return 'both ends sleep, and there is something to do';
        for (const thread of [DRIVER, DEVICE] as const) while (this.#runs(thread)) this.#step(thread);
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      vi.unstubAllGlobals();
    }
    return this.#got.join() === '0,1,2' ? undefined : `answered: ${this.#got.join()}`;
  }

  #preempt(): void {
    if (this.#nested) return;
    const now = this.#preemptions.find(({ at }) => at === this.accesses);
    this.accesses++;
    if (now === undefined) return;
    const { thread } = this.#memory;
    const other = thread === DRIVER ? DEVICE : DRIVER;
    this.#nested = true;
    for (let n = 0; n < now.steps && this.#runs(other); n++) this.#step(other);
    this.#nested = false;
    this.#memory.thread = thread;
  }

  #runs(thread: 0 | 1): boolean {
    if (thread === DRIVER && this.#got.length === REQUESTS) return false;
    return !this.#asleep[thread] || this.#rung[thread] !== this.#seen[thread];
  }

  #step(thread: 0 | 1): void {
    if (++this.#steps > MOST_STEPS) throw new Error('no end is in sight');
    this.#memory.thread = thread;
    const bells = this.#rung[thread] as number;
    const awakes = this.#asleep[thread];
    this.#asleep[thread] = false;
    const sleeps = thread === DRIVER ? this.#drive(awakes === true) : this.#serve(awakes === true);
    if (!sleeps) return;
    // The other may also run between the last look and the sleep.
    this.#preempt();
    // A sleeper's stores do not wait for ever.
    this.#memory.settle();
    this.#asleep[thread] = true;
    this.#seen[thread] = bells;
  }

  /** @returns true when it sleeps */
  #drive(awakes: boolean): boolean {
    const queue = this.#queue;
    if (awakes) queue.disableCallback();
    const buffer = { addr: DATA + 64 * this.#offered, len: 8 + this.#offered };
    if (this.#offered < REQUESTS && queue.addBuf([], [buffer], this.#offered)) {
      this.#offered++;
      if (queue.kickPrepare()) this.#ring(DEVICE);
      return false;
    }
    const token = queue.getBuf();
    if (queue.broken !== undefined) throw new Error(queue.broken);
    if (token === undefined) return queue.enableCallback();
    if (queue.usedLength !== 1 + token) {
      throw new Error(`request ${token} comes back with ${queue.usedLength} bytes`);
    }
    this.#got.push(token);
    return false;
  }

  /** @returns true when it sleeps */
  #serve(awakes: boolean): boolean {
    const device = this.#device;
    if (awakes) device.disableNotification();
    const chain = device.pop();
    if (device.broken !== undefined) throw new Error(device.broken);
    if (device.malformed > 0) throw new Error(device.malformedReason);
    if (chain === undefined) return !device.enableNotification();
    const { addresses, sizes } = chain.writableSegments;
    const request = ((addresses[0] as number) - DATA) / 64;
    if (!Number.isInteger(request) || sizes[0] !== 8 + request) {
      throw new Error(`a request at ${addresses[0]} of ${sizes[0]} bytes`);
    }
    device.pushUsed(chain, 1 + request);
    if (device.needsNotification()) this.#ring(DRIVER);
    return false;
  }

  #ring(thread: 0 | 1): void {
    this.#rung[thread] = (this.#rung[thread] as number) + 1;
  }
}

const WEAKNESSES: readonly Weakness[] = (['at once', 'late', 'out of order'] as const).flatMap((stores) =>
  (['fresh', 'old'] as const).map((loads) => ({ stores, loads })),
);
/** Of a processor that keeps the order: its stores wait behind one another, and later loads overtake them. */
const STORE_BUFFERS: readonly Weakness[] = (['at once', 'late', 'in order'] as const).map((stores) => ({
  stores,
  loads: 'fresh',
}));
/** The weakest: what goes wrong at all goes wrong here. */
const WEAKEST: Weakness = { stores: 'late', loads: 'old' };

/** The weaknesses of the processor that the present tests are about. */
const weaknessesHere = (): readonly Weakness[] => (shared.keepsOrder ? STORE_BUFFERS : WEAKNESSES);
const weakestHere = (): Weakness => (shared.keepsOrder ? { stores: 'late', loads: 'fresh' } : WEAKEST);

/** All runs with at most `most` preemptions, of `lengths` steps each; stops at the first that goes wrong. */
function explore(
  features: number,
  fault: Fault,
  { most = 1, weaknesses = weaknessesHere(), lengths = [1, 2, 4] },
): { runs: number; wrong: string | undefined } {
  let runs = 0;
  for (const weakness of weaknesses) {
    const descend = (preemptions: readonly Preemption[]): string | undefined => {
      const run = new Run(features, weakness, fault, preemptions);
      runs++;
      const wrong = run.outcome();
      if (wrong !== undefined) {
        return `${wrong} (stores ${weakness.stores}, loads ${weakness.loads}, ${JSON.stringify(preemptions)})`;
      }
      if (preemptions.length === most) return undefined;
      const { accesses } = run;
      for (let at = (preemptions.at(-1)?.at ?? -1) + 1; at < accesses; at++) {
        for (const steps of lengths) {
          const found = descend([...preemptions, { at, steps }]);
          if (found !== undefined) return found;
        }
      }
      return undefined;
    };
    const wrong = descend([]);
    if (wrong !== undefined) return { runs, wrong };
  }
  return { runs, wrong: undefined };
}

/** How a processor orders what is no `Atomics` access. */
const PROCESSORS: [string, boolean][] = [
  ['nothing keeps their order', false],
  ['the processor keeps their order', true],
];

const { RING_PACKED, EVENT_IDX, IN_ORDER } = VIRTIO_F;
const LAYOUTS: [string, number][] = [
  ['split', featureSet()],
  ['split with EVENT_IDX', featureSet(EVENT_IDX)],
  ['split with EVENT_IDX and IN_ORDER', featureSet(EVENT_IDX, IN_ORDER)],
  ['packed', featureSet(RING_PACKED)],
  ['packed with EVENT_IDX', featureSet(RING_PACKED, EVENT_IDX)],
  ['packed with EVENT_IDX and IN_ORDER', featureSet(RING_PACKED, EVENT_IDX, IN_ORDER)],
];

/** The queues as they are where the processor keeps the order, or does not. */
function useQueues(keepsOrder: boolean): void {
  beforeAll(async () => {
    shared.keepsOrder = keepsOrder;
    vi.resetModules();
    queues = await import('../../src/virtio/index.ts');
  });
}

beforeEach(() => {
  shared.memory = undefined;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(PROCESSORS)('two ends that run in the middle of one another, where %s', (_name, keepsOrder) => {
  useQueues(keepsOrder);

  it.each(LAYOUTS)('lose nothing and read nothing too early: %s', (_, features) => {
    const { runs, wrong } = explore(features, 'none', {});
    expect(wrong).toBeUndefined();
    expect(runs).toBeGreaterThan(500);
  });

  it.each(LAYOUTS)('lose nothing and read nothing too early, twice interrupted: %s', (_, features) => {
    const { runs, wrong } = explore(features, 'none', { most: 2, weaknesses: [weakestHere()], lengths: [2] });
    expect(wrong).toBeUndefined();
    expect(runs).toBeGreaterThan(500);
  });
});

describe.each(PROCESSORS)('accesses of less order than they should have, where %s', (_name, keepsOrder) => {
  useQueues(keepsOrder);

  it.each(LAYOUTS)('are found out when an index is stored as data is: %s', (_, features) => {
    expect(explore(features, 'store without order', {}).wrong).toBeDefined();
  });

  // Where the processor keeps their order, loads have it by themselves, and the device's stores.
  if (keepsOrder) {
    it.each(LAYOUTS)('are found out when a fence is missing: %s', (_, features) => {
      expect(explore(features, 'no fence', {}).wrong).toMatch(/both ends sleep/);
    });
  } else {
    it.each(LAYOUTS)('are found out when an index is loaded as data is: %s', (_, features) => {
      expect(explore(features, 'load without order', {}).wrong).toBeDefined();
    });
  }

  it.each(LAYOUTS)(
    'are found out when the wish to be told is looked for before the index is shown: %s',
    (_, features) => {
      expect(explore(features, 'store after later loads', {}).wrong).toMatch(/both ends sleep/);
    },
  );
});
