import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { Client } from '../../backend/index.ts';
import { messageOf, threadNumber } from '../../bus/index.ts';
import type { Node } from '../../devicetree/index.ts';
import { backEndDied, LocalDevices, runWorkerLoop } from '../../transport/core.ts';
import { GuestMemory } from '../../virtio/index.ts';
import { BoardDevices } from '../assemble/board-devices.ts';
import { treeFromBlob } from '../open/tree-from-blob.ts';
import { answerCalls, answered } from './calls.ts';
import { type BackEndMessage, CONTROL, type ThreadStart } from './protocol.ts';

if (parentPort === null) throw new Error('this file runs as a thread of a board');
const board = parentPort;
const tell = (message: BackEndMessage) => board.postMessage(message);

/** The board that is served now. */
let now: { readonly backEnd: BoardDevices; readonly start: ThreadStart } | undefined;

function blame(error: Error): void {
  if (now?.backEnd.blameModel(error)) return;
  tell({
    kind: 'warning',
    sentence: `the back-end thread crashed; all its buses are down: ${messageOf(error)}`,
  });
  process.exit(1);
}

/**
 * What the back-end's thread does: builds the BE app from the board's blob and runs the vring worker until the board is closed;
 * then it waits for another board.
 * @param keepCode keeps what V8 has made of the code by now, for the next start
 */
export async function serveBoards(keepCode: () => void): Promise<never> {
  // A model that throws outside of a call is named, and only its parts stop. Anything else ends the thread.
  process.on('uncaughtException', blame);
  // A fault that nobody caught: whoever waits, blocked perhaps, is not to wait for long.
  process.once('exit', () => {
    if (now === undefined) return;
    backEndDied(now.start.registers);
    answered(now.start.channels.answers);
  });
  // What one board has loaded is there for the next one.
  for (;;) {
    const [start] = (await once(board, 'message')) as [ThreadStart];
    const isClean = await serve(start, keepCode);
    // A model may have left timers running or have changed what all share: its thread serves nobody else.
    if (!isClean) process.exit();
    tell({ kind: 'closed' });
  }
}

/** Serves a board until it is closed. @returns whether the thread is as it was before */
async function serve(start: ThreadStart, keepCode: () => void): Promise<boolean> {
  const { calls, answers, control } = start.channels;
  const tree = treeFromBlob(start.blob);
  const devices = start.devices.map(({ path, ...device }) => ({
    ...device,
    node: tree.byPath(path) as Node,
  }));
  const backEnd = await BoardDevices.create(tree, devices, {
    ...start,
    isolate: () => start.blob,
    over: new Int32Array(control, CONTROL.ENDING * Int32Array.BYTES_PER_ELEMENT, 1),
    warn: (sentence) => tell({ kind: 'warning', sentence }),
    onNotOpened: (problem) => tell({ kind: 'notOpened', problem }),
    onLine: (path, line, high) => tell({ kind: 'line', path, line, high }),
  });
  now = { backEnd, start };
  const local = new LocalDevices(
    GuestMemory.over(start.memory),
    start.registers,
    backEnd.devicesFor(new Client('the board')),
  );
  // By the way of the answers, so that a board that waits blocked sees it too.
  const { problems, unavailable } = backEnd;
  const tid = threadNumber();
  calls.postMessage({ kind: 'ready', problems, unavailable, tid } satisfies BackEndMessage);
  answered(answers);

  const words = new Int32Array(control);
  const openHosts = () => {
    Atomics.store(words, CONTROL.OPENING, 1);
    void backEnd.openHosts().finally(() => {
      Atomics.store(words, CONTROL.OPENING, 0);
      Atomics.notify(words, CONTROL.OPENING);
    });
  };
  const save = () => {
    // At the end of a board and of a process, when nobody waits for transfers.
    keepCode();
    backEnd.calls.save();
  };
  const served = { ...backEnd.calls, openHosts, save };
  await runWorkerLoop(local, start.registers, {
    ...(start.poll ? { spinUs: Number.POSITIVE_INFINITY } : {}),
    eventLoop: () => backEnd.needsEventLoop,
    messages: () => answerCalls(calls, answers, served),
    ended: () => Atomics.load(words, CONTROL.CLOSING) === 1,
  });
  await backEnd.close();
  if (backEnd.hasOwnCode) return false;
  now = undefined;
  calls.close();
  return true;
}
