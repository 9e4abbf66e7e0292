// The device's end of `threads.test.ts`, in a thread of its own: answers each number with its double, and sleeps
// whenever the ring is empty.
import { workerData } from 'node:worker_threads';
import { createDeviceQueue, GuestMemory } from '../../dist/src/virtio/index.js';

const { buffer, config, bells, count } = workerData;
const KICKS = 0;
const CALLS = 1;
const SLEEP_LIMIT_MS = 10_000;

const queue = createDeviceQueue(GuestMemory.over(buffer), config);
for (let done = 0; done < count; ) {
  const kicks = Atomics.load(bells, KICKS);
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
    chain.writable.writeU32(chain.readable.readU32() * 2);
    // Now and then a batch, so that both ways of giving back are raced.
    if (done % 3 === 0) queue.pushUsed(chain, 4);
    else queue.stageUsed(chain, 4);
    done++;
    if (done % 16 === 0) call();
  }
  call();
  if (done === count || queue.enableNotification()) continue;
  if (Atomics.wait(bells, KICKS, kicks, SLEEP_LIMIT_MS) === 'timed-out')
    throw new Error(`no kick after ${done}`);
  queue.disableNotification();
}

function call() {
  if (!queue.needsNotification()) return;
  Atomics.add(bells, CALLS, 1);
  Atomics.notify(bells, CALLS);
}
