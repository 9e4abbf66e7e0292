/**
 * Entry of the back-end's thread: builds the BE app from the board's blob and runs the vring worker until the
 * board is closed.
 */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Client } from '../../backend/index.ts';
import { messageOf } from '../../bus/index.ts';
import type { Node } from '../../devicetree/index.ts';
import { backEndDied, LocalDevices, runWorkerLoop } from '../../transport/core.ts';
import { GuestMemory } from '../../virtio/index.ts';
import { BoardDevices } from '../assemble/board-devices.ts';
import { treeFromBlob } from '../open/tree-from-blob.ts';
import { answerCalls, answered } from './calls.ts';
import type { BackEndMessage, BackEndStart, WorkerChannels } from './protocol.ts';

const { calls, answers, control } = workerData as WorkerChannels;

if (parentPort === null) throw new Error('this file runs as a thread of a board');
const board = parentPort;
const tell = (message: BackEndMessage) => board.postMessage(message);

const [start] = (await once(board, 'message')) as [BackEndStart];
const tree = treeFromBlob(start.blob);
const devices = start.devices.map(({ path, ...device }) => ({ ...device, node: tree.byPath(path) as Node }));
const backEnd = await BoardDevices.create(tree, devices, {
  ...start,
  warn: (sentence) => tell({ kind: 'warning', sentence }),
  onNotOpened: (problem) => tell({ kind: 'notOpened', problem }),
  onLine: (path, line, high) => tell({ kind: 'line', path, line, high }),
});
const local = new LocalDevices(
  GuestMemory.over(start.memory),
  start.registers,
  backEnd.devicesFor(new Client('the board')),
);
// A model that throws outside of a call is named, and only its parts stop. Anything else ends the thread.
process.on('uncaughtException', (error) => {
  if (backEnd.blameModel(error)) return;
  tell({
    kind: 'warning',
    sentence: `the back-end thread crashed; all its buses are down: ${messageOf(error)}`,
  });
  process.exit(1);
});
// A fault that nobody caught: whoever waits, blocked perhaps, is not to wait for long.
process.once('exit', () => {
  backEndDied(start.registers);
  answered(answers);
});
// By the way of the answers, so that a board that waits blocked sees it too.
const { problems, unavailable } = backEnd;
calls.postMessage({ kind: 'ready', problems, unavailable } satisfies BackEndMessage);
answered(answers);

const ended = new Int32Array(control);
await runWorkerLoop(local, start.registers, {
  ...(start.poll ? { spinUs: Number.POSITIVE_INFINITY } : {}),
  eventLoop: () => backEnd.needsEventLoop,
  messages: () => answerCalls(calls, answers, backEnd.calls),
  ended: () => Atomics.load(ended, 0) === 1,
});
await backEnd.close();
// A model may have left timers running: they would keep the thread alive.
process.exit();
