/** The watching thread: looks into the traces of boards now and then, and writes down what it finds. */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TraceReader } from '../../board/index.ts';
import { messageOf } from '../../bus/words.ts';
import { oneLine, writeFault } from '../../input/index.ts';
import { paintFor } from '../terminal/style.ts';
import { Forwarded } from './forward/forwarded.ts';
import { RecordLog } from './record-log.ts';
import { SigrokLog } from './sigrok/sigrok-log.ts';
import { WatchLog } from './watch-log.ts';
import { CONTROL, READY, type WatchedBoard, type WatchStart } from './watcher.ts';

/** How old a line may be before it is shown. */
const LOOK_MS = 20;
/** Before a pipe whose reader is slow is tried again. */
const PIPE_MS = 5;
const STDERR = 2;

const {
  lines,
  pcap,
  names,
  json,
  colours,
  recording,
  sigrok,
  folder,
  control: shared,
} = workerData as WatchStart;
const control = new Int32Array(shared);
const never = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, whatever the reader's pace: only this thread waits. @throws {Error} it cannot be written */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
      Atomics.wait(never, 0, 0, PIPE_MS);
    }
  }
}

/** Writes as far as it goes. That a file takes no more is told once; that nobody reads a pipe any more is nobody's concern. */
function writerTo(fd: number, name: string): (bytes: Uint8Array) => void {
  let isOver = false;
  return (bytes) => {
    if (isOver) return;
    try {
      writeAll(fd, bytes);
    } catch (thrown) {
      isOver = true;
      noteCut(thrown);
      if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE' && fd !== STDERR)
        tell(`dtbus: ${oneLine(writeFault(name, thrown))}; the rest is left out\n`);
    }
  };
}

/** A file that is not whole is a failure of whoever wanted it; a reader that has seen enough is none. */
function noteCut(thrown: unknown): void {
  if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE') Atomics.store(control, CONTROL.CUT, 1);
}

/** Writes to a recording. @throws {Error} it cannot be written */
function writeRecording(fd: number, text: Uint8Array): void {
  try {
    writeAll(fd, text);
  } catch (thrown) {
    noteCut(thrown);
    throw thrown;
  }
}

function tell(text: string): void {
  try {
    writeAll(STDERR, Buffer.from(text));
  } catch {
    // There is nobody to tell.
  }
}

const toLines = writerTo(lines, names.lines);
const line = (text: string) => toLines(Buffer.from(text));
const log = logOf();
const forwarded =
  folder === undefined
    ? undefined
    : new Forwarded(folder, log, (sentence) => tell(`dtbus: ${oneLine(sentence)}\n`));

function logOf(): WatchLog | RecordLog | SigrokLog {
  if (sigrok !== undefined) return new SigrokLog(sigrok, line);
  if (recording !== undefined)
    return new RecordLog((text) => writeRecording(recording.fd, text), line, recording.options);
  return new WatchLog({
    line,
    pcap: pcap === undefined ? undefined : writerTo(pcap, names.pcap),
    json,
    paint: paintFor({ isTTY: colours }),
  });
}

/** Lets the program begin when sigrok looks, or end where it never can. */
async function waitForSigrok(server: SigrokLog): Promise<void> {
  let ready: number = READY.YES;
  try {
    await server.listen();
    await server.heard;
  } catch (thrown) {
    tell(`dtbus: ${oneLine(messageOf(thrown))}\n`);
    ready = READY.NEVER;
  }
  Atomics.store(control, CONTROL.READY, ready);
  Atomics.notify(control, CONTROL.READY);
}

/** Waits for the next look. @returns whether it is the last */
async function isLastLook(): Promise<boolean> {
  if (!(log instanceof SigrokLog)) return Atomics.wait(control, CONTROL.END, 0, LOOK_MS) !== 'timed-out';
  // Its sockets need the thread meanwhile.
  await sleep(LOOK_MS);
  return Atomics.load(control, CONTROL.END) !== 0;
}

if (parentPort === null) throw new Error('this file runs as a thread of a watcher');
if (log instanceof SigrokLog) await waitForSigrok(log);
for (;;) {
  const ending = await isLastLook();
  for (
    let next = receiveMessageOnPort(parentPort);
    next !== undefined;
    next = receiveMessageOnPort(parentPort)
  ) {
    const { buses, memory, board } = next.message as WatchedBoard;
    await log.attach(buses, new TraceReader(memory), board);
  }
  await (ending ? forwarded?.end() : forwarded?.look());
  while (log.drain()) await sleep(0);
  if (ending) break;
}
await log.end(forwarded?.isWhole);
Atomics.store(control, CONTROL.ENDED, 1);
Atomics.notify(control, CONTROL.ENDED);
