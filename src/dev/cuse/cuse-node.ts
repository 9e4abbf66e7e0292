import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  open,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { BusNode, NodeRegistry } from '../node-registry.ts';
import { MAILBOX_BYTES, MailboxHost } from './mailbox.ts';
import type { CuseWorkerData, CuseWorkerMessage } from './worker.ts';

export interface CuseOptions {
  /** Permissions of the nodes; without them only root may open them. */
  readonly mode?: number | undefined;
  /** Group that the nodes are given to. */
  readonly gid?: number | undefined;
}

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

/** No node can be made, and what to do about it. */
export class CuseError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CuseError';
  }
}

/**
 * @param access as node:fs has it
 * @throws {CuseError} when this machine or this user cannot make nodes
 */
export function checkCuse(device = '/dev/cuse', access: typeof accessSync = accessSync): void {
  if (!existsSync(device))
    throw new CuseError(
      `${device} is missing: on Linux load it with "modprobe cuse" (kernel option CONFIG_CUSE); elsewhere there is none`,
    );
  try {
    access(device, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new CuseError(
      `${device} cannot be opened by this user: run as root, or add the udev rule KERNEL=="cuse", GROUP="plugdev", MODE="0660"`,
      { cause },
    );
  }
}

/**
 * The number of a bus below `/dev`: its own where no other program's node has it, else the first one above
 * all that are taken.
 * @param names what is in `/dev`
 */
export function freeNumber(kind: 'i2c' | 'spi', number: number, names: readonly string[]): number {
  const pattern = kind === 'i2c' ? /^i2c-(\d+)$/ : /^spidev(\d+)\.\d+$/;
  const taken = names.flatMap((name) => {
    const [, digits] = pattern.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return taken.includes(number) ? Math.max(...taken) + 1 : number;
}

/** Makes every node of a board a node of the machine. @throws {CuseError}; then none is left. */
export async function exposeNodes(nodes: NodeRegistry, options: CuseOptions = {}): Promise<CuseNode[]> {
  checkCuse();
  const made: CuseNode[] = [];
  const numbers = new Map<object, number>();
  try {
    for (const node of nodes.list()) {
      const known = numbers.get(node.adapter);
      const number = known ?? freeNumber(node.kind, node.adapter.number, readdirSync('/dev'));
      numbers.set(node.adapter, number);
      const name = node.kind === 'i2c' ? `i2c-${number}` : `spidev${number}.${node.chipSelect}`;
      made.push(await exposeNode(node, name, options));
    }
  } catch (thrown) {
    await Promise.all(made.map((node) => node.close()));
    throw thrown;
  }
  return made;
}

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const ENTRY = createRequire(import.meta.url).resolve('#built/src/dev/cuse/worker.js');

/** What the machine has to do with it; tests put something else in its place. */
export interface CuseMachine {
  /** Opens `/dev/cuse`, so that reading waits. */
  open(): number;
  /** Lets go of whoever reads it: the thread that serves `/dev/NAME`. @throws {Error} */
  abort(name: string): void;
}

const LINUX: CuseMachine = {
  open: () => openSync('/dev/cuse', constants.O_RDWR),
  abort: (name) => writeFileSync(`/sys/class/cuse/${name}/abort`, '1'),
};

/** Makes one node. @param name below `/dev` @throws {CuseError} */
export async function exposeNode(
  node: BusNode,
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
  const worker = new Worker(ENTRY, { workerData, execArgv: [] });
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      closeSync(fd);
      resolve();
    });
  });
  // A thread that sleeps in the kernel keeps the process from ending until it is let go.
  const onExit = () => {
    try {
      machine.abort(name);
    } catch {
      // The node is gone already.
    }
  };
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (cause) => reject(new CuseError(`${path}: ${cause.message}`, { cause })));
    worker.once('exit', () =>
      reject(new CuseError(`${path}: the kernel did not take the node; is the name taken?`)),
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
    try {
      machine.abort(name);
    } catch {
      // Without sysfs: opening the node wakes the thread, which then sees that it is to end.
      open(path, () => {});
    }
    await exited;
  };
  try {
    if (options.gid !== undefined) chownSync(path, 0, options.gid);
    if (options.mode !== undefined) chmodSync(path, options.mode);
  } catch (cause) {
    await close();
    throw new CuseError(`${path}: its permissions cannot be set`, { cause });
  }
  return { boardPath: node.path, path, gone: exited, close };
}

function describe(node: BusNode): CuseWorkerData['node'] {
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
