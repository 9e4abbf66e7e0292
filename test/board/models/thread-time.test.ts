import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { ThreadTime } from '../../../src/board/models/thread-time.ts';

/** A thread that says its number in the kernel, and loops. */
const LOOPS = `const { parentPort } = require('node:worker_threads');
parentPort.postMessage(Number(require('node:fs').readlinkSync('/proc/thread-self').split('/').at(-1)));
setTimeout(() => { for (;;); }, 10);`;

it('counts the time of a thread that loops, and puts it alone behind the others', async () => {
  const worker = new Worker(LOOPS, { eval: true });
  const tid = await new Promise<number>((resolve) => worker.once('message', resolve));
  const time = new ThreadTime(tid);
  time.begin();
  time.spentMs();
  await expect.poll(() => time.spentMs(), { timeout: 60_000 }).toBeGreaterThan(30);
  const own = getPriority();
  time.putBehind();
  expect([getPriority(tid), getPriority()]).toEqual([Math.min(own + 5, 19), own]);
  await worker.terminate();
  expect(time.spentMs()).toBe(Number.POSITIVE_INFINITY);
});
