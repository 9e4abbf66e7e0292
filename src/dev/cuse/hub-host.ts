import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import type { HubMessage } from './hub-thread.ts';
import { CuseError, type CuseMachine, type CuseOptions, LINUX, letGo, setPermissions } from './machine.ts';
import { closeWakeups, endWakeups, type WakeupMemory } from './wakeup.ts';
import type { WakeupThreadData } from './wakeup-thread.ts';

/** Nodes that one thread serves together. */
export interface ServedNodes {
  readonly nodes: readonly {
    /** What the board calls it. */
    readonly boardPath: string;
    /** What it is called below `/dev` of the machine: with another number where that one was taken. */
    readonly path: string;
  }[];
  /** Settles when the nodes are gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Takes the nodes away; programs that have one open get `ENODEV`. */
  close(): Promise<void>;
}

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const WAKEUP_THREAD = createRequire(import.meta.url).resolve('#built/src/dev/cuse/wakeup-thread.js');

/** So long may a thread take to end, in ms, when the process does: its parts write their files then. */
const LAST_WORDS_MS = 2000;

/**
 * The other end of `serveNodes`: starts a thread for wake-ups beside the thread, and sees to permissions and to the end.
 * @param worker runs `serveNodes`, and raises word 1 of `control` when it has finished
 * @throws {CuseError} and anything that the thread throws; then no node is left
 */
export async function hostNodes(
  worker: Worker,
  control: SharedArrayBuffer,
  options: CuseOptions = {},
  machine: CuseMachine = LINUX,
): Promise<ServedNodes> {
  const words = new Int32Array(control);
  let nodes: { readonly boardPath: string; readonly name: string }[] = [];
  let memory: WakeupMemory | undefined;
  const waiting = new Set<string>();
  let wakeupThreadGone: Promise<void> = Promise.resolve();

  const release = (): void => {
    Atomics.store(words, 0, 1);
    if (memory !== undefined) endWakeups(memory);
    for (const { name } of nodes) letGo(name, machine);
  };
  const onExit = (): void => {
    release();
    Atomics.wait(words, 1, 0, LAST_WORDS_MS);
  };
  process.once('exit', onExit);
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve())).then(async () => {
    process.off('exit', onExit);
    if (memory === undefined) return;
    endWakeups(memory);
    await wakeupThreadGone;
    closeWakeups(memory);
  });
  const close = (): Promise<void> => {
    release();
    return gone;
  };

  const there = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new CuseError('the thread of the nodes has ended')));
    worker.on('message', (message: HubMessage) => {
      if (message.kind === 'nodes') {
        nodes = [...message.nodes];
        memory = message.wakeup;
        for (const { name } of nodes) waiting.add(name);
      } else if (message.kind === 'gone' && waiting.has(message.name))
        reject(new CuseError(`/dev/${message.name}: the kernel did not take the node; is the name taken?`));
      else waiting.delete(message.name);
      if (waiting.size === 0) resolve();
    });
  });
  try {
    await there;
    for (const { name } of nodes) setPermissions(`/dev/${name}`, options);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const first = nodes[0];
  if (first !== undefined && memory !== undefined) {
    const workerData: WakeupThreadData = { memory, first: first.name };
    const thread = new Worker(WAKEUP_THREAD, { workerData, ...ownProgram() });
    wakeupThreadGone = new Promise((resolve) => thread.once('exit', () => resolve()));
  }
  return { nodes: nodes.map(({ boardPath, name }) => ({ boardPath, path: `/dev/${name}` })), gone, close };
}
