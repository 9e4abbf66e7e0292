import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { ThreadTime } from '../models/thread-time.ts';
import type { BackEndCalls, BackEndMessage, Call, CallMessage, CallName } from './protocol.ts';

/** How long the back-end may take to answer a call. */
const CALL_TIMEOUT_MS = 10_000;
/** Asked of a process that is about to end: it is not to wait for a model that loops. */
const SAVE_TIMEOUT_MS = 1500;

const LIMITS_MS: Partial<Record<CallName, number>> = { save: SAVE_TIMEOUT_MS };
/**
 * What a call may take of the back-end's own time, in ms. A reason is asked for when a transfer has failed: whoever waits for
 * its fault is not to wait for what the back-end does otherwise, but does wait until it has a processor.
 */
const OWN_LIMITS_MS: Partial<Record<CallName, number>> = { reasonOf: 200 };

/** How often one that waits looks whether the back-end still lives, should nobody have told. */
const LOOK_MS = 200;
/** The same, for what it has spent. */
const OWN_LOOK_MS = 20;

/** Word 0 of the shared counter: raised by every answer. */
const ANSWERS = 0;

/** The other thread lives, but does not answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Carries out one call for the other thread. A failure becomes its sentence. */
function answerTo(calls: BackEndCalls, { id, name, args }: CallMessage): BackEndMessage {
  try {
    const method = calls[name] as (...args: readonly unknown[]) => unknown;
    return { kind: 'answer', id, result: method(...args) };
  } catch (thrown) {
    return { kind: 'answer', id, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** The back-end's end: answers all calls that have come. */
export function answerCalls(port: MessagePort, answers: SharedArrayBuffer, calls: BackEndCalls): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    port.postMessage(answerTo(calls, next.message as CallMessage));
    answered(answers);
  }
}

/** Wakes a board that waits for an answer. */
export function answered(answers: SharedArrayBuffer): void {
  const counter = new Int32Array(answers);
  Atomics.add(counter, ANSWERS, 1);
  Atomics.notify(counter, ANSWERS);
}

/**
 * The board's end: calls that block until the other thread has answered.
 * @param wake makes the other thread look
 * @param ended whether the other thread has ended
 * @param time the other thread's own
 */
export function callsOver(
  port: MessagePort,
  answers: SharedArrayBuffer,
  wake: () => void,
  ended: () => boolean,
  time: Pick<ThreadTime, 'begin' | 'spentMs'>,
): Call {
  const counter = new Int32Array(answers);
  let lastId = 0;
  return (name, ...args) => {
    const id = ++lastId;
    const request: CallMessage = { id, name, args };
    const limit = LIMITS_MS[name] ?? CALL_TIMEOUT_MS;
    const ownLimit = OWN_LIMITS_MS[name];
    const lookMs = ownLimit === undefined ? LOOK_MS : OWN_LOOK_MS;
    if (ownLimit !== undefined) time.begin();
    const giveUp = performance.now() + limit;
    port.postMessage(request);
    wake();
    for (;;) {
      const seen = Atomics.load(counter, ANSWERS);
      const received = receiveMessageOnPort(port)?.message as BackEndMessage | undefined;
      if (received?.kind === 'answer' && received.id === id) {
        if (received.error !== undefined) throw new Error(received.error);
        return received.result as never;
      }
      if (received !== undefined) continue;
      if (ended()) throw new Error(`the back-end has ended: it cannot answer ${name}`);
      const left = giveUp - performance.now();
      if (left <= 0) throw new NoAnswer(`the back-end did not answer ${name} within ${limit / 1000} s`);
      const woken = Atomics.wait(counter, ANSWERS, seen, Math.min(left, lookMs)) !== 'timed-out';
      if (!woken && ownLimit !== undefined && time.spentMs() > ownLimit)
        throw new NoAnswer(`the back-end is busy and did not answer ${name}`);
    }
  };
}

/** Calls where both ends share a thread. */
export function callsInline(calls: BackEndCalls): Call {
  return (name, ...args) => (calls[name] as (...args: readonly unknown[]) => never)(...args);
}
