import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import { type CuseOptions, checkCuse, hostNodes, type ServedNodes } from '../../dev/index.ts';
import {
  callback,
  checkOptions,
  type FilePath,
  filePath,
  flag,
  integer,
  type OptionChecks,
  oneLine,
} from '../../input/index.ts';
import { pathsOf, treeChecks } from '../open/load-tree.ts';
import type { ExposedTree, ExposeStart, ExposeWarning } from './expose-worker.ts';

const ID_MAX = 2 ** 32 - 1;
const { overlays, includePaths, trust } = treeChecks;

export interface ExposeOptions extends ExposedTree, CuseOptions {
  /** Other processes of this user may look at the board and touch it, as `dtbus get`, `set` and `watch` do. */
  readonly share?: boolean;
  /** Told why they may not after all. */
  readonly onWarning?: (sentence: string) => void;
}

const checks: OptionChecks<ExposeOptions> = {
  overlays,
  includePaths,
  trust,
  adopt: flag,
  share: flag,
  onWarning: callback,
  mode: integer(0, 0o7777),
  gid: integer(0, ID_MAX),
};

/**
 * Opens a board in a thread of its own, in which nothing has to wait for another thread, and makes all its
 * nodes real ones of this machine: the fast way for a board whose buses are all simulated. Calls that reach an
 * adapter fail with `EIO` here: `exposeNodes` of an open board is the way for those.
 * @throws {CuseError} the machine makes no nodes, {BoardError} the tree cannot be read
 */
export async function exposeBoard(board: FilePath, options: ExposeOptions = {}): Promise<ServedNodes> {
  checkOptions('exposeBoard', options, checks);
  const file = filePath('board', board);
  checkCuse();
  const { overlays, includePaths, adopt = false, trust, share = false, onWarning, ...permissions } = options;
  const control = new SharedArrayBuffer(8);
  // URLs do not go from thread to thread.
  const tree: ExposedTree = {
    overlays: pathsOf('overlays', overlays),
    includePaths: pathsOf('includePaths', includePaths),
    trust: pathsOf('trust', trust),
    adopt,
  };
  const entry = createRequire(import.meta.url).resolve('#built/src/board/serve/expose-worker.js');
  const workerData: ExposeStart = { file, options: tree, share, control };
  const worker = new Worker(entry, { workerData, ...ownProgram() });
  worker.on('message', (message: ExposeWarning | { readonly kind: '' }) => {
    if (message.kind === 'warning') onWarning?.(oneLine(message.sentence));
  });
  return hostNodes(worker, control, permissions);
}
