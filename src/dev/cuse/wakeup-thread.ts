/** Entry of the thread that looks after the other nodes while a `CuseHub` waits for one alone. */
import { workerData } from 'node:worker_threads';
import { runWakeups, startWakeups, type WakeupMemory, wakeupsAreOver } from './wakeup.ts';

export interface WakeupThreadData {
  readonly memory: WakeupMemory;
  /** A node that is there. */
  readonly first: string;
}

const { memory, first } = workerData as WakeupThreadData;
try {
  if (startWakeups(memory, first)) runWakeups(memory);
} finally {
  wakeupsAreOver(memory);
}
