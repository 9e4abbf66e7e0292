import { BusFault, type Host } from '../bus/index.ts';
import type { Client } from './client.ts';

/** One piece of work on a host: a whole transaction or message, never a part of one. */
interface Job {
  readonly client: Client;
  readonly run: (signal: AbortSignal) => void | Promise<void>;
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (fault: BusFault) => void;
}

export interface HostSlotOptions {
  /** How often a transfer that lost arbitration is tried again. */
  readonly arbitrationRetries?: number;
  /** A controller that does not heed its abort within this many ms is taken for dead. */
  readonly abortGraceMs?: number;
  /** Least time between two attempts to open a lost adapter. */
  readonly reopenIntervalMs?: number;
}

/**
 * `closed`: not opened yet; the first job opens it. `open`: at work. `lost`: it vanished or never came; every
 * job tries to get it back, though not more often than the reopen interval.
 */
export type HostState = 'closed' | 'opening' | 'open' | 'lost';

/**
 * One physical host and whose turn it is. A host does one job at a time; waiting clients take turns, each
 * client's own jobs stay in order.
 */
export class HostSlot {
  readonly host: Host;
  readonly #options: Required<HostSlotOptions>;
  readonly #waiting = new Map<Client, Job[]>();
  #state: HostState = 'closed';
  #busy = false;
  /** Only this client's jobs run: it has left a chip selected. */
  #holder: Client | undefined;
  #shutDown = false;
  #opening: Promise<boolean> | undefined;
  #lastFault: BusFault | undefined;
  #lastAttempt = Number.NEGATIVE_INFINITY;

  constructor(host: Host, options: HostSlotOptions = {}) {
    this.host = host;
    this.#options = { arbitrationRetries: 3, abortGraceMs: 500, reopenIntervalMs: 250, ...options };
  }

  get state(): HostState {
    return this.#state;
  }

  /** Why the host is lost. */
  get lastFault(): BusFault | undefined {
    return this.#lastFault;
  }

  /** True while a job of this client may run at once on the caller's stack. */
  idleFor(client: Client): boolean {
    return !this.#busy && this.#state === 'open' && (this.#holder ?? client) === client;
  }

  /** Keeps the host for one client's next jobs, until `release`: between two parts of one SPI message. */
  hold(client: Client): void {
    this.#holder = client;
  }

  /** Ends a `hold`; what other clients wait for goes on. */
  release(client: Client): void {
    if (this.#holder !== client) return;
    this.#holder = undefined;
    if (!this.#busy && this.#waiting.size > 0) void this.#work();
  }

  /**
   * Opens the host now, at once where it is synchronous; false when it could not be: `lastFault` says why,
   * and the other buses go on.
   */
  open(): Promise<boolean> {
    if (this.#opening !== undefined) return this.#opening;
    if (this.#state === 'open' || this.#shutDown) return Promise.resolve(!this.#shutDown);
    this.#lastAttempt = performance.now();
    try {
      const opened = this.host.open();
      if (opened === undefined) return Promise.resolve(this.#opened());
      this.#state = 'opening';
      this.#opening = opened.then(
        () => this.#opened(),
        (thrown) => this.#notOpened(thrown),
      );
      return this.#opening;
    } catch (thrown) {
      return Promise.resolve(this.#notOpened(thrown));
    }
  }

  #opened(): boolean {
    this.#opening = undefined;
    this.#lastFault = undefined;
    this.#state = this.#shutDown ? 'closed' : 'open';
    return !this.#shutDown;
  }

  #notOpened(thrown: unknown): boolean {
    this.#opening = undefined;
    this.#lastFault = BusFault.from(thrown);
    this.#state = 'lost';
    return false;
  }

  /** Fails what waits with `ESHUTDOWN` and closes the host. */
  async close(): Promise<void> {
    this.#shutDown = true;
    for (const jobs of this.#waiting.values()) {
      for (const job of jobs) job.reject(new BusFault('ESHUTDOWN'));
    }
    this.#waiting.clear();
    // An adapter that is just being opened is closed when it is there.
    await this.#opening;
    this.#state = 'closed';
    await this.host.close();
  }

  /**
   * Runs a job whose every step is synchronous, on the caller's stack. Only while `idleFor`.
   * Adds nothing to the job but the retry after a lost arbitration.
   */
  runSync(run: () => void): void {
    for (let tries = 0; ; tries++) {
      try {
        run();
        return;
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        if (fault.code === 'EAGAIN' && tries < this.#options.arbitrationRetries) continue;
        if (fault.code === 'ENODEV') this.#lose(fault);
        throw fault;
      }
    }
  }

  /**
   * Queues a job and settles with its result.
   * @throws {BusFault} what the job throws; `ETIMEDOUT` when it has not ended `deadlineMs` after its start;
   * `ENODEV` while the host is lost.
   */
  run(client: Client, deadlineMs: number, run: (signal: AbortSignal) => void | Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#shutDown) {
        reject(new BusFault('ESHUTDOWN'));
        return;
      }
      const job: Job = { client, run, deadlineMs, resolve, reject };
      const jobs = this.#waiting.get(client);
      if (jobs === undefined) this.#waiting.set(client, [job]);
      else jobs.push(job);
      if (!this.#busy) void this.#work();
    });
  }

  /** Forgets the jobs of a client that went away; the one that runs is left to end. */
  drop(client: Client): void {
    for (const job of this.#waiting.get(client) ?? [])
      job.reject(new BusFault('ECANCELED', 'the client is gone'));
    this.#waiting.delete(client);
    this.release(client);
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      try {
        if (this.#state !== 'open') await this.#reopen();
        await this.#attempt(job);
        job.resolve();
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        if (fault.code === 'ENODEV') this.#lose(fault);
        job.reject(fault);
      }
    }
    this.#busy = false;
  }

  /** The oldest job of the client whose turn it is; the client goes to the end of the line. */
  #next(): Job | undefined {
    for (const [client, jobs] of this.#waiting) {
      if ((this.#holder ?? client) !== client) continue;
      const job = jobs.shift();
      this.#waiting.delete(client);
      if (jobs.length > 0) this.#waiting.set(client, jobs);
      return job;
    }
    return undefined;
  }

  async #reopen(): Promise<void> {
    const due =
      this.#opening !== undefined || performance.now() - this.#lastAttempt >= this.#options.reopenIntervalMs;
    if (due && (await this.open())) return;
    throw new BusFault('ENODEV', this.#lastFault?.message ?? `${this.host.description} is gone`);
  }

  async #attempt(job: Job): Promise<void> {
    const abort = new AbortController();
    let expire: (() => void) | undefined;
    const expired = new Promise<never>((_, reject) => {
      expire = () =>
        reject(
          new BusFault('ETIMEDOUT', `${this.host.description} did not answer within ${job.deadlineMs} ms`),
        );
    });
    let grace: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => {
      abort.abort(new BusFault('ETIMEDOUT'));
      grace = setTimeout(() => {
        // It holds on to the wire although it was told to let go: start from a known state next time.
        this.#lose(new BusFault('ENODEV', `${this.host.description} does not answer`));
        expire?.();
      }, this.#options.abortGraceMs);
    }, job.deadlineMs);
    try {
      for (let tries = 0; ; tries++) {
        try {
          await Promise.race([job.run(abort.signal), expired]);
          return;
        } catch (thrown) {
          const fault = BusFault.from(thrown);
          const again =
            fault.code === 'EAGAIN' && tries < this.#options.arbitrationRetries && !abort.signal.aborted;
          if (!again) throw fault;
        }
      }
    } finally {
      clearTimeout(deadline);
      clearTimeout(grace);
    }
  }

  #lose(fault: BusFault): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.#lastFault = fault;
    this.#lastAttempt = Number.NEGATIVE_INFINITY;
    Promise.resolve(this.host.close()).catch(() => {
      // It is gone; that it cannot be closed properly is no news.
    });
  }
}
