import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerCalls, callsOver, NoAnswer } from '../../../src/board/thread/calls.ts';
import type { BackEndCalls } from '../../../src/board/thread/protocol.ts';

/** A back-end whose own time is what `spent` says; it answers when `answer` is called. */
function backEnd(spent: (looks: number, answer: () => void) => number) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const answers = new SharedArrayBuffer(4);
  const calls = { reasonOf: () => 'the line is low' } as unknown as BackEndCalls;
  let looks = 0;
  const time = {
    begin: () => {},
    spentMs: () => spent(++looks, () => answerCalls(port2, answers, calls)),
  };
  return callsOver(
    port1,
    answers,
    () => {},
    () => false,
    time,
  );
}

describe('the reason of a failure', () => {
  it('is waited for as long as the back-end has no processor', () => {
    // It is looked at every 20 ms: 0.6 s pass.
    const call = backEnd((looks, answer) => {
      if (looks === 30) answer();
      return 0;
    });
    expect(call('reasonOf', '/i2c', 'EIO')).toBe('the line is low');
  });

  it('is not waited for any longer when the back-end has had one for 0.2 s, and does something else', () => {
    let last = 0;
    const call = backEnd((looks) => {
      last = looks;
      return looks * 101;
    });
    expect(() => call('reasonOf', '/i2c', 'EIO')).toThrow(NoAnswer);
    expect(last).toBe(2);
  });
});
