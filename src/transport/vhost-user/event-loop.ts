import { Epoll, EventFd, POLL } from '../../os/index.ts';

/** What the loop serves besides files: rings behind a connection. */
export interface Service {
  /** True while something here waits for a promise: JavaScript's own event loop has to run. */
  readonly busy: boolean;
  /** When `serve` wants to be called though nobody rang, in ms of `performance.now()`; `Infinity`: never. */
  readonly due: number;
  /** Serves what is there. True when there was anything. */
  serve(): boolean;
}

export interface EventLoopOptions {
  /**
   * For so long after the last event the thread waits in the kernel itself, which wakes it fastest; then it
   * waits in a helper thread and leaves JavaScript's event loop free. 0: always the latter, for a thread that
   * has other things to do. In ms.
   */
  readonly hotMs?: number;
  /** Told of an error that a handler threw: a fault of ours, since peers' faults are handled by it. */
  readonly onError?: (error: unknown) => void;
}

/** Bounds a wait, so that nothing depends on a wake-up that was lost. */
const MAX_WAIT_MS = 1000;
/** JavaScript's event loop gets a turn at least this often. */
const TURN_MS = 4;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Watch {
  readonly handler: (events: number) => void;
  active: boolean;
}

/**
 * One thread that serves many sockets and many rings. A device that answers at once does so between two
 * waits; while one waits for a promise, the wait happens in another thread.
 */
export class EventLoop {
  readonly #epoll = new Epoll();
  readonly #waker = EventFd.create();
  readonly #hotMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #watches = new Map<number, Watch>();
  readonly #services = new Set<Service>();
  #nextTag = 1;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: EventLoopOptions = {}) {
    this.#hotMs = options.hotMs ?? 0;
    this.#onError =
      options.onError ??
      ((error) => {
        throw error;
      });
    this.#epoll.add(this.#waker.fd, POLL.IN, 0);
  }

  /** Calls `handler` whenever one of `events` is true of `fd`. The result ends it: call it before closing. */
  watch(fd: number, events: number, handler: (events: number) => void): () => void {
    const tag = this.#nextTag++;
    const watch = { handler, active: true };
    this.#epoll.add(fd, events, tag);
    this.#watches.set(tag, watch);
    return () => {
      if (!watch.active) return;
      watch.active = false;
      this.#watches.delete(tag);
      this.#epoll.remove(fd);
    };
  }

  addService(service: Service): void {
    this.#services.add(service);
    this.wake();
  }

  removeService(service: Service): void {
    this.#services.delete(service);
  }

  /** Makes the loop look again: after a change that no file tells it of. */
  wake(): void {
    if (this.#waker.file.isOpen) this.#waker.signal();
  }

  /** Serves until `close`. */
  run(): Promise<void> {
    this.#running ??= this.#loop();
    return this.#running;
  }

  /** Ends `run` and frees what the loop holds; what it watched stays its owner's. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    this.#epoll.close();
    this.#waker.close();
  }

  async #loop(): Promise<void> {
    let lastEvent = Number.NEGATIVE_INFINITY;
    let lastTurn = performance.now();
    while (!this.#stopped) {
      const now = performance.now();
      const { busy, due } = this.#needs();
      const wait = Math.min(MAX_WAIT_MS, Math.max(0, Math.ceil(due - now)));
      const hot = !busy && now - lastEvent < this.#hotMs;
      let ready: number;
      if (hot && now - lastTurn < TURN_MS) {
        ready = this.#epoll.wait(Math.min(wait, Math.max(1, Math.ceil(this.#hotMs))));
      } else {
        if (hot) await turn();
        ready = hot ? this.#epoll.wait(0) : await this.#epoll.waitAsync(wait);
        lastTurn = performance.now();
      }
      if (this.#dispatch(ready)) lastEvent = performance.now();
    }
  }

  #needs(): { busy: boolean; due: number } {
    let busy = false;
    let due = Number.POSITIVE_INFINITY;
    for (const service of this.#services) {
      busy ||= service.busy;
      due = Math.min(due, service.due);
    }
    return { busy, due };
  }

  /** Calls who has to be called. True when it was anybody's work. */
  #dispatch(ready: number): boolean {
    let worked = false;
    for (let i = 0; i < ready; i++) {
      const tag = this.#epoll.readyTag(i);
      if (tag === 0) {
        this.#waker.drain();
        continue;
      }
      // A handler may have ended another one's watch in this same round.
      const watch = this.#watches.get(tag);
      if (watch === undefined) continue;
      worked = true;
      this.#guard(() => watch.handler(this.#epoll.readyEvents(i)));
    }
    const now = performance.now();
    for (const service of this.#services) {
      if (service.due <= now) this.#guard(() => service.serve());
    }
    return worked;
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onError(error);
    }
  }
}
