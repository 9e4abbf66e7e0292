/**
 * Entry of the back-end's thread: builds the BE app from the board's blob and runs the vring worker until the
 * board is closed.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LocalBackEnd, runWorkerLoop } from '../transport/index.ts';
import { GuestMemory } from '../virtio/index.ts';
import { BoardBackEnd } from './back-end.ts';
import { answerCalls } from './calls.ts';
import { treeFromBlob } from './load-tree.ts';
import type { BackEndMessage, WorkerStart } from './protocol.ts';

const { start, calls, answers, control } = workerData as WorkerStart;

const tell = (message: BackEndMessage) => parentPort?.postMessage(message);

const tree = treeFromBlob(start.blob);
const backEnd = await BoardBackEnd.create(tree, {
  ...start,
  warn: (sentence) => tell({ kind: 'warning', sentence }),
});
const memory = GuestMemory.over(start.memory);
const local = new LocalBackEnd(memory, start.registers, backEnd.devices);
tell({ kind: 'ready', problems: backEnd.problems });

const ended = new Int32Array(control);
await runWorkerLoop(local, start.registers, {
  ...(start.poll ? { spinUs: Number.POSITIVE_INFINITY } : {}),
  eventLoop: () => backEnd.needsEventLoop,
  messages: () => answerCalls(calls, answers, backEnd.calls),
  ended: () => Atomics.load(ended, 0) === 1,
});
await backEnd.close();
calls.close();
parentPort?.close();
