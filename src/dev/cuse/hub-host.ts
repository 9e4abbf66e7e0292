import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import type { HubMessage } from './hub-thread.ts';
import {
  CuseError,
  type CuseMachine,
  type CuseOptions,
  LINUX,
  releaseThread,
  setPermissions,
} from './machine.ts';
import { closeWakeups, endWakeups, type WakeupMemory, waitForWakeups } from './wakeup.ts';
import type { WakeupThreadData } from './wakeup-thread.ts';

/** Nodes that one thread serves together. */
export interface ServedNodes {
  readonly nodes: readonly {
    /** What the board calls it. */
    readonly boardPath: string;
    /** What it is called below `/dev` of the machine: with another number where that one was taken. */
    readonly path: string;
  }[];
  /** Settles when the nodes are gone, for whatever reason; with the fault of the thread, if it was one. */
  readonly gone: Promise<Error | undefined>;
  /** Takes the nodes away; programs that have one open get `ECONNABORTED`, then `ENOTCONN`. */
  close(): Promise<void>;
}

/** The thread's compiled entry, also when this file runs uncompiled in a test. */
const WAKEUP_THREAD = createRequire(import.meta.url).resolve('#built/src/dev/cuse/wakeup-thread.js');

/** How long the thread may take to end, in ms, when the process ends: its parts write their files then. */
const LAST_WORDS_MS = 2000;

/**
 * The other end of `serveNodes`: starts a thread for wake-ups beside the thread, sets permissions, and ends both.
 *
 * One thread for all nodes, unlike `exposeNodes`: it has the board itself, and does nothing else. That is right only
 * where no transfer waits, on simulated buses: a slow adapter would hold up programs at every other node.
 * @param worker runs `serveNodes`, and raises word 1 of `control` when it has finished
 * @throws {CuseError} and anything that the thread throws; then no node is left
 */
export async function hostNodes(
  worker: Worker,
  control: SharedArrayBuffer,
  options: Pick<CuseOptions, 'mode' | 'gid'> = {},
  machine: CuseMachine = LINUX,
): Promise<ServedNodes> {
  const hub = new HubThread(worker, control, machine);
  try {
    await hub.ready();
    for (const name of hub.names) setPermissions(`/dev/${name}`, options);
  } catch (error) {
    await hub.close();
    throw error;
  }
  hub.startWakeups();
  return { nodes: hub.nodes, gone: hub.gone, close: () => hub.close() };
}

/** The thread that serves the nodes, as the one that started it sees it. */
class HubThread {
  readonly gone: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #words: Int32Array;
  readonly #machine: CuseMachine;
  #nodes: readonly { readonly boardPath: string; readonly name: string }[] = [];
  #memory: WakeupMemory | undefined;
  #fault: Error | undefined;
  #isOver = false;
  /** Undefined: no thread for wake-ups was started. */
  #wakeupsEnded: Promise<void> | undefined;

  constructor(worker: Worker, control: SharedArrayBuffer, machine: CuseMachine) {
    this.#worker = worker;
    this.#words = new Int32Array(control);
    this.#machine = machine;
    process.once('exit', this.#onExit);
    worker.once('error', (fault) => {
      this.#fault = fault;
    });
    this.gone = new Promise<void>((resolve) => worker.once('exit', () => resolve())).then(() =>
      this.#ended(),
    );
  }

  get names(): readonly string[] {
    return this.#nodes.map(({ name }) => name);
  }

  get nodes(): ServedNodes['nodes'] {
    return this.#nodes.map(({ boardPath, name }) => ({ boardPath, path: `/dev/${name}` }));
  }

  /** Waits until every node is there. @throws {CuseError} one of them, or the thread, is not */
  ready(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new CuseError('the thread that serves the nodes ended')));
      this.#worker.on('message', (message: HubMessage) => {
        if (message.kind === 'nodes') {
          this.#nodes = [...message.nodes];
          this.#memory = message.wakeup;
          resolve();
        } else if (message.kind === 'rejected') reject(new CuseError(message.sentence));
        // Anything else is between the thread and whoever made it.
      });
    });
  }

  startWakeups(): void {
    const [first] = this.names;
    if (first === undefined || this.#memory === undefined) return;
    const workerData: WakeupThreadData = { memory: this.#memory, first };
    const thread = new Worker(WAKEUP_THREAD, { workerData, ...ownProgram() });
    this.#wakeupsEnded = new Promise((resolve) => thread.once('exit', () => resolve()));
  }

  async close(): Promise<void> {
    this.#release();
    await this.gone;
  }

  #release(): void {
    // The names may be another process's by now.
    if (this.#isOver) return;
    Atomics.store(this.#words, 0, 1);
    if (this.#memory !== undefined) endWakeups(this.#memory);
    for (const name of this.names) releaseThread(name, this.#machine);
  }

  readonly #onExit = (): void => {
    this.#release();
    Atomics.wait(this.#words, 1, 0, LAST_WORDS_MS);
    // A thread that is ended in native code ends the process with SIGABRT.
    if (this.#wakeupsEnded !== undefined && this.#memory !== undefined)
      waitForWakeups(this.#memory, LAST_WORDS_MS);
  };

  async #ended(): Promise<Error | undefined> {
    this.#isOver = true;
    process.off('exit', this.#onExit);
    if (this.#memory !== undefined) {
      endWakeups(this.#memory);
      await this.#wakeupsEnded;
      closeWakeups(this.#memory);
    }
    return this.#fault;
  }
}
