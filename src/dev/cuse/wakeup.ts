import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Epoll, EventFd, FileDescriptor, POLL } from '../../os/index.ts';

/** How long nobody may want anything before a thread that waits for one node is called back, in ms. */
const IDLE_MS = 20;
/** Longest name of a node; the kernel's own limit is about 100. */
const NAME_BYTES = 256;

const WORD = { STATE: 0, CALLED: 1, REQUESTS: 2, NAME_LENGTH: 3, OVER: 4 } as const;
const WORDS = 5;
const STATE = { OFF: 0, ON: 1, ENDED: 2 } as const;

/** The bell's tag; those of files are the files' numbers, which are never 0. */
const BELL = 0;

/** What the two threads share. */
export interface WakeupMemory {
  readonly words: SharedArrayBuffer;
  /** File numbers, good in every thread of the process. */
  readonly epoll: number;
  readonly bell: number;
}

/**
 * The bell cord of a thread that waits for one CUSE node alone. Another thread looks after the other nodes and
 * after the time; to call the first one back it opens the very node that this one waits for.
 */
export class Wakeup {
  readonly memory: WakeupMemory;
  readonly #words: Int32Array;
  readonly #name: Uint8Array;
  readonly #epoll = new Epoll();
  readonly #bell = EventFd.create();
  readonly #added = new Set<number>();

  constructor() {
    const words = new SharedArrayBuffer(WORDS * 4 + NAME_BYTES);
    this.#words = new Int32Array(words, 0, WORDS);
    this.#name = new Uint8Array(words, WORDS * 4);
    this.#epoll.add(this.#bell.fd, POLL.IN, BELL);
    this.memory = { words, epoll: this.#epoll.file.fd, bell: this.#bell.fd };
  }

  /** Whether the wake-up thread runs. */
  get isOn(): boolean {
    return Atomics.load(this.#words, WORD.STATE) === STATE.ON;
  }

  /** Whether something else than the one node has to be looked at. */
  get called(): boolean {
    return Atomics.load(this.#words, WORD.CALLED) !== 0;
  }

  /** To be raised at each request: so the wake-up thread sees that the node is in use. */
  get requests(): number {
    return this.#words[WORD.REQUESTS] as number;
  }

  set requests(count: number) {
    this.#words[WORD.REQUESTS] = count;
  }

  /** Asks to be called when one of `others` can be read, or nothing has happened for a while. */
  begin(name: string, others: readonly number[]): void {
    const { written } = new TextEncoder().encodeInto(name, this.#name);
    this.#words[WORD.NAME_LENGTH] = written;
    Atomics.store(this.#words, WORD.CALLED, 0);
    for (const fd of others) {
      if (this.#added.has(fd)) this.#epoll.modify(fd, POLL.IN | POLL.ONESHOT, fd);
      else this.#epoll.add(fd, POLL.IN | POLL.ONESHOT, fd);
      this.#added.add(fd);
    }
    this.#bell.signal();
  }

  /** To be called before one of them is closed. */
  forget(fd: number): void {
    if (this.#added.delete(fd)) this.#epoll.remove(fd);
  }
}

/** Opens a node below `/dev` and closes it again. @throws {Error} as node:fs */
function openOnce(name: string): void {
  closeSync(openSync(`/dev/${name}`, constants.O_RDWR));
}

/**
 * Begins wake-ups, unless this process may not open its own nodes.
 * @param first a node that is there
 * @param open calls the other thread back: by opening the node
 */
export function startWakeups({ words }: WakeupMemory, first: string, open = openOnce): boolean {
  try {
    open(first);
  } catch {
    return false;
  }
  const states = new Int32Array(words);
  return Atomics.compareExchange(states, WORD.STATE, STATE.OFF, STATE.ON) === STATE.OFF;
}

/** Wakes the other thread, blocking this thread, until `endWakeups`. */
export function runWakeups(memory: WakeupMemory, open = openOnce): void {
  const words = new Int32Array(memory.words, 0, WORDS);
  const name = new Uint8Array(memory.words, WORDS * 4);
  const epoll = new Epoll(new FileDescriptor(memory.epoll));
  const bell = new EventFd(new FileDescriptor(memory.bell));
  let timeoutMs = -1;
  let seen = 0;
  for (;;) {
    const ready = epoll.wait(timeoutMs);
    if (Atomics.load(words, WORD.STATE) === STATE.ENDED) return;
    const requests = Atomics.load(words, WORD.REQUESTS);
    let wanted = timeoutMs >= 0 && ready === 0 && requests === seen;
    seen = requests;
    for (let i = 0; i < ready; i++) {
      if (epoll.readyTag(i) !== BELL) wanted = true;
      else if (bell.drain() === 'rung') timeoutMs = IDLE_MS;
    }
    if (!wanted) continue;
    timeoutMs = -1;
    Atomics.store(words, WORD.CALLED, 1);
    try {
      // A copy: text is not decoded from shared memory.
      open(new TextDecoder().decode(name.slice(0, words[WORD.NAME_LENGTH])));
    } catch {
      // The node is gone, and with it whoever waited for it.
    }
  }
}

/** Ends wake-ups from any thread. */
export function endWakeups({ words, bell }: WakeupMemory): void {
  Atomics.store(new Int32Array(words), WORD.STATE, STATE.ENDED);
  // An eventfd counts eight bytes at a time.
  writeSync(bell, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
}

/** Says that the thread calls no native code any more. */
export function wakeupsAreOver({ words }: WakeupMemory): void {
  const states = new Int32Array(words);
  Atomics.store(states, WORD.OVER, 1);
  Atomics.notify(states, WORD.OVER);
}

/** Blocks until the thread calls no native code any more, or for `limitMs`. */
export function waitForWakeups({ words }: WakeupMemory, limitMs: number): void {
  Atomics.wait(new Int32Array(words), WORD.OVER, 0, limitMs);
}

/** After its end: gives back what it had. */
export function closeWakeups({ epoll, bell }: WakeupMemory): void {
  closeSync(epoll);
  closeSync(bell);
}
