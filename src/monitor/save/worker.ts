/** Writes a file of what a page saves, in a thread of its own: the page and what happens meanwhile do not wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { putThreadBehind, threadNumber } from '../../bus/index.ts';
import { writeTrace } from '../../formats/index.ts';
import { RecordReader, type TraceEvent } from '../../trace/index.ts';
import { Capturing } from './captured.ts';
import type { SaveNews, SaveRows, SaveStart } from './messages.ts';

/** In `.sr`, nothing happens for no longer than this: as `dtbus convert` writes it. */
const IDLE_NS = 1e6;

/** Bytes that are told at once. */
const CHUNK = 1 << 18;

const { format, boards, losses } = workerData as SaveStart;
const capturing = new Capturing();
const reader = new RecordReader();
let count = 0;

putThreadBehind(threadNumber());
parentPort?.on('message', async (rows: SaveRows) => {
  if (rows !== undefined) {
    reader.take(rows.records);
    for (const of of rows.of) {
      lose();
      capturing.add(reader.read() as TraceEvent, boards[of]);
      count++;
    }
    return;
  }
  lose();
  await write();
});

function lose(): void {
  const lost = losses.get(count);
  if (lost !== undefined) capturing.lose(lost);
}

async function write(): Promise<void> {
  const tell = (news: SaveNews) =>
    parentPort?.postMessage(news, news.kind === 'bytes' ? [news.bytes.buffer] : []);
  let pieces: Uint8Array[] = [];
  let length = 0;
  const flush = () => {
    tell({ kind: 'bytes', bytes: new Uint8Array(Buffer.concat(pieces)) });
    [pieces, length] = [[], 0];
  };
  const put = (bytes: Uint8Array | string) => {
    const piece = Buffer.from(bytes);
    pieces.push(piece);
    length += piece.length;
    if (length >= CHUNK) flush();
  };
  const options = { times: 'rounded', describe: true, idleNs: IDLE_NS } as const;
  const notes = await writeTrace(capturing.captured, format, put, options);
  flush();
  tell({ kind: 'written', notes });
  parentPort?.close();
}
