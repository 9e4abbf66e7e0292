import { Epoll, EventFd, IntervalTimer, OsError, POLL, Watchdog } from '../../os/index.ts';
import { AdaptiveSpin } from '../../virtio/index.ts';

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
   * While events come at least this often, in ms, the thread waits for them in the kernel itself, which wakes
   * it fastest, and lets JavaScript's event loop run once in this time. Else, and always with 0, it waits in a
   * helper thread and leaves JavaScript's event loop free: right for a thread that has other things to do.
   */
  readonly hotMs?: number;
  /**
   * Longest look before a sleep while hot, in microseconds; it adapts to what looking is good for. 0, the
   * default, where guests share the processors: they need them to make the next request.
   */
  readonly spinUs?: number;
  /**
   * Told of an error that a handler threw: a fault of ours, since a peer's ends its own connection. The loop
   * goes on for the others unless this throws; without it the process warns.
   */
  readonly onError?: (error: unknown) => void;
}

/** Bounds a wait, so that nothing depends on a wake-up that was lost. */
const MAX_WAIT_MS = 1000;
const WAKER = 0;
const TICK = 1;

/** Node's own, also where a test's runner puts another in its place. */
const { setImmediate: immediately } = globalThis;
const turn = (): Promise<void> => new Promise((resolve) => immediately(resolve));

interface Watch {
  readonly handler: (events: number) => void;
  readonly service: Service | undefined;
  active: boolean;
}

/**
 * One thread that serves many sockets and many rings. A device that answers at once does so between two
 * waits; while one waits for a promise, the wait happens in another thread.
 */
export class EventLoop {
  readonly #epoll = new Epoll();
  readonly #waker = EventFd.create();
  /** Ticks while the loop is hot. A timeout on every wait would cost more than the wait. */
  readonly #tick = new IntervalTimer();
  readonly #hotMs: number;
  readonly #spin: AdaptiveSpin;
  readonly #onError: (error: unknown) => void;
  readonly #watches = new Map<number, Watch>();
  readonly #services = new Set<Service>();
  /**
   * Those that may be busy or due. The others were neither when they were looked at, and nothing of theirs has run since:
   * with many guests, looking at all of them after each request would cost more than the request.
   */
  readonly #suspects = new Set<Service>();
  #deferred: (() => void)[] = [];
  #guarding = 0;
  #watchdog: Watchdog | undefined;
  #nextTag = TICK + 1;
  #running: Promise<void> | undefined;
  #stopped = false;
  #hot = false;
  #ticked = false;

  constructor(options: EventLoopOptions = {}) {
    this.#hotMs = options.hotMs ?? 0;
    this.#spin = new AdaptiveSpin(options.spinUs ?? 0);
    this.#onError =
      options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error)));
    this.#epoll.add(this.#waker.fd, POLL.IN, WAKER);
    this.#epoll.add(this.#tick.file.fd, POLL.IN, TICK);
    process.once('exit', this.#atExit);
  }

  /** A helper thread that still waits would hold the end of the process up. */
  readonly #atExit = (): void => this.wake();

  /**
   * Calls `handler` whenever one of `events` is true of `fd`. The result ends it: call it before closing.
   * @param service the only one that `handler` may make busy or due; without it, it may be any
   */
  watch(fd: number, events: number, handler: (events: number) => void, service?: Service): () => void {
    const tag = this.#nextTag++;
    const watch = { handler, active: true, service };
    this.#epoll.add(fd, events, tag);
    this.#watches.set(tag, watch);
    return () => {
      if (!watch.active) return;
      watch.active = false;
      this.#watches.delete(tag);
      if (this.#epoll.file.isOpen) this.#epoll.remove(fd);
    };
  }

  /**
   * While somebody has this, no call of this thread blocks for long: descriptors of peers are in use.
   * @returns ends it
   */
  guardCalls(): () => void {
    this.#guarding++;
    this.#watchdog ??= startWatchdog();
    return () => {
      if (--this.#guarding > 0) return;
      this.#watchdog?.close();
      this.#watchdog = undefined;
    };
  }

  /** Does `work` when the handler that runs now has returned: what it would pull away from under it. */
  defer(work: () => void): void {
    this.#deferred.push(work);
    this.wake();
  }

  /** Whether anything served here is to be called again, or waits for a promise. */
  get isWorking(): boolean {
    this.#suspect(undefined);
    const { busy, due } = this.#needs();
    return busy || due !== Number.POSITIVE_INFINITY;
  }

  addService(service: Service): void {
    this.#services.add(service);
    this.#suspects.add(service);
    this.wake();
  }

  removeService(service: Service): void {
    this.#services.delete(service);
    this.#suspects.delete(service);
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

  /** One look at everything, without waiting: for a thread that does not `run` the loop. True when there was work. */
  poll(): boolean {
    this.#suspect(undefined);
    return this.#dispatch(this.#epoll.wait(0));
  }

  /** Ends `run` and frees what the loop holds; what it watched stays its owner's. */
  async close(): Promise<void> {
    this.#stopped = true;
    process.off('exit', this.#atExit);
    this.wake();
    // What `run` failed with, it has told who waits for it.
    await this.#running?.catch(() => {});
    this.#epoll.close();
    this.#tick.close();
    this.#waker.close();
  }

  async #loop(): Promise<void> {
    /** Events since the last tick. */
    let events = 0;
    while (!this.#stopped) {
      const { busy, due } = this.#needs();
      const wait = due === Number.POSITIVE_INFINITY ? -1 : Math.max(0, Math.ceil(due - performance.now()));
      let ready: number;
      if (this.#hot && !busy) {
        ready = this.#waitHot(wait);
      } else {
        const bounded = wait < 0 ? MAX_WAIT_MS : Math.min(wait, MAX_WAIT_MS);
        ready = await this.#epoll.waitAsync(bounded);
        this.#suspect(undefined);
      }
      if (this.#dispatch(ready)) {
        events++;
        if (!this.#hot && this.#hotMs > 0) this.#setHot(true);
      }
      if (this.#ticked) {
        this.#ticked = false;
        if (events === 0) this.#setHot(false);
        else await turn();
        this.#suspect(undefined);
        events = 0;
      }
    }
  }

  /** Looks a while before it sleeps: waking a thread costs more than many looks. */
  #waitHot(timeoutMs: number): number {
    const spinMs = timeoutMs < 0 ? this.#spin.next() : Math.min(timeoutMs, this.#spin.next());
    if (spinMs === 0) return this.#epoll.wait(timeoutMs);
    const start = performance.now();
    let ready = 0;
    do ready = this.#epoll.wait(0);
    while (ready === 0 && performance.now() < start + spinMs);
    if (ready === 0) ready = this.#epoll.wait(timeoutMs);
    this.#spin.waited(performance.now() - start);
    return ready;
  }

  #setHot(hot: boolean): void {
    this.#hot = hot;
    this.#tick.start(hot ? this.#hotMs : 0);
  }

  #needs(): { busy: boolean; due: number } {
    let busy = false;
    let due = Number.POSITIVE_INFINITY;
    if (this.#suspects.size === 0) return { busy, due };
    for (const service of this.#suspects) {
      const isBusy = service.busy;
      const isDue = service.due;
      busy ||= isBusy;
      due = Math.min(due, isDue);
      if (!isBusy && isDue === Number.POSITIVE_INFINITY) this.#suspects.delete(service);
    }
    return { busy, due };
  }

  /** Code has run that may have made this service busy or due; undefined: any of them. */
  #suspect(service: Service | undefined): void {
    if (service === undefined) for (const each of this.#services) this.#suspects.add(each);
    else if ((service.busy || service.due !== Number.POSITIVE_INFINITY) && this.#services.has(service))
      this.#suspects.add(service);
  }

  /** Calls who has to be called. True when it was anybody's work. */
  #dispatch(ready: number): boolean {
    let worked = false;
    for (let i = 0; i < ready; i++) {
      // A small integer: for those the look-up below is compiled, for others called.
      const tag = this.#epoll.readyTag(i) | 0;
      if (tag === WAKER) {
        this.#waker.drain();
        continue;
      }
      if (tag === TICK) {
        this.#tick.acknowledge();
        this.#ticked = true;
        continue;
      }
      // A handler may have ended another one's watch in this same round.
      const watch = this.#watches.get(tag);
      if (watch === undefined) continue;
      worked = true;
      try {
        watch.handler(this.#epoll.readyEvents(i));
      } catch (error) {
        this.#onError(error);
      }
      this.#suspect(watch.service);
    }
    this.#serveDue();
    return this.#runDeferred() || worked;
  }

  #runDeferred(): boolean {
    const works = this.#deferred;
    if (works.length === 0) return false;
    this.#deferred = [];
    this.#suspect(undefined);
    for (const work of works) this.#guard(work);
    return true;
  }

  #serveDue(): void {
    if (this.#suspects.size === 0) return;
    let now = -1;
    let served = false;
    for (const service of this.#suspects) {
      if (service.due === Number.POSITIVE_INFINITY) continue;
      if (now < 0) now = performance.now();
      if (service.due > now) continue;
      served = true;
      this.#guard(() => service.serve());
    }
    if (served) this.#suspect(undefined);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** Undefined where this process may not have one. */
function startWatchdog(): Watchdog | undefined {
  try {
    return new Watchdog();
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    return undefined;
  }
}
