/**
 * Entry of a thread that runs the models of one file of the user's. The module may do what it likes with this thread:
 * whoever started it ends it when it does not answer.
 */
import { getHeapStatistics } from 'node:v8';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DeviceNode } from '../../bus/index.ts';
import { NodeError, threadNumber } from '../../bus/index.ts';
import { loadOwnParts } from '../assemble/own-models.ts';
import { treeFromBlob } from '../open/tree-from-blob.ts';
import { HostedParts } from './hosted-parts.ts';
import {
  type FromThread,
  type ModelThreadStart,
  type SegmentRequest,
  type ThreadEvent,
  type ToThread,
  WORD,
} from './protocol.ts';
import { sentError } from './thread-error.ts';

const start = workerData as ModelThreadStart;
const { port, file } = start;
const words = new Int32Array(start.words);
/** Taken before the module can put others in their place. */
const { load, add, notify, store, wait } = Atomics;
/** How long it sleeps at most until it looks for an answer. */
const LOOK_MS = 1;
let parts: HostedParts | undefined;
const { exit, pid, kill } = process;

const post = (message: FromThread): void => {
  port.postMessage(message);
  add(words, WORD.ANSWERS, 1);
  notify(words, WORD.ANSWERS);
};

// They would end the whole process, or say nothing of who ended it.
process.exit = ((code?: number): never => {
  store(words, WORD.EXITED, 1);
  return exit.call(process, code);
}) as typeof process.exit;
process.kill = (target, signal) => {
  if (target === pid || target === 0 || target === -pid) process.exit(1);
  return kill.call(process, target, signal);
};

const events: ThreadEvent[] = [];
let inCall = false;
let isTelling = false;
/** What happens beside a call goes out when the stack is empty. */
const tell = (event: ThreadEvent): void => {
  events.push(event);
  if (inCall || isTelling) return;
  isTelling = true;
  queueMicrotask(() => {
    isTelling = false;
    if (events.length > 0) post({ kind: 'events', events: events.splice(0) });
  });
};

process.on('uncaughtException', (error) => tell({ kind: 'failed', error: sentError(error) }));

try {
  const { models, faults } = await loadOwnParts(file);
  const tree = treeFromBlob(start.blob);
  const nodeAt = (path: string): DeviceNode => {
    const node = tree.byPath(path);
    if (node === undefined) throw new NodeError({ path }, undefined, 'not found');
    return node;
  };
  parts = new HostedParts(start, models, nodeAt, tell, onSegment);
  port.on('message', answer);
  post({ kind: 'loaded', models: parts.descriptions, faults, tid: threadNumber() });
} catch (error) {
  post({ kind: 'notLoaded', sentence: sentError(error).message });
  // Whoever started the thread ends it when it has read that: an end of its own could be seen before.
  port.on('message', answer);
}

/** Answers what is asked, and looks for a moment whether more comes: a transfer is several calls. */
function answer(first: ToThread): void {
  for (let message: ToThread | undefined = first; message !== undefined; message = next()) take(message);
}

/** Carries out one message, and answers it. */
function take(message: ToThread): void {
  if (message.kind === 'beat') {
    store(words, WORD.BUFFERS_MIB, Math.ceil(getHeapStatistics().external_memory / 2 ** 20));
    store(words, WORD.BEAT, message.beat);
  }
  if (message.kind !== 'call' || parts === undefined) return;
  const { id, name, args, now, wall } = message;
  const outer = inCall;
  inCall = true;
  try {
    const result = parts.call(name, args, now, wall);
    post({ kind: 'answer', id, result, events: events.splice(0) });
  } catch (error) {
    post({ kind: 'answer', id, error: sentError(error), events: events.splice(0) });
  } finally {
    inCall = outer;
  }
}

/** Asks the board's thread for something on a segment, and answers what that leads to until it is done. */
function onSegment(request: SegmentRequest): unknown {
  post({ kind: 'segment', request, events: events.splice(0) });
  for (;;) {
    const seen = load(words, WORD.REQUESTS);
    const message = receiveMessageOnPort(port)?.message as ToThread | undefined;
    if (message?.kind === 'segment') return message.result;
    if (message !== undefined) take(message);
    else wait(words, WORD.REQUESTS, seen, LOOK_MS);
  }
}

function next(): ToThread | undefined {
  const seen = load(words, WORD.REQUESTS);
  const there = receiveMessageOnPort(port);
  if (there !== undefined) return there.message as ToThread;
  for (let spins = 0; spins < 20_000; spins++) if (load(words, WORD.REQUESTS) !== seen) break;
  return receiveMessageOnPort(port)?.message as ToThread | undefined;
}
