/** Entry of the thread that looks after the other nodes while a `CuseHub` waits for one alone. */
import { workerData } from 'node:worker_threads';
import { keepWatch, startWatch, type WatchMemory } from './watch.ts';

export interface WatcherData {
  readonly memory: WatchMemory;
  /** A node that is there. */
  readonly first: string;
}

const { memory, first } = workerData as WatcherData;
if (startWatch(memory, first)) keepWatch(memory);
