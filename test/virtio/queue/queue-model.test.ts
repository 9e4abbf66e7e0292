import fc from 'fast-check';
import { describe, it } from 'vitest';
import { VIRTIO_F } from '../../../src/virtio/index.ts';
import { ModelledQueue } from './queue-model.ts';

/** Runs of each property; `DTBUS_RUNS` for a long one. */
const RUNS = Number(process.env['DTBUS_RUNS'] ?? 60);

const lengths = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });

/** What can be done to a queue, the common things more often. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(lengths, lengths).map(
      ([r, w]) =>
        (q: ModelledQueue) =>
          q.add(r, w),
    ),
  },
  { weight: 4, arbitrary: fc.constant((q: ModelledQueue) => q.kick()) },
  { weight: 6, arbitrary: fc.constant((q: ModelledQueue) => q.pop()) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(7), fc.constantFrom(0, 50, 100, 100), fc.boolean()).map(
      ([which, share, flush]) =>
        (q: ModelledQueue) =>
          q.finish(which, share, flush),
    ),
  },
  { weight: 6, arbitrary: fc.constant((q: ModelledQueue) => q.get()) },
  { weight: 2, arbitrary: fc.constant((q: ModelledQueue) => q.needsNotification()) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      (q: ModelledQueue) => q.flush(),
      (q: ModelledQueue) => q.enableCallback(),
      (q: ModelledQueue) => q.disableCallback(),
      (q: ModelledQueue) => q.enableNotification(),
      (q: ModelledQueue) => q.disableNotification(),
      (q: ModelledQueue) => q.moveDriver(),
      (q: ModelledQueue) => q.moveDevice(),
    ),
  },
  { weight: 1, arbitrary: fc.constant((q: ModelledQueue) => q.reset()) },
);

const { RING_PACKED, INDIRECT_DESC, EVENT_IDX, IN_ORDER } = VIRTIO_F;

/** All subsets of the features that change the ring. */
const combinations: [string, readonly number[]][] = [
  ['no features', []],
  ['INDIRECT_DESC', [INDIRECT_DESC]],
  ['EVENT_IDX', [EVENT_IDX]],
  ['IN_ORDER', [IN_ORDER]],
  ['INDIRECT_DESC, EVENT_IDX', [INDIRECT_DESC, EVENT_IDX]],
  ['INDIRECT_DESC, IN_ORDER', [INDIRECT_DESC, IN_ORDER]],
  ['EVENT_IDX, IN_ORDER', [EVENT_IDX, IN_ORDER]],
  ['INDIRECT_DESC, EVENT_IDX, IN_ORDER', [INDIRECT_DESC, EVENT_IDX, IN_ORDER]],
];

describe.each([
  ['split', [1, 2, 4, 8], []],
  ['packed', [1, 2, 3, 5, 8], [RING_PACKED]],
])('a %s queue and its model, through the wrap of its indices', (_layout, sizes, layout) => {
  it.each(combinations)('agree with %s', (_names, set) => {
    // Free-running indices of a split queue wrap at 65536, positions of a packed one at its size.
    const start = fc.constantFrom(0, 1, 65_533, 65_535);
    const steps = fc.array(step, { minLength: 20, maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(fc.constantFrom(...sizes), start, steps, (size, position, acts) => {
        const queue = new ModelledQueue(size, [...layout, ...set], { position });
        for (const act of acts) act(queue);
        queue.finishAll();
      }),
      { numRuns: RUNS },
    );
  });
});
