// One of the two threads of `memory-order.test.ts`: in each round it stores its word, makes a fence and loads the other's.
import { workerData } from 'node:worker_threads';

const { module, words, seen, side } = workerData;
const { fence } = await import(module);
const mine = 16 * side;
const other = 16 - mine;
const READY = 32;
const NEVER = 64;

for (let round = 1; round < seen.length; round++) {
  Atomics.store(words, READY + mine, round);
  for (let looks = 1; Atomics.load(words, READY + other) < round; looks++) {
    // Where both have one processor, the other gets it.
    if (looks % 1000 === 0) Atomics.wait(words, NEVER, 0, 0.01);
  }
  words[mine] = round;
  fence();
  seen[round] = words[other];
}
