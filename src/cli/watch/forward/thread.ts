/** The forwarding thread: looks into the traces of boards now and then, and leaves what it finds in files. */
import { openSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TraceReader } from '../../../board/index.ts';
import { oneLine, writeFault } from '../../../input/index.ts';
import type { WatchedBoard } from '../watcher.ts';
import { FORWARD, type ForwardStart } from './forwarder.ts';
import { type Chunk, chunkBytes, chunkName, ENDED_MS, markBytes, markName, nowMs } from './stream-files.ts';

/** How old what happened may be before it is told. */
const LOOK_MS = 20;
/** Bytes that may wait to be read: what comes on top stays in the rings, and is lost where these are full. */
const WAITING_MAX = 64 << 20;
/** A record is in its ring so much later than it says, at most, where the machine is not out of breath. */
const SLACK_MS = 1;
const STDERR = 2;

const { folder, stream, beganMs, control: shared } = workerData as ForwardStart;
const control = new Int32Array(shared);
const port = parentPort;
if (port === null) throw new Error('this file runs as a thread of a forwarder');

const readers = new Map<number, { readonly reader: TraceReader; dropped: number }>();
const mark = openSync(join(folder, markName(stream)), 'r+');
/** Chunks that may not have been read yet. */
let waiting: { readonly file: string; readonly bytes: number }[] = [];
let count = 0;

/** What has happened since it was asked last. */
function gathered(): Chunk {
  const boards: Chunk['boards'][number][] = [];
  const closed: number[] = [];
  for (let next = receiveMessageOnPort(port as NonNullable<typeof port>); next !== undefined; ) {
    const message = next.message as WatchedBoard | { readonly closed: number };
    if ('closed' in message) closed.push(message.closed);
    else {
      const { id, memory, buses, board } = message;
      readers.set(id, { reader: new TraceReader(memory), dropped: 0 });
      boards.push({ id, buses, board });
    }
    next = receiveMessageOnPort(port as NonNullable<typeof port>);
  }
  const records: Chunk['records'][number][] = [];
  const dropped: Chunk['dropped'][number][] = [];
  for (const [id, source] of readers) {
    const { reader } = source;
    for (let bytes = reader.take(); bytes !== undefined; bytes = reader.take()) records.push({ id, bytes });
    if (reader.dropped !== source.dropped) {
      source.dropped = reader.dropped;
      dropped.push({ id, count: source.dropped });
    }
  }
  for (const id of closed) readers.delete(id);
  return { boards, records, dropped, closed };
}

function write(chunk: Chunk): void {
  if ([chunk.boards, chunk.records, chunk.dropped, chunk.closed].every(({ length }) => length === 0)) return;
  const bytes = chunkBytes(chunk);
  const file = join(folder, chunkName(stream, count++));
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
  waiting.push({ file, bytes: bytes.length });
}

/** Whether so much waits to be read that no more is written. */
function isFull(): boolean {
  waiting = waiting.filter(({ file }) => statSync(file, { throwIfNoEntry: false }) !== undefined);
  return waiting.reduce((sum, { bytes }) => sum + bytes, 0) > WAITING_MAX;
}

/** @returns whether that was the last look */
function look(): boolean {
  Atomics.wait(control, FORWARD.END, 0, LOOK_MS);
  const isLast = Atomics.load(control, FORWARD.END) === 1;
  if (!isLast && isFull()) return false;
  const untilMs = nowMs() - SLACK_MS;
  write(gathered());
  writeSync(mark, markBytes(beganMs, isLast ? ENDED_MS : untilMs), 0, undefined, 0);
  Atomics.add(control, FORWARD.LOOKS, 1);
  Atomics.notify(control, FORWARD.LOOKS);
  return isLast;
}

try {
  while (!look());
} catch (thrown) {
  // Who watched has ended, or will say that this process has not told all.
  if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT')
    // The program's thread waits, and writes nothing for this one.
    writeSync(
      STDERR,
      `dtbus: ${oneLine(writeFault(folder, thrown))}; what this process does is not watched any more\n`,
    );
}
Atomics.store(control, FORWARD.ENDED, 1);
Atomics.notify(control, FORWARD.ENDED);
