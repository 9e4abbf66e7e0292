import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Capturing } from '../../src/monitor/save/captured.ts';
import { chosenOf } from '../../src/monitor/save/chosen.ts';
import { save } from '../../src/monitor/save/save.ts';
import { History } from '../../src/monitor/server/history.ts';
import type { KeptEvent } from '../../src/monitor/server/kept-event.ts';
import { type TraceEvent, TraceReader, TraceWriter, traceMemory } from '../../src/trace/index.ts';
import { testFolder } from '../cli/folder.ts';
import { converted, HAPPENED, happenedIn, recordingOf } from '../formats/traces.ts';
import { linesOf, rowsOf } from './monitored.ts';
import { monitoredRecording } from './recorded.ts';

const folder = testFolder();

/** The page of the recording of `HAPPENED`, when it knows all of it. */
async function happened() {
  const file = folder.write('boot.bus', recordingOf(HAPPENED));
  const served = await monitoredRecording(file);
  const isAll = (lines: unknown[]) => rowsOf(lines).at(-1)?.n === HAPPENED.length;
  await linesOf(await served.get('/api/events'), isAll);
  return { file, ...served };
}

describe('what the page saves', () => {
  it.each(['bus', 'pcapng', 'vcd', 'sr', 'csv', 'perfetto'])(
    'as %s is what dtbus convert makes of a recording of the same',
    async (format) => {
      const { file, save } = await happened();
      const ending = format === 'perfetto' ? 'json' : format;
      const { bytes } = await converted(folder, file, `boot.${format}.${ending}`);
      const response = await save({ format });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="boot.bus.${ending}"`);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    },
  );

  it('are the rows that are asked for, in their order', async () => {
    const { save } = await happened();
    const response = await save({
      format: 'bus',
      rows: [
        [1, 2],
        [6, 7],
      ],
    });
    expect(happenedIn(await response.text())).toEqual([
      'i2c-1 48 w 00, r 1f 80',
      'i2c-1 23 w! ENXIO',
      'spi0.1 9f 00 00 00 > ff ef 40 14',
      'button rises',
    ]);
    expect(response.headers.get('dtbus-missing')).toBe('0');
  });

  it('says what a format has no place for', async () => {
    const { save } = await happened();
    const notes = (await save({ format: 'pcapng' })).headers.get('dtbus-notes') ?? '';
    expect(JSON.parse(decodeURIComponent(notes))).toEqual([
      '2 edges and losses have no place in a capture file',
    ]);
  });

  it('is given to nobody without the token, of another site, or who asks for what is none', async () => {
    const { save, origin, Authorization } = await happened();
    const statusOf = async (asked: Promise<Response>) => (await asked).status;
    expect(await statusOf(save({ format: 'bus' }, { Authorization: 'Bearer x' }))).toBe(401);
    expect(await statusOf(save({ format: 'bus' }, { Origin: 'http://evil.example' }))).toBe(403);
    expect(await statusOf(save({ format: 'bus' }, { 'Content-Type': 'text/plain' }))).toBe(415);
    const get = fetch(`${origin}/api/save?format=bus`, { headers: { Authorization } });
    expect(await statusOf(get)).toBe(404);
    for (const body of [{}, { format: 'ftrace' }, { format: '__proto__' }])
      expect(await statusOf(save(body))).toBe(400);
    for (const rows of [1, [1], [[1]], [[0, 1]], [['1', 2]], [[1, 1e300]], { length: 1 }])
      expect(await statusOf(save({ format: 'bus', rows }))).toBe(400);
  });
});

describe('what is kept no more', () => {
  const memory = traceMemory(4096);
  const [writer, reader] = [new TraceWriter(memory), new TraceReader(memory)];
  /** An edge at so many seconds. */
  const edge = (n: number): KeptEvent => {
    writer.edge(n, { startedMs: 1000 * n, controller: '/gpio', line: 0, name: 'a', high: true });
    const record = reader.take() as Uint8Array<ArrayBuffer>;
    return { on: undefined, record: () => record };
  };
  const history = new History(3);
  const edges = [1, 2, 3, 4, 5].map(edge);
  for (const [index, each] of edges.entries()) {
    if (index === 3) history.lose(7);
    history.add('', { at: 0, queued: 0, wire: 0 }, each);
  }
  history.lose(2);

  it('is counted, and losses stand where they were', async () => {
    const { rows, missing, losses } = chosenOf(history, [[1, 5]]);
    expect(rows).toEqual(edges.slice(2));
    expect(missing).toBe(2);
    expect([...losses]).toEqual([
      [1, 7],
      [3, 2],
    ]);
    const server = createServer((_, response) => save(history, { format: 'bus' }, 'b.dts', response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}`);
    expect(response.headers.get('dtbus-missing')).toBe('2');
    expect(happenedIn(await response.text())).toEqual(['a rises', 'lost 7', 'a rises', 'a rises', 'lost 2']);
  });

  it('is in the order of its beginning, a loss at what is behind it', () => {
    const at = (startedMs: number): TraceEvent => ({
      ...{ kind: 'edge', sequence: 0, startedMs, controller: '/gpio', line: 0, name: 'a', high: true },
    });
    const capturing = new Capturing();
    capturing.add(at(3000), undefined);
    capturing.lose(7);
    capturing.add(at(5000), undefined);
    capturing.add(at(4000), undefined);
    capturing.lose(2);
    const { beganMs, events } = capturing.captured;
    expect(beganMs).toBe(3000);
    expect(
      [...events].map(({ atNs, what }) => [atNs / 1e9, 'count' in what ? what.count : what.kind]),
    ).toEqual([
      [0, 'edge'],
      [1, 'edge'],
      [1, 2],
      [2, 7],
      [2, 'edge'],
    ]);
  });

  it('is not counted twice, nor what was never there', () => {
    const missing = (...ranges: [number, number][]) => chosenOf(history, ranges).missing;
    expect(missing([4, 5])).toBe(0);
    expect(missing([1, 2], [1, 2], [2, 9])).toBe(2);
    expect(missing([7, 9])).toBe(0);
  });
});
