/** The watching thread: looks into the traces of boards now and then, and writes down what it finds. */
import { writeSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TraceReader } from '../../board/index.ts';
import { paintFor } from '../terminal/style.ts';
import { RecordLog } from './record-log.ts';
import { WatchLog } from './watch-log.ts';
import { CONTROL, type WatchedBoard, type WatchStart } from './watcher.ts';

/** How old a line may be before it is shown. */
const LOOK_MS = 20;
/** Before a pipe whose reader is slow is tried again. */
const PIPE_MS = 5;

const { lines, pcap, json, colours, recording, control: shared } = workerData as WatchStart;
const control = new Int32Array(shared);
const never = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, whatever the reader's pace: only this thread waits. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (thrown) {
      // Nobody reads any more: then there is nobody to tell.
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(never, 0, 0, PIPE_MS);
    }
  }
}

const line = (text: string) => writeAll(lines, Buffer.from(text));
/** @throws {Error} it cannot be written, and who waits for it is to know */
function writeRecording(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
      Atomics.wait(never, 0, 0, PIPE_MS);
    }
  }
}

const log =
  recording === undefined
    ? new WatchLog({
        line,
        pcap: pcap === undefined ? undefined : (bytes) => writeAll(pcap, bytes),
        json,
        paint: paintFor({ isTTY: colours }),
      })
    : new RecordLog((text) => writeRecording(recording.fd, text), line, recording.options);

if (parentPort === null) throw new Error('this file runs as a thread of a watcher');
for (;;) {
  const ending = Atomics.wait(control, CONTROL.END, 0, LOOK_MS) !== 'timed-out';
  for (
    let next = receiveMessageOnPort(parentPort);
    next !== undefined;
    next = receiveMessageOnPort(parentPort)
  ) {
    const { buses, memory, board } = next.message as WatchedBoard;
    await log.attach(buses, new TraceReader(memory), board);
  }
  log.drain();
  if (ending) break;
}
log.end();
Atomics.store(control, CONTROL.ENDED, 1);
Atomics.notify(control, CONTROL.ENDED);
