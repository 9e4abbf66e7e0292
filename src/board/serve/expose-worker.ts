/** Entry of the thread that has a board and serves its nodes to the machine. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../bus/index.ts';
import { serveNodes } from '../../dev/index.ts';
import { shareBoard } from '../control/board-control.ts';
import type { Board } from '../handles/board.ts';
import type { BoardOptions } from '../open/board-options.ts';
import { openBoard } from '../open/open-board.ts';

/** How the tree is read. */
export type ExposedTree = Pick<BoardOptions, 'overlays' | 'includePaths' | 'adopt' | 'trust'>;

export interface ExposeWorkerData {
  readonly file: string;
  readonly options: ExposedTree;
  /** Other processes may look at the board and touch it. */
  readonly share: boolean;
  /** Word 0 is 1 once the thread is to end, word 1 once it has done all it had to. */
  readonly control: SharedArrayBuffer;
}

/** What the thread says besides what `serveNodes` does. */
export interface ExposeWarning {
  readonly kind: 'warning';
  readonly sentence: string;
}

const { file, options, share, control } = workerData as ExposeWorkerData;
try {
  const board = await openBoard(file, {
    ...options,
    backEnd: 'inline',
    isolateModels: true,
    // Warnings were given to whoever opened this board before.
    treeChecks: 'off',
    onWarning: () => {},
  });
  const unshare = share ? shared(board) : undefined;
  await serveNodes(board.nodes, control, (message) => parentPort?.postMessage(message));
  unshare?.();
  await board.close();
} finally {
  Atomics.store(new Int32Array(control), 1, 1);
  Atomics.notify(new Int32Array(control), 1);
}

/** What keeps others away does not keep the board from being there. */
function shared(board: Board): (() => void) | undefined {
  try {
    return shareBoard(board, file);
  } catch (thrown) {
    parentPort?.postMessage({ kind: 'warning', sentence: messageOf(thrown) } satisfies ExposeWarning);
    return undefined;
  }
}
