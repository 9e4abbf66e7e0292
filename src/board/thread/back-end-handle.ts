import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Client } from '../../backend/index.ts';
import { messageOf } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import { backEndDied, backEndEnded, LocalDevices, ringDoorbell } from '../../transport/core.ts';
import { GuestMemory } from '../../virtio/index.ts';
import type { BoardDevices, BoardDevicesOptions } from '../assemble/board-devices.ts';
import { ThreadTime } from '../models/thread-time.ts';
import { callsInline, callsOver, NoAnswer } from './calls.ts';
import { Patience } from './patience.ts';
import {
  type BackEndCalls,
  type BackEndMessage,
  type BackEndSettings,
  type BackEndStart,
  type BoardChannels,
  type Call,
  CONTROL,
  CONTROL_WORDS,
  type DeviceProblem,
  type ThreadStart,
} from './protocol.ts';
import { keepThread, takeThread } from './thread.ts';

/** A back-end at work, wherever it runs. */
export interface BackEndHandle {
  /** Buses that could not be made, and why. */
  readonly problems: readonly DeviceProblem[];
  /** Adapters that cannot be opened now; their buses are there. */
  readonly unavailable: readonly DeviceProblem[];
  /** What the board consists of; only where it has no thread of its own. */
  readonly devices?: BoardDevices;
  /** Runs the back-end once; only where it has no thread of its own. */
  readonly serve?: () => void;
  readonly call: Call;
  /** Ends the back-end. `detach` takes the front-ends away from it: once it is known whether it still answers. */
  readonly end: (detach: () => void) => Promise<void>;
}

/** What a back-end tells without being asked. */
export interface BackEndNews {
  readonly warn: (sentence: string) => void;
  /** An adapter could not be opened. */
  readonly onNotOpened: (problem: DeviceProblem) => void;
  /** A GPIO line that is watched has changed. */
  readonly onLine: (path: string, line: number, high: boolean) => void;
}

type Ready = Extract<BackEndMessage, { readonly kind: 'ready' }>;

const START_LIMIT_MS = 10_000;
/** How long the end of a process waits for adapters that are being opened. */
const OPENING_LIMIT_MS = 500;
/** How long a thread may take to end, and how often it is looked whether that is over. */
const END_LIMIT_MS = 1500;
const END_LOOK_MS = 100;

/** A back-end in this thread. @param clock gives the ms that its stepped clock follows, where it follows any */
export async function startInline(
  tree: Tree,
  devices: readonly VirtioNode[],
  settings: BackEndSettings & Pick<BoardDevicesOptions, 'isolate' | 'only'>,
  news: BackEndNews,
  clock?: () => number,
): Promise<BackEndHandle> {
  const { BoardDevices } = await import('../assemble/board-devices.ts');
  const backEnd = await BoardDevices.create(tree, devices, { ...settings, ...news });
  const local = new LocalDevices(
    GuestMemory.over(settings.memory),
    settings.registers,
    backEnd.devicesFor(new Client('the board')),
  );
  const call = callsInline(backEnd.calls);
  const follow = clock && follower(clock, backEnd.calls);
  return {
    problems: backEnd.problems,
    unavailable: backEnd.unavailable,
    devices: backEnd,
    serve: () => {
      follow?.();
      local.serveInline();
    },
    call: (name, ...args) => {
      follow?.();
      return call(name, ...args);
    },
    end: async (detach) => {
      detach();
      local.close();
      await backEnd.close();
    },
  };
}

/** Lets the stepped clock of a back-end go on by as much as `clock` has since this was called last. */
function follower(clock: () => number, { advance }: Pick<BackEndCalls, 'advance'>): () => void {
  let seenMs = clock();
  return () => {
    const passedMs = clock() - seenMs;
    seenMs += passedMs;
    if (passedMs > 0) advance(passedMs * 1e6);
  };
}

/** A back-end in a thread of its own. */
export class BackEndThread {
  readonly #news: BackEndNews;
  readonly #thread = takeThread();
  readonly #channel = new MessageChannel();
  readonly #channels: BoardChannels = {
    calls: this.#channel.port2,
    answers: new SharedArrayBuffer(4),
    control: new SharedArrayBuffer(4 * CONTROL_WORDS),
  };
  #isStarted = false;
  #gone: (how: 'closed' | 'exited' | 'late') => void = () => {};
  /** How the thread left the board: it is closed, the thread has ended, or it does neither in time. */
  readonly #end = new Promise<'closed' | 'exited' | 'late'>((resolve) => {
    this.#gone = resolve;
  });

  /** Starts the thread where none is left of a board before; it loads what it needs and waits for `start`. */
  constructor(news: BackEndNews) {
    this.#news = news;
  }

  /** @throws what the thread dies of before it serves. */
  async start(start: BackEndStart): Promise<BackEndHandle> {
    const { worker } = this.#thread;
    let onError: (error: Error) => void = () => {};
    const died = new Promise<never>((_, reject) => {
      onError = reject;
    });
    died.catch(() => {});
    worker.once('error', onError);
    // Waiting for a word in memory does not keep the process alive.
    const alive = setInterval(() => {}, 1 << 30);
    try {
      this.#post(start);
      for (;;) {
        const seen = Atomics.load(this.#answers, 0);
        const ready = this.#ready();
        if (ready !== undefined) return this.#running(start, ready);
        const waiting = Atomics.waitAsync(this.#answers, 0, seen);
        if (waiting.async) await Promise.race([waiting.value, died]);
      }
    } finally {
      clearInterval(alive);
      worker.off('error', onError);
    }
  }

  /** The same, blocking this thread until the back-end serves. @throws {Error} when it does not within 10 s */
  startSync(start: BackEndStart): BackEndHandle {
    this.#post(start);
    const giveUp = performance.now() + START_LIMIT_MS;
    for (;;) {
      const seen = Atomics.load(this.#answers, 0);
      const ready = this.#ready();
      if (ready !== undefined) return this.#running(start, ready);
      const left = giveUp - performance.now();
      if (left <= 0) throw new Error(`the back-end's thread did not start within ${START_LIMIT_MS / 1000} s`);
      Atomics.wait(this.#answers, 0, seen, left);
    }
  }

  #post(start: BackEndStart): void {
    this.#isStarted = true;
    const message: ThreadStart = { ...start, channels: this.#channels };
    this.#thread.worker.postMessage(message, [this.#channels.calls]);
  }

  get #answers(): Int32Array {
    return new Int32Array(this.#channels.answers);
  }

  /** What the thread says once it serves. */
  #ready(): Ready | undefined {
    const message = receiveMessageOnPort(this.#channel.port1)?.message as BackEndMessage | undefined;
    return message?.kind === 'ready' ? message : undefined;
  }

  #running(start: BackEndStart, { problems, unavailable, tid }: Ready): BackEndHandle {
    const { worker } = this.#thread;
    const onMessage = (message: BackEndMessage) => {
      if (message.kind === 'warning') this.#news.warn(message.sentence);
      if (message.kind === 'notOpened') this.#news.onNotOpened(message.problem);
      if (message.kind === 'line') this.#news.onLine(message.path, message.line, message.high);
      if (message.kind === 'closed') this.#gone('closed');
    };
    const onError = (error: unknown) =>
      this.#news.warn(`the back-end thread crashed; all its buses are down: ${messageOf(error)}`);
    worker.on('message', onMessage);
    worker.on('error', onError);
    const call = callsOver(
      this.#channel.port1,
      this.#channels.answers,
      () => ringDoorbell(start.registers),
      () => backEndEnded(start.registers),
      new ThreadTime(tid),
    );
    const save = () => this.#save(call);
    process.once('exit', save);
    const onExit = () => {
      process.off('exit', save);
      backEndDied(start.registers);
      this.#gone('exited');
    };
    worker.once('exit', onExit);
    // An open board does not keep the process alive: what waits for it does.
    worker.unref();
    this.#channel.port1.unref();
    return {
      problems,
      unavailable,
      call,
      end: async (detach) => {
        worker.ref();
        this.#hurry();
        if (!answers(call)) await this.#stop();
        try {
          detach();
        } finally {
          Atomics.store(this.#control, CONTROL.CLOSING, 1);
          ringDoorbell(start.registers);
          const isClean = await this.#ended();
          worker.off('message', onMessage);
          if (isClean) {
            worker.off('error', onError);
            worker.off('exit', onExit);
            onExit();
            keepThread(this.#thread);
          }
        }
        this.#channel.port1.close();
      },
    };
  }

  /** Waits until the thread serves the board no more. One that a model keeps from it is ended. @returns whether it can serve another */
  async #ended(): Promise<boolean> {
    const patience = new Patience(END_LIMIT_MS);
    const timer = setInterval(() => {
      if (patience.isOver) this.#gone('late');
    }, END_LOOK_MS);
    const how = await this.#end;
    clearInterval(timer);
    if (how === 'late') await this.#stop();
    return how === 'closed';
  }

  async #stop(): Promise<void> {
    this.#news.warn(
      'a model of the board keeps its thread from ending; the thread was stopped, and unsaved contents are lost',
    );
    await this.#thread.worker.terminate();
  }

  /** The board could not be read after all. */
  async abandon(): Promise<void> {
    this.#channel.port1.close();
    if (this.#isStarted) await this.#thread.worker.terminate();
    else keepThread(this.#thread);
  }

  /** Ends the thread's wait for a part that stretches the clock. */
  #hurry(): void {
    Atomics.store(this.#control, CONTROL.ENDING, 1);
    Atomics.notify(this.#control, CONTROL.ENDING);
  }

  get #control(): Int32Array {
    return new Int32Array(this.#channels.control);
  }

  /**
   * The process ends without having closed the board. Its threads are ended wherever they are, and native code that one is in
   * then ends the process with SIGABRT: adapters that are being opened are waited for.
   */
  #save(call: Call): void {
    this.#hurry();
    try {
      call('save');
    } catch (error) {
      this.#news.warn(`could not save the contents of simulated parts: ${messageOf(error)}`);
    }
    Atomics.wait(this.#control, CONTROL.OPENING, 1, OPENING_LIMIT_MS);
  }
}

/** Whether the thread still answers, or has ended. What it could not save is told when it ends. */
function answers(call: Call): boolean {
  const patience = new Patience(END_LIMIT_MS);
  do {
    try {
      call('save');
      return true;
    } catch (error) {
      if (!(error instanceof NoAnswer)) return true;
    }
  } while (!patience.isOver);
  return false;
}
