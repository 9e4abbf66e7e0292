import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import type { DevNode, NodeRegistry } from '../node-registry.ts';
import {
  CuseError,
  type CuseMachine,
  type CuseOptions,
  checkCuse,
  LINUX,
  LostNodes,
  makeNodes,
  NodeRejected,
  releaseThread,
  setPermissions,
} from './machine.ts';
import { MAILBOX_BYTES, MailboxHost } from './mailbox.ts';
import type { CuseWorkerData, CuseWorkerMessage } from './worker.ts';

/** A node of a board that every program on the machine can open. */
export interface CuseNode {
  /** What the board calls it. */
  readonly boardPath: string;
  /** What it is called below `/dev` of the machine: with another number where that one was taken. */
  readonly path: string;
  /** Settles when the node is gone, for whatever reason; with the fault of its thread, if it was one. */
  readonly gone: Promise<Error | undefined>;
  /** Takes the node away; programs that have it open get `ECONNABORTED`, then `ENOTCONN`. */
  close(): Promise<void>;
}

/**
 * Makes every node of an open board a node of the machine. @throws {CuseError}; then none is left.
 *
 * A thread for each node, unlike `hostNodes`: who has the board open goes on with other work, and an adapter may take
 * long. A program waits in its node's thread alone, and neither stops the board's own thread nor programs at other
 * nodes. The price is that each transfer wakes another thread twice.
 */
export async function exposeNodes(nodes: NodeRegistry, options: CuseOptions = {}): Promise<CuseNode[]> {
  checkCuse();
  let left = 0;
  const warn = (sentence: string): void => options.onWarning?.(sentence);
  const lost = new LostNodes(warn, () => left === 0);
  const make = async (node: DevNode, name: string): Promise<CuseNode> => {
    const made = await exposeNode(node, name, options);
    left++;
    let isClosed = false;
    void made.gone.then((fault) => {
      left--;
      if (isClosed) return;
      if (fault === undefined) lost.add(node, name);
      else if (left > 0) warn(fault.message);
    });
    const close = () => {
      isClosed = true;
      return made.close();
    };
    return { ...made, close };
  };
  return makeNodes(nodes.list(), make, (made) => made.close());
}

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const entry = () => createRequire(import.meta.url).resolve('#built/src/dev/cuse/worker.js');

/** Makes one node. @param name below `/dev` @throws {CuseError} of it, `NodeRejected` where its name may be taken */
export async function exposeNode(
  node: DevNode,
  name: string,
  options: CuseOptions = {},
  machine: CuseMachine = LINUX,
): Promise<CuseNode> {
  const path = `/dev/${name}`;
  const fd = machine.open();
  const shared = new SharedArrayBuffer(MAILBOX_BYTES);
  const control = new SharedArrayBuffer(4);
  const host = new MailboxHost(shared, node.adapter);
  const workerData: CuseWorkerData = { name, fd, shared, control, node: describe(node) };
  // The options of this process (`--import ...`) are none of the thread's business.
  const worker = new Worker(entry(), { workerData, ...ownProgram() });
  // A thread that sleeps in the kernel keeps the process from ending until it is let go.
  const onExit = () => void releaseThread(name, machine);
  let fault: Error | undefined;
  let isGone = false;
  const gone = new Promise<Error | undefined>((resolve) => {
    worker.once('exit', () => {
      closeSync(fd);
      isGone = true;
      process.off('exit', onExit);
      resolve(fault);
    });
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (cause) => {
      fault = new CuseError(`${path}: ${cause.message}`, { cause });
      reject(fault);
    });
    worker.once('exit', () => reject(new NodeRejected(name)));
    worker.on('message', (message: CuseWorkerMessage) => {
      if (message === 'ready') resolve();
      else void host.answer();
    });
  });
  process.once('exit', onExit);
  const close = async () => {
    // The name of one that is gone may be another process's by now.
    if (isGone) return;
    Atomics.store(new Int32Array(control), 0, 1);
    releaseThread(name, machine);
    await gone;
  };
  try {
    setPermissions(path, options);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { boardPath: node.path, path, gone, close };
}

function describe(node: DevNode): CuseWorkerData['node'] {
  if (node.kind === 'i2c') {
    const { number, name, functionality } = node.adapter;
    const bound = Array.from({ length: 0x80 }, (_, addr) => addr).filter((addr) => node.isBound(addr));
    return { kind: 'i2c', adapter: { number, name, functionality }, bound };
  }
  const { number, name, capabilities } = node.adapter;
  const { mode, bitsPerWord, speedHz: maxSpeedHz, delays } = node;
  const options = { mode, bitsPerWord, maxSpeedHz, ...delays };
  return {
    kind: 'spi',
    adapter: { number, name, capabilities: { ...capabilities } },
    chipSelect: node.chipSelect,
    options,
  };
}
