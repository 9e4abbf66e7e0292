import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { drained } from '../../board/index.ts';
import { ownProgram } from '../../bus/index.ts';
import type { FormatName } from '../../formats/index.ts';
import { plainJson } from '../../input/index.ts';
import { Refusal } from '../server/guards.ts';
import type { History } from '../server/history.ts';
import type { KeptBoard, KeptEvent } from '../server/kept-event.ts';
import { baseName } from './captured.ts';
import { type Chosen, chosenOf, type Ranges } from './chosen.ts';
import type { SaveNews, SaveRows, SaveStart } from './messages.ts';

/** Rows that are given to the thread at once: the page's own work is to go on. */
const AT_ONCE = 4096;

/**
 * Writes what is kept, or the rows that are asked for, in a format of `dtbus convert`. What of them is kept no more is counted in
 * the header `Dtbus-Missing`; `Dtbus-Notes` are sentences about what the format has no place for.
 * @throws {Refusal} no such format, or no ranges
 */
export async function save(
  history: History,
  { format, rows }: Readonly<Record<string, unknown>>,
  name: string,
  response: ServerResponse,
): Promise<void> {
  const { formatsThat, FORMATS } = await import('../../formats/index.ts');
  const known = formatsThat('write');
  const format_ = known.find((each) => each === format);
  if (format_ === undefined) throw new Refusal(400, `invalid format: expected ${known.join(', ')}`);
  const chosen = chosenOf(history, rangesOf(rows, history));
  const written = await writtenBy(chosen, format_, response);
  if (written === undefined) return;
  const file =
    baseName(name)
      .replace(/\.dt[sb]$/, '')
      .replace(/[^\w.-]+/g, '_') || 'board';
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${file}${FORMATS[format_].endings[0]}"`,
    'Dtbus-Missing': chosen.missing,
    'Dtbus-Notes': encodeURIComponent(plainJson(written.notes)),
  });
  for (const chunk of written.chunks) if (!response.write(chunk)) await drained(response);
  response.end();
}

/** @throws {Refusal} they are none */
function rangesOf(rows: unknown, { next }: History): Ranges {
  if (rows === undefined) return [[1, next - 1]];
  const isPlace = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
  const isRange = (range: unknown) => Array.isArray(range) && range.length === 2 && range.every(isPlace);
  if (Array.isArray(rows) && rows.every(isRange)) return rows as Ranges;
  throw new Refusal(400, 'invalid rows: expected ranges [[FIRST, LAST], …]');
}

interface Written {
  readonly chunks: readonly Uint8Array[];
  readonly notes: readonly string[];
}

/** Has a thread write it. @returns undefined: nobody waits for it any more */
async function writtenBy(
  { rows, losses }: Chosen,
  format: FormatName,
  response: ServerResponse,
): Promise<Written | undefined> {
  const boards = [...new Set(rows.map(({ on }) => on))].filter((on) => on !== undefined);
  const workerData: SaveStart = {
    format,
    boards: boards.map(({ buses, of }) => ({ buses, of })),
    losses,
  };
  // The thread's compiled entry, also when this file runs uncompiled in a test.
  const entry = createRequire(import.meta.url).resolve('#built/src/monitor/save/worker.js');
  const worker = new Worker(entry, { workerData, ...ownProgram() });
  const gone = () => void worker.terminate();
  response.once('close', gone);
  const chunks: Uint8Array[] = [];
  const written = new Promise<Written | undefined>((resolve, reject) => {
    worker.on('message', (news: SaveNews) => {
      if (news.kind === 'bytes') chunks.push(news.bytes);
      else resolve({ chunks, notes: news.notes });
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve(undefined));
  });
  const tell = (some: SaveRows) =>
    worker.postMessage(some, some === undefined ? [] : [some.records.buffer, some.of.buffer]);
  for (let from = 0; from < rows.length && !response.closed; from += AT_ONCE) {
    tell(rowsFor(rows.slice(from, from + AT_ONCE), boards));
    await turn();
  }
  tell(undefined);
  try {
    return await written;
  } finally {
    response.off('close', gone);
  }
}

function rowsFor(rows: readonly KeptEvent[], boards: readonly KeptBoard[]): Exclude<SaveRows, undefined> {
  const records = new Uint8Array(Buffer.concat(rows.map(({ record }) => record())));
  const of = Uint16Array.from(rows, ({ on }) => (on === undefined ? boards.length : boards.indexOf(on)));
  return { records, of };
}
