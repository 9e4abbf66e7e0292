import { existsSync, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread, threadId, Worker } from 'node:worker_threads';
import { type TraceFilter, traceBoards } from '../../../board/index.ts';
import { ownProgram } from '../../../bus/index.ts';
import { writeFault } from '../../../input/index.ts';
import { warn } from '../../terminal/warn.ts';
import type { WatchedBoard } from '../watcher.ts';
import { boardsBytes, markBytes, markName, nowMs, streamName } from './stream-files.ts';

/** What a process is told whose boards are watched: `DTBUS_WATCH`, as JSON. */
export interface ForwardOptions extends TraceFilter {
  readonly folder: string;
  readonly ringBytes?: number | undefined;
  /** Signals that it hears, to tell what happened last before they end it. */
  readonly signals: readonly NodeJS.Signals[];
}

/** What the forwarding thread starts with. */
export interface ForwardStart {
  readonly folder: string;
  readonly stream: string;
  readonly beganMs: number;
  /** See `FORWARD`. */
  readonly control: SharedArrayBuffer;
}

/** Words: 1 when the thread is to end; 1 when it has written everything; counts its looks. */
export const FORWARD = { END: 0, ENDED: 1, LOOKS: 2 } as const;

/** How long a thread that gets nothing done is waited for at the end. */
const STUCK_MS = 10_000;
/** How often the thread is woken that is to tell something at once. */
const FLUSH_MS = 20;

/** Tells the process that watches what happens on all boards that this thread opens from now on, from a thread of its own. */
export class Forwarder {
  readonly #options: ForwardOptions;
  readonly #control = new Int32Array(new SharedArrayBuffer(12));
  readonly #end = () => this.end();
  #worker: Worker | undefined;
  #boards = 0;
  /** Its file, open. */
  #mark = -1;

  constructor(options: ForwardOptions) {
    this.#options = options;
  }

  begin(): void {
    const { parts = [], buses: wanted = [], ringBytes } = this.#options;
    traceBoards(
      (memory, buses, board) => {
        const worker = this.#thread();
        if (worker === undefined) return undefined;
        const id = this.#boards++;
        const { bytes, at } = boardsBytes(this.#boards);
        writeSync(this.#mark, bytes, 0, undefined, at);
        worker.postMessage({ id, memory, buses, board } satisfies WatchedBoard);
        return () => {
          worker.postMessage({ closed: id });
          // Test runners end a thread of theirs without a word to it.
          if (!isMainThread) this.#flush();
        };
      },
      { parts, buses: wanted, ringBytes },
    );
  }

  /** Waits until everything that happened is told. */
  end(): void {
    traceBoards(undefined);
    process.off('exit', this.#end);
    const control = this.#control;
    if (Atomics.exchange(control, FORWARD.END, 1) === 1 || this.#worker === undefined) return;
    Atomics.notify(control, FORWARD.END);
    for (let looks = -1, now = -2; looks !== now; ) {
      looks = Atomics.load(control, FORWARD.LOOKS);
      if (Atomics.wait(control, FORWARD.ENDED, 0, STUCK_MS) !== 'timed-out') return;
      now = Atomics.load(control, FORWARD.LOOKS);
    }
  }

  /** Waits until what has happened is told. */
  #flush(): void {
    const control = this.#control;
    // The look that is under way may have missed it.
    const enough = Atomics.load(control, FORWARD.LOOKS) + 2;
    for (let looks = 0; Atomics.load(control, FORWARD.ENDED) === 0; ) {
      looks = Atomics.load(control, FORWARD.LOOKS);
      if (looks >= enough) return;
      Atomics.notify(control, FORWARD.END);
      Atomics.wait(control, FORWARD.LOOKS, looks, FLUSH_MS);
    }
  }

  /** Most programs that a command starts open no board. */
  #thread(): Worker | undefined {
    if (this.#worker !== undefined) return this.#worker;
    const { folder } = this.#options;
    // Who watched has ended before this process did.
    if (!existsSync(folder)) return undefined;
    const stream = streamName(process.pid, threadId);
    const beganMs = nowMs();
    const mark = join(folder, markName(stream));
    try {
      this.#mark = openSync(mark, 'w');
      writeSync(this.#mark, markBytes(beganMs, beganMs));
    } catch (thrown) {
      traceBoards(undefined);
      warn(`${writeFault(mark, thrown)}; what this process does is not watched`);
      return undefined;
    }
    const control = this.#control.buffer as SharedArrayBuffer;
    const entry = createRequire(import.meta.url).resolve('#built/src/cli/watch/forward/thread.js');
    this.#worker = new Worker(entry, {
      workerData: { folder, stream, beganMs, control } satisfies ForwardStart,
      ...ownProgram(),
    });
    this.#worker.unref();
    process.once('exit', this.#end);
    this.#endBySignals();
    return this.#worker;
  }

  /**
   * A signal ends a program without its exit handlers, and with it what happened last would be lost. Where the program listens
   * by itself, it decides.
   */
  #endBySignals(): void {
    for (const signal of this.#options.signals) {
      const ended = () => {
        if (process.listenerCount(signal) > 1) return;
        this.end();
        process.off(signal, ended);
        process.kill(process.pid, signal);
      };
      // In front: a listener for once is no longer counted when it has been called.
      process.prependListener(signal, ended);
    }
  }
}
