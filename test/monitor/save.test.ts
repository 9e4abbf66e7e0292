import { describe, expect, it } from 'vitest';
import { History } from '../../src/monitor/server/history.ts';
import type { KeptEvent } from '../../src/monitor/server/kept-event.ts';
import { capturedOf } from '../../src/monitor/server/save.ts';
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
  const edge = (n: number): KeptEvent => ({
    on: undefined,
    what: () =>
      ({
        ...{
          kind: 'edge',
          sequence: n,
          startedMs: 1000 * n,
          controller: '/gpio',
          line: 0,
          name: 'a',
          high: true,
        },
      }) as const,
  });
  const history = new History(3);
  for (let n = 1; n <= 5; n++) {
    if (n === 4) history.lose(7);
    history.add('', { at: 0, queued: 0, wire: 0 }, edge(n));
  }
  history.lose(2);

  it('is counted, and losses stand where they were', () => {
    const { captured, missing } = capturedOf(history, [[1, 5]]);
    expect(missing).toBe(2);
    expect(captured.beganMs).toBe(3000);
    expect(
      [...captured.events].map(({ atNs, what }) => [atNs / 1e9, 'count' in what ? what.count : what.kind]),
    ).toEqual([
      [0, 'edge'],
      [1, 7],
      [1, 'edge'],
      [2, 'edge'],
      [2, 2],
    ]);
  });

  it('is not counted twice, nor what was never there', () => {
    const missing = (...ranges: [number, number][]) => capturedOf(history, ranges).missing;
    expect(missing([4, 5])).toBe(0);
    expect(missing([1, 2], [1, 2], [2, 9])).toBe(2);
    expect(missing([7, 9])).toBe(0);
  });
});
