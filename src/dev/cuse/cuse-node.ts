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
  nodeNames,
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
  /** Settles when the node is gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Takes the node away; programs that have it open get `ENODEV`. */
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
  const made: CuseNode[] = [];
  const nameOf = nodeNames();
  try {
    for (const node of nodes.list()) made.push(await exposeNode(node, nameOf(node), options));
  } catch (thrown) {
    await Promise.all(made.map((node) => node.close()));
    throw thrown;
  }
  return made;
}

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const entry = () => createRequire(import.meta.url).resolve('#built/src/dev/cuse/worker.js');

/** Makes one node. @param name below `/dev` @throws {CuseError} */
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
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      closeSync(fd);
      resolve();
    });
  });
  // A thread that sleeps in the kernel keeps the process from ending until it is let go.
  const onExit = () => void releaseThread(name, machine);
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (cause) => reject(new CuseError(`${path}: ${cause.message}`, { cause })));
    worker.once('exit', () =>
      reject(new CuseError(`${path}: the kernel rejected the node; its name may be taken`)),
    );
    worker.on('message', (message: CuseWorkerMessage) => {
      if (message === 'ready') resolve();
      else void host.answer();
    });
  });
  process.once('exit', onExit);
  const close = async () => {
    process.off('exit', onExit);
    Atomics.store(new Int32Array(control), 0, 1);
    releaseThread(name, machine);
    await exited;
  };
  try {
    setPermissions(path, options);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { boardPath: node.path, path, gone: exited, close };
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
