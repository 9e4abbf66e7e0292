import { expect, it } from 'vitest';
import type { Captured, CapturedEvent } from '../../src/formats/captured.ts';
import { Drawing, type WaveStep } from '../../src/formats/wave/drawing.ts';
import type { TracedEdge, TracedTransfer } from '../../src/trace/index.ts';

const BUSES = [0, 1].map((number) => ({ kind: 'i2c', number, path: `/i2c${number}`, parts: [] }) as const);

/** A byte written to 0x48; drawn, it takes 10 µs for each of its bits. */
const write = (bus: number, sequence: number): TracedTransfer => ({
  ...{ kind: 'transfer', sequence, startedMs: 0, bus, client: '', queuedMs: 0, wireMs: 1, attempts: 1 },
  ...{ stretchedNs: 0, struck: [], fault: undefined },
  segments: [
    {
      ...{ target: 0x48, tenBit: false, received: undefined },
      sent: { bytes: Uint8Array.of(sequence), length: 1 },
    },
  ],
});
const edge = (line: number, sequence: number): TracedEdge => ({
  ...{ kind: 'edge', sequence, startedMs: 0, controller: '/gpio', line, name: `line${line}` },
  high: sequence % 2 === 0,
});

/** The first bus is asked every 20 µs, the second every 700, a line changes every 50: none waits for the others. */
const captured: Captured = {
  ...{ buses: BUSES, board: undefined, beganMs: 0, notes: [] },
  events: [
    ...Array.from({ length: 200 }, (_, n) => ({ atNs: n * 20_000, what: write(0, n) })),
    ...Array.from({ length: 20 }, (_, n) => ({ atNs: n * 700_000 + 7, what: write(1, n) })),
    ...Array.from({ length: 300 }, (_, n) => ({ atNs: n * 50_000 + 3, what: edge(0, n) })),
  ].sort((a, b) => a.atNs - b.atNs) as CapturedEvent[],
};

/** Steps as texts, by the names of their wires. */
function drawn(of: Captured): string[] {
  const drawing = Drawing.of(of, { textOf: ({ segments }) => String(segments[0]?.sent?.bytes[0]) });
  const textOf = (step: WaveStep) =>
    'lane' in step
      ? `${step.tick} ${drawing.lanes.all[step.lane]?.name} ${step.high}`
      : `${step.tick} says ${step.bus} ${step.text}`;
  return [...drawing.steps(of)].map(textOf);
}

const tickOf = (step: string) => Number(step.split(' ')[0]);

it('draws buses that are used faster than they are drawn as each alone, in the order of time', () => {
  const all = drawn(captured);
  const ticks = all.map(tickOf);
  expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
  const alone = [0, 1, 'line'].flatMap((of) =>
    drawn({
      ...captured,
      events: [...captured.events].filter(
        ({ what }) => (what.kind === 'transfer' ? what.bus : 'line') === of,
      ),
    }),
  );
  expect(alone.length).toBeGreaterThan(200 * 36);
  expect(all.toSorted()).toEqual(alone.toSorted());
  // 20 bits of 10 µs each, and a free bus between them: the last is long behind the time that it was asked for.
  expect(ticks.at(-1)).toBeGreaterThan(200 * 20 * 100);
});
