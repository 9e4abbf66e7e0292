/** Entry of the thread that has a board and serves its nodes to the machine. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveNodes } from '../../dev/index.ts';
import type { BoardOptions } from '../open/board-options.ts';
import { openBoard } from '../open/open-board.ts';

/** How the tree is read. */
export type ExposedTree = Pick<BoardOptions, 'overlays' | 'includePaths' | 'adopt' | 'trust'>;

export interface ExposeWorkerData {
  readonly file: string;
  readonly options: ExposedTree;
  /** Word 0 is 1 once the thread is to end, word 1 once it has done all it had to. */
  readonly control: SharedArrayBuffer;
}

const { file, options, control } = workerData as ExposeWorkerData;
try {
  const board = await openBoard(file, {
    ...options,
    backEnd: 'inline',
    // Warnings were given to whoever opened this board before.
    treeChecks: 'off',
    onWarning: () => {},
  });
  await serveNodes(board.nodes, control, (message) => parentPort?.postMessage(message));
  await board.close();
} finally {
  Atomics.store(new Int32Array(control), 1, 1);
  Atomics.notify(new Int32Array(control), 1);
}
