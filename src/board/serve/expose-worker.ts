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

/** What the thread is started with. */
export interface ExposeStart {
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

const warn = (sentence: string) =>
  void parentPort?.postMessage({ kind: 'warning', sentence } satisfies ExposeWarning);

await expose(workerData as ExposeStart);

/** Opens a board and serves its nodes until they are taken away. @throws {Error} why there are none, or why its parts could not be saved */
async function expose({ file, options, share, control }: ExposeStart): Promise<void> {
  // Those of opening were given to whoever opened this board before.
  let isHeard = false;
  try {
    const board = await openBoard(file, {
      ...options,
      backEnd: 'inline',
      isolateModels: true,
      treeChecks: 'off',
      onWarning: (sentence) => {
        if (isHeard) warn(sentence);
      },
    });
    isHeard = true;
    const unshare = share ? shared(board, file) : undefined;
    await serveNodes(board.nodes, control, (message) => parentPort?.postMessage(message));
    unshare?.();
    try {
      board.save();
    } finally {
      // What cannot be saved is told once, as the thread's fault.
      isHeard = false;
      await board.close();
    }
  } finally {
    Atomics.store(new Int32Array(control), 1, 1);
    Atomics.notify(new Int32Array(control), 1);
  }
}

/** What keeps others away does not keep the board from being there. */
function shared(board: Board, file: string): (() => void) | undefined {
  try {
    return shareBoard(board, file);
  } catch (thrown) {
    warn(messageOf(thrown));
    return undefined;
  }
}
