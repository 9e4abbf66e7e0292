import { expect, it } from 'vitest';
import { WatchLog } from '../../../src/cli/watch/watch-log.ts';
import { TraceReader, TraceWriter, traceMemory } from '../../../src/trace/index.ts';
import { recordOf } from '../../support/trace.ts';

const EDGE = { startedMs: 1000.25, controller: '/gpio', line: 2, name: 'button', high: false };
const PROBE = { addr: 0x21, flags: 0, buf: new Uint8Array(0) };

/** What a watcher writes of an edge and of a transfer that was asked for before it and waited. */
async function written(json: boolean): Promise<string[]> {
  const lines: string[] = [];
  const log = new WatchLog({
    line: (text) => lines.push(text),
    pcap: undefined,
    json,
    paint: (_, text) => text,
  });
  const memory = traceMemory();
  await log.attach([{ kind: 'i2c', number: 3, path: '/i2c', parts: [] }], new TraceReader(memory));
  const writer = new TraceWriter(memory);
  writer.edge(1, EDGE);
  writer.transfer(0, 2, recordOf({ messages: [PROBE], queuedMs: 2 }));
  log.drain();
  return lines;
}

it('the log of a watcher has edges of lines between transfers, by the board and the name of the line', async () => {
  const [, transfer, edge] = await written(false);
  expect(transfer).toMatch(/^ +0\.000000 {2}i2c-3 .* ok +2250 {2}probe; waited 2\.0 ms for its turn\n$/);
  expect(edge).toMatch(/^ +0\.000250 {2}gpio {5}\/gpio 2 button +falls\n$/);
  // Both meanings stand in one column.
  expect(edge?.indexOf('falls')).toBe(transfer?.indexOf('probe'));
});

it('as JSON, too', async () => {
  expect(JSON.parse((await written(true))[1] ?? '')).toEqual({
    sequence: 1,
    time: '1970-01-01T00:00:01.000Z',
    controller: '/gpio',
    line: 2,
    name: 'button',
    high: false,
  });
});
