import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import { type Clock, StoppedModelError } from '../../sim/index.ts';
import {
  type FromThread,
  type ModelCall,
  type ModelCalls,
  type ModelThreadStart,
  type SegmentRequest,
  type ThreadEvent,
  type ToThread,
  WORD,
  WORDS,
} from './protocol.ts';
import { threadError } from './thread-error.ts';
import { ThreadTime } from './thread-time.ts';

/** A module has this long to load: it may wait for others. */
const LOAD_MS = 5000;
/** A call may take this much of the thread's time: everybody else on the board waits for it. */
const CALL_MS = 100;
/**
 * On a busy machine that takes longer; others wait no longer than this for a thread that has had a processor for
 * `BUSY_MS` of it: calls take microseconds.
 */
const BUSY_WAIT_MS = CALL_MS;
const BUSY_MS = 20;
/** Where the machine is so busy that it gets no more of a processor in this time, a few ms are enough. */
const STARVED_WAIT_MS = 200;
const STARVED_MS = 8;
/** And no longer than this for one that is busy with something of its own, and was so when it was looked at last. */
const LATE_WAIT_MS = 20;
/** Calls that are made when nobody waits, or rarely. */
const SLOW_CALLS: Partial<Record<ModelCall, number>> = { create: 1000, save: 1000 };
/** Who closes a board waits no longer than this, however busy the machine is. */
const CLOSE_MS = 300;
/** What a model does by itself, in timers of its own, may take this much at once. */
const OWN_MS = 1000;
/** How often it is looked whether the thread still listens. */
const BEAT_MS = 250;
/** How often one that waits looks at the thread. */
const LOOK_MS = 10;
/** An answer comes in microseconds: to sleep and be woken takes longer than to look for it this often. */
const SPINS = 2000;
/** Memory of one file of models: its heap, and its buffers. */
const HEAP_MIB = 256;
const BUFFERS_MIB = 256;
/** More than this in one call, or one beat, is memory that a model takes without end. */
const JUMP_MIB = 512;
/** Warnings, pins and alarms between two beats. */
const MOST_EVENTS = 20_000;

type Loaded = Extract<FromThread, { readonly kind: 'loaded' }>;

interface ThreadOwner {
  /** The file as the tree names it, for messages. */
  readonly name: string;
  /** What happened to a part of the file. */
  onEvent(event: ThreadEvent): void;
  /** A part does something on a segment behind it. @returns what comes of it */
  onSegment(request: SegmentRequest): unknown;
  /** The thread was ended, or has ended: none of its parts answers. */
  onEnd(error: StoppedModelError): void;
}

type Start = Omit<ModelThreadStart, 'port' | 'words'>;

/** Runs the models of one file in a thread that may loop, end itself or take memory: others wait 0.1 s for it. */
export class ModelThread {
  readonly #start: Start;
  readonly #owner: ThreadOwner;
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  #time = new ThreadTime(undefined);
  #beats: NodeJS.Timeout | undefined;
  #beat = 0;
  #rss = 0;
  #events = 0;
  /** It is busy with something of its own, and does not listen. */
  #isLate = false;
  /** What has come while an answer was waited for. */
  readonly #early: ThreadEvent[] = [];
  #lastId = 0;
  /** How often a thread was started: parts were made in one of them. */
  generation = 0;

  constructor(start: Start, owner: ThreadOwner) {
    this.#start = start;
    this.#owner = owner;
  }

  get alive(): boolean {
    return this.#worker !== undefined;
  }

  /** Starts the thread and loads the models. @throws {Error} what keeps the file from being loaded */
  async load(): Promise<Loaded> {
    const died = this.#spawn();
    const giveUp = performance.now() + LOAD_MS;
    // Waiting for a word in memory does not keep the process alive.
    const alive = setInterval(() => {}, 1 << 30);
    try {
      for (;;) {
        const seen = Atomics.load(this.#words, WORD.ANSWERS);
        const loaded = this.#loaded(giveUp);
        if (loaded !== undefined) return loaded;
        const waiting = Atomics.waitAsync(this.#words, WORD.ANSWERS, seen, LOOK_MS);
        if (waiting.async) await Promise.race([waiting.value, died]);
      }
    } finally {
      clearInterval(alive);
    }
  }

  /** The same, blocking: a part of a thread that was ended is reset. @throws {Error} */
  loadSync(): void {
    this.#spawn().catch(() => {});
    const giveUp = performance.now() + LOAD_MS;
    for (;;) {
      const seen = Atomics.load(this.#words, WORD.ANSWERS);
      if (this.#loaded(giveUp) !== undefined) return;
      Atomics.wait(this.#words, WORD.ANSWERS, seen, LOOK_MS);
    }
  }

  /**
   * Calls a part, and waits for the answer. `clock`: the part's.
   * @throws {StoppedModelError} the model did not return, and was ended; else what the model throws
   */
  call<Name extends ModelCall>(
    clock: Clock,
    name: Name,
    ...args: Parameters<ModelCalls[Name]>
  ): ReturnType<ModelCalls[Name]> {
    const id = ++this.#lastId;
    this.#send({ kind: 'call', id, name, args, now: clock.now(), wall: clock.wall() });
    const answer = this.#wait(
      id,
      SLOW_CALLS[name] ?? CALL_MS,
      name === 'close' ? CLOSE_MS : Number.POSITIVE_INFINITY,
    );
    // Not before: what they lead to may call the thread again.
    for (const event of [...this.#early.splice(0), ...answer.events]) this.#tell(event);
    if (answer.error !== undefined) throw threadError(answer.error);
    return answer.result as ReturnType<ModelCalls[Name]>;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }

  #spawn(): Promise<never> {
    const { port1, port2 } = new MessageChannel();
    const words = new SharedArrayBuffer(4 * WORDS);
    const entry = createRequire(import.meta.url).resolve('#built/src/board/models/worker.js');
    const worker = new Worker(entry, {
      workerData: { ...this.#start, port: port2, words } satisfies ModelThreadStart,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 32 },
      ...ownProgram(),
    });
    this.#worker = worker;
    this.#port = port1;
    this.#words = new Int32Array(words);
    this.#time = new ThreadTime(undefined);
    this.generation++;
    const died = new Promise<never>((_, reject) => {
      worker.once('error', (error) => {
        if (this.#worker === worker) this.#end(reasonOf(error));
        reject(error);
      });
      worker.once('exit', () => {
        if (this.#worker === worker) this.#end(EXITED);
        reject(new Error('it ended its thread'));
      });
    });
    died.catch(() => {});
    worker.unref();
    return died;
  }

  /** What the thread says once it has loaded the file. @throws {Error} it cannot, or takes too long */
  #loaded(giveUp: number): Loaded | undefined {
    const message = this.#receive();
    if (message?.kind === 'notLoaded') {
      void this.close();
      throw new Error(message.sentence);
    }
    if (message?.kind === 'loaded') {
      this.#time = new ThreadTime(message.tid);
      this.#listen();
      return message;
    }
    if (performance.now() < giveUp) return undefined;
    void this.close();
    throw new Error(`cannot load ${this.#owner.name}: it did not load within ${LOAD_MS / 1000} s`);
  }

  #listen(): void {
    const port = this.#port as MessagePort;
    port.on('message', (message: FromThread) => {
      if (port !== this.#port) return;
      if (message.kind === 'segment') this.#onSegment(message);
      if (message.kind === 'events') for (const event of message.events) this.#tell(event);
    });
    port.unref();
    this.#rss = process.memoryUsage.rss();
    this.#beats = setInterval(() => this.#look(), BEAT_MS).unref();
    this.#nextBeat();
  }

  #nextBeat(): void {
    this.#events = 0;
    this.#isLate = false;
    this.#rss = process.memoryUsage.rss();
    this.#time.begin();
    this.#send({ kind: 'beat', beat: ++this.#beat });
  }

  /** Whether the thread still listens, though nobody asks it for anything. */
  #look(): void {
    if (Atomics.load(this.#words, WORD.BEAT) === this.#beat) {
      if (Atomics.load(this.#words, WORD.BUFFERS_MIB) > BUFFERS_MIB) this.#end(memoryReason(BUFFERS_MIB));
      else this.#nextBeat();
    } else if (this.#spent() > OWN_MS) this.#end(late(OWN_MS));
    else if (this.#grew()) this.#end(GREW);
    else if (this.#spent() >= BUSY_MS) {
      this.#isLate = true;
      // Several that loop take all processors until they are ended: then nobody else on the machine is served.
      this.#time.putBehind();
    } else this.#isLate = false;
  }

  /** `limitMs`: of the thread's own time; `untilMs`: of the machine's. */
  #wait(id: number, limitMs: number, untilMs: number): Extract<FromThread, { readonly kind: 'answer' }> {
    let slept = false;
    const begun = performance.now();
    for (;;) {
      const seen = Atomics.load(this.#words, WORD.ANSWERS);
      const answer = this.#answerTo(id);
      if (answer !== undefined) return answer;
      if (this.#spun(seen)) continue;
      // One that did not hear the last beat is busy with something of its own since then.
      if (!slept && Atomics.load(this.#words, WORD.BEAT) === this.#beat) this.#time.begin();
      slept = true;
      if (Atomics.wait(this.#words, WORD.ANSWERS, seen, LOOK_MS) !== 'timed-out') continue;
      const spent = this.#spent();
      const waited = performance.now() - begun;
      const holdsUp =
        limitMs === CALL_MS &&
        ((spent >= BUSY_MS && waited > (this.#isLate ? LATE_WAIT_MS : BUSY_WAIT_MS)) ||
          (spent >= STARVED_MS && waited > STARVED_WAIT_MS));
      if (spent > limitMs || waited > untilMs || holdsUp) throw this.#end(late(limitMs));
      if (this.#grew()) throw this.#end(GREW);
    }
  }

  /** Looks for an answer for a moment. */
  #spun(seen: number): boolean {
    for (let spins = 0; spins < SPINS; spins++)
      if (Atomics.load(this.#words, WORD.ANSWERS) !== seen) return true;
    return false;
  }

  /** The thread's own time, in ms. @throws {StoppedModelError} it has ended */
  #spent(): number {
    const spent = this.#time.spentMs();
    if (spent < Number.POSITIVE_INFINITY) return spent;
    const exited = Atomics.load(this.#words, WORD.EXITED) === 1;
    throw this.#end(exited ? EXITED : memoryReason(HEAP_MIB));
  }

  #grew(): boolean {
    return process.memoryUsage.rss() - this.#rss > JUMP_MIB * 2 ** 20;
  }

  #answerTo(id: number): Extract<FromThread, { readonly kind: 'answer' }> | undefined {
    for (let message = this.#receive(); message !== undefined; message = this.#receive()) {
      if (message.kind === 'events') this.#early.push(...message.events);
      if (message.kind === 'segment') this.#onSegment(message);
      if (message.kind === 'answer' && message.id === id) return message;
    }
    return undefined;
  }

  /** The thread waits meanwhile: what it was waited for goes on then. */
  #onSegment({ request, events }: Extract<FromThread, { readonly kind: 'segment' }>): void {
    for (const event of [...this.#early.splice(0), ...events]) this.#tell(event);
    const result = this.#owner.onSegment(request);
    if (this.alive) this.#send({ kind: 'segment', result });
  }

  #receive(): FromThread | undefined {
    return this.#port && (receiveMessageOnPort(this.#port)?.message as FromThread | undefined);
  }

  #send(message: ToThread): void {
    if (this.#port === undefined) throw new StoppedModelError(`the model ${this.#owner.name} was ended`);
    this.#port.postMessage(message);
    Atomics.add(this.#words, WORD.REQUESTS, 1);
  }

  #tell(event: ThreadEvent): void {
    if (++this.#events > MOST_EVENTS) this.#end(`told more than ${MOST_EVENTS} things in ${BEAT_MS} ms`);
    else this.#owner.onEvent(event);
  }

  /** Ends the thread. @returns what its parts fail with */
  #end(reason: string): StoppedModelError {
    const worker = this.#worker;
    this.#forget();
    const error = new StoppedModelError(`the model ${this.#owner.name} ${reason}`);
    // Its loops end at once; that it is gone may come later.
    void worker?.terminate();
    this.#owner.onEnd(error);
    return error;
  }

  #forget(): void {
    clearInterval(this.#beats);
    this.#port?.close();
    this.#port = undefined;
    this.#worker = undefined;
  }
}

const EXITED = 'ended its thread';
/** The kernel counts the memory of a process, not of a thread: it may have been another one's. */
const GREW = `did not return while the memory of the process grew by ${JUMP_MIB} MiB`;
const late = (ms: number): string => `did not return within ${ms / 1000} s`;
const memoryReason = (mib: number): string => `took more than ${mib} MiB of memory`;

function reasonOf(error: Error): string {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return memoryReason(HEAP_MIB);
  return `crashed its thread: ${error.message}`;
}
