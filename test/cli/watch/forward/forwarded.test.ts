import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Forwarded } from '../../../../src/cli/watch/forward/forwarded.ts';
import {
  boardsBytes,
  type Chunk,
  chunkBytes,
  chunkName,
  ENDED_MS,
  markBytes,
  markName,
  streamName,
} from '../../../../src/cli/watch/forward/stream-files.ts';
import type { EventSource } from '../../../../src/cli/watch/watch-log.ts';
import { TraceReader, TraceWriter, traceMemory } from '../../../../src/trace/index.ts';
import { testFolder } from '../../folder.ts';

const folder = testFolder();

/** A process that tells of a board with edges at these times. */
class Teller {
  readonly #stream: string;
  #chunks = 0;
  #opened = 0;

  readonly name: string;

  /** @param pid one that runs @param name of its line */
  constructor(pid: number, name: string) {
    this.name = name;
    this.#stream = streamName(pid, name.charCodeAt(0));
    this.mark(0);
  }

  mark(untilMs: number): void {
    writeFileSync(
      join(folder.path(''), markName(this.#stream)),
      Buffer.concat([markBytes(0, untilMs), boardsBytes(this.#opened).bytes]),
    );
  }

  tell(times: readonly number[], more: Partial<Chunk> = {}): void {
    const memory = traceMemory();
    const writer = new TraceWriter(memory);
    for (const startedMs of times)
      writer.edge(1, { startedMs, controller: '/gpio', line: 0, name: this.name, high: true });
    const bytes = new TraceReader(memory).take();
    const chunk = { boards: [], dropped: [], closed: [], ...more };
    const records = bytes === undefined ? [] : [{ id: 0, bytes }];
    const file = folder.path(chunkName(this.#stream, this.#chunks++));
    writeFileSync(`${file}.new`, chunkBytes({ ...chunk, records }));
    renameSync(`${file}.new`, file);
  }

  come(clock: 'real' | 'stepped' = 'real'): this {
    this.#opened++;
    this.mark(0);
    this.tell([], { boards: [{ id: 0, buses: [], board: { file: 'b.dts', sha256: '', clock } }] });
    return this;
  }
}

function collector() {
  const sources: EventSource[] = [];
  const said: string[] = [];
  const attach = async (_buses: unknown, source: EventSource) => void sources.push(source);
  const forwarded = new Forwarded(folder.path(''), { attach }, (sentence) => said.push(sentence));
  /** `a3`: the line, and when. */
  const told = async () => {
    await forwarded.look();
    return sources.flatMap((source) => {
      const events: string[] = [];
      for (let next = source.told()?.what; next !== undefined; next = source.told()?.what)
        events.push(`${next.kind === 'edge' && next.name}${next.startedMs}`);
      return events;
    });
  };
  return { forwarded, told, said, sources };
}

it('tells of a process only what none can have been before', async () => {
  const { forwarded, told, said, sources } = collector();
  const [a, b] = [new Teller(process.pid, 'a').come(), new Teller(process.pid, 'b').come()];
  expect(await told()).toEqual([]);
  a.tell([10, 30]);
  a.mark(40);
  // The other one may have done something at 5 that it has not told.
  expect(await told()).toEqual([]);
  b.tell([5, 20]);
  b.mark(20);
  expect(await told()).toEqual(['a10', 'b5', 'b20']);
  b.mark(ENDED_MS);
  expect(await told()).toEqual(['a30']);
  a.tell([50], { closed: [0] });
  a.mark(ENDED_MS);
  expect(await told()).toEqual(['a50']);
  await forwarded.end();
  expect([forwarded.isWhole, said, sources.map(({ isOver }) => isOver)]).toEqual([true, [], [true, true]]);
});

it('keeps back what a process has told that has ended, while another has not', async () => {
  const { told } = collector();
  const a = new Teller(process.pid, 'a').come();
  await told();
  const b = new Teller(process.pid, 'b').come();
  a.tell([10, 30]);
  a.mark(ENDED_MS);
  expect(await told()).toEqual([]);
  b.tell([20]);
  b.mark(25);
  expect(await told()).toEqual(['a10', 'b20']);
  b.mark(ENDED_MS);
  expect(await told()).toEqual(['a30']);
});

it('says of a stepped clock what comes, and where events were lost', async () => {
  const { told, sources } = collector();
  const [a, b] = [new Teller(process.pid, 'a').come('stepped'), new Teller(process.pid, 'b').come()];
  await told();
  a.tell([1000], { dropped: [{ id: 0, count: 3 }] });
  b.tell([2]);
  b.mark(1);
  expect(await told()).toEqual(['a1000']);
  expect(sources.map(({ dropped }) => dropped)).toEqual([3, 0]);
  for (const teller of [a, b]) teller.mark(ENDED_MS);
  expect(await told()).toEqual(['b2']);
});

it('says which process did not tell all', async () => {
  // No process has a number above the most that Linux gives.
  const { forwarded, told, said } = collector();
  const killed = new Teller(4_194_305, 'k').come();
  await told();
  killed.tell([7]);
  expect(await told()).toEqual(['k7']);
  await forwarded.end();
  expect([forwarded.isWhole, said]).toEqual([
    false,
    ['process 4194305 was killed; what it did last may be missing'],
  ]);
});

it('takes a process for whole that was killed behind the end of its boards', async () => {
  const { forwarded, told, said } = collector();
  const killed = new Teller(4_194_305, 'w').come();
  await told();
  killed.tell([7], { closed: [0] });
  expect(await told()).toEqual(['w7']);
  await forwarded.end();
  expect([forwarded.isWhole, said]).toEqual([true, []]);
});
