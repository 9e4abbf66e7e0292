import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import { type CuseOptions, checkCuse, hostNodes, type ServedNodes } from '../../dev/index.ts';
import type { ExposedTree, ExposeWorkerData } from './expose-worker.ts';

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const entry = () => createRequire(import.meta.url).resolve('#built/src/board/serve/expose-worker.js');

/**
 * Opens a board in a thread of its own, in which nothing has to wait for another thread, and makes all its
 * nodes real ones of this machine: the fast way for a board whose buses are all simulated. Calls that reach an
 * adapter fail with `EIO` here: `exposeNodes` of an open board is the way for those.
 * @throws {CuseError} the machine makes no nodes, {BoardError} the tree cannot be read
 */
export async function exposeBoard(
  file: string,
  options: ExposedTree & CuseOptions = {},
): Promise<ServedNodes> {
  checkCuse();
  const { overlays = [], includePaths = [], adopt = false, trust = [], ...permissions } = options;
  const control = new SharedArrayBuffer(8);
  const workerData: ExposeWorkerData = { file, options: { overlays, includePaths, adopt, trust }, control };
  return hostNodes(new Worker(entry(), { workerData, ...ownProgram() }), control, permissions);
}
