import { BusFault, type HostAdapter, type MaybePromise, OPEN_LIMIT_MS } from '../../bus/index.ts';
import type { Client } from '../clients/client.ts';
import { FairTurns } from './fair-turns.ts';
import { attempt, type Job } from './job.ts';

export interface SchedulerOptions {
  /** A controller that does not heed its abort within this many ms is taken for dead. */
  readonly abortGraceMs?: number;
  /** An adapter that takes longer to open is lost. Default `OPEN_LIMIT_MS`. */
  readonly openLimitMs?: number;
  /** Told when the adapter could not be opened, and then only of other reasons until it was open. */
  readonly onNotOpened?: (fault: BusFault, host: HostAdapter) => void;
  /** Least time between two attempts to open a lost adapter. */
  readonly reopenIntervalMs?: number;
  /**
   * How long others wait for a client that holds the host between two parts of a message. The default lets a
   * guest that is slow three times over finish a page program (opcode, address, dummy, data: see
   * `UNFINISHED_DESELECT_MS`), and ends before our own front-ends give up waiting.
   */
  readonly holdLimitMs?: number;
}

/** A client has left a chip selected for the next part of a message: only its jobs run. */
interface ChipSelectHold {
  readonly client: Client;
  /** Takes the host to where another client can use it. */
  readonly release: () => MaybePromise<void>;
}

/** How long an adapter may take to deselect, in ms. */
const RELEASE_MS = 1000;

/**
 * `closed`: not opened yet; the first job opens it. `open`: at work. `lost`: it vanished or never came; every
 * job tries to get it back, though not more often than the reopen interval.
 */
type HostState = 'closed' | 'opening' | 'open' | 'lost';

/**
 * One physical host and whose turn it is. A host does one job at a time; waiting clients take turns, fair by the
 * time that they have the host, and each client's own jobs stay in order.
 */
export class AdapterScheduler {
  readonly host: HostAdapter;
  readonly #options: Required<SchedulerOptions>;
  readonly #waiting = new Map<Client, Job[]>();
  readonly #turns = new FairTurns();
  #state: HostState = 'closed';
  #busy = false;
  /** The work that goes on while `#busy`, or the last there was. */
  #work: Promise<void> = Promise.resolve();
  #hold: ChipSelectHold | undefined;
  /** Runs while somebody waits for the end of the hold. */
  #holdLimit: NodeJS.Timeout | undefined;
  /** Others have waited long enough. */
  #holdOver = false;
  #shutDown = false;
  #opening: Promise<boolean> | undefined;
  /** What waits for the host to be open. */
  #onceOpen: (() => void)[] = [];
  /** An attempt to open that went on beyond its limit. Until it has ended there is no other. */
  #overdue: Promise<void> | undefined;
  #lastFault: BusFault | undefined;
  #lastAttempt = Number.NEGATIVE_INFINITY;

  constructor(host: HostAdapter, options: SchedulerOptions = {}) {
    this.host = host;
    this.#options = {
      abortGraceMs: 500,
      openLimitMs: OPEN_LIMIT_MS,
      onNotOpened: () => {},
      reopenIntervalMs: 250,
      holdLimitMs: 1500,
      ...options,
    };
  }

  get state(): HostState {
    return this.#state;
  }

  /** It is being closed, or was: what fails now was cut off. */
  get isShutDown(): boolean {
    return this.#shutDown;
  }

  /** Why the host is lost. */
  get lastFault(): BusFault | undefined {
    return this.#lastFault;
  }

  /** True while a job of this client may run at once on the caller's stack. */
  idleFor(client: Client): boolean {
    return !this.#busy && this.#state === 'open' && this.#mayRun(client);
  }

  /**
   * Keeps the host for one client's next jobs, between two parts of one SPI message: until `release`, or until
   * others have waited for too long. Then `release` is run, and `csOwner` knows none.
   */
  hold(client: Client, release: () => MaybePromise<void>): ChipSelectHold {
    this.#hold = { client, release };
    this.#limitHold();
    return this.#hold;
  }

  /** The hold of this client, while it has one. */
  csOwner(client: Client): ChipSelectHold | undefined {
    return this.#hold?.client === client ? this.#hold : undefined;
  }

  /**
   * Ends a hold, if it is the one that there is: who lets go learns the end of a job later than the next job
   * begins, which may be a message with a hold of its own. What other clients wait for goes on.
   */
  release(hold: ChipSelectHold | undefined): void {
    if (hold !== this.#hold) return;
    this.#endHold();
    if (this.#waiting.size > 0) this.#start();
  }

  #mayRun(client: Client): boolean {
    return this.#hold === undefined || this.#hold.client === client;
  }

  #limitHold(): void {
    if (this.#holdLimit !== undefined) return;
    if ([...this.#waiting.keys()].every((client) => this.#mayRun(client))) return;
    this.#holdLimit = setTimeout(() => {
      this.#holdOver = true;
      this.#start();
    }, this.#options.holdLimitMs);
  }

  #endHold(): void {
    this.#hold = undefined;
    clearTimeout(this.#holdLimit);
    this.#holdLimit = undefined;
    this.#holdOver = false;
  }

  /**
   * Opens the host now, at once where it is synchronous; false when it could not be: `lastFault` says why,
   * and the other buses go on.
   */
  open(): Promise<boolean> {
    if (this.#opening !== undefined) return this.#opening;
    if (this.#state === 'open' || this.#shutDown) return Promise.resolve(!this.#shutDown);
    if (this.#overdue !== undefined) return Promise.resolve(false);
    this.#lastAttempt = performance.now();
    try {
      const opened = this.host.open();
      if (opened === undefined) return Promise.resolve(this.#opened());
      this.#state = 'opening';
      this.#opening = this.#limited(opened);
      return this.#opening;
    } catch (thrown) {
      return Promise.resolve(this.#notOpened(thrown));
    }
  }

  /** Waits for the host to open, though not for ever; one that opens later is taken all the same. */
  async #limited(opened: Promise<void>): Promise<boolean> {
    const ended = opened.then(
      () => this.#opened(),
      (thrown) => this.#notOpened(thrown),
    );
    const { openLimitMs } = this.#options;
    const isOpen = await within(openLimitMs, ended);
    if (isOpen !== undefined) return isOpen;
    this.#overdue = ended.then(() => {
      this.#overdue = undefined;
    });
    const late = `${this.host.description} did not open within ${openLimitMs / 1000} s`;
    return this.#notOpened(new BusFault('ENODEV', late));
  }

  /** Calls `work` when the host that is being opened is open, be it after a further attempt. */
  whenOpen(work: () => void): void {
    this.#onceOpen.push(work);
  }

  #opened(): boolean {
    this.#opening = undefined;
    this.#lastFault = undefined;
    this.#state = this.#shutDown ? 'closed' : 'open';
    if (this.#shutDown) this.#closeHost();
    else for (const work of this.#onceOpen.splice(0)) work();
    return !this.#shutDown;
  }

  #notOpened(thrown: unknown): boolean {
    this.#opening = undefined;
    // From its end: finding out that nothing answers may take longer than the interval.
    this.#lastAttempt = performance.now();
    const fault = BusFault.from(thrown);
    if (fault.message !== this.#lastFault?.message && !this.#shutDown)
      this.#options.onNotOpened(fault, this.host);
    this.#lastFault = fault;
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
    this.#endHold();
    // One at work is closed when it has ended; one that is still being opened then, as soon as it is open.
    await within(this.#options.abortGraceMs, Promise.all([this.#opening, this.#work]));
    this.#state = 'closed';
    await this.host.close();
  }

  /**
   * Runs a job whose every step is synchronous, on the caller's stack. Only while `idleFor`.
   * Adds nothing to the job but the retry after a lost arbitration.
   */
  runSync(run: () => void, retries = 0): void {
    for (let tries = 0; ; tries++) {
      try {
        run();
        return;
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        if (fault.code === 'EAGAIN' && tries < retries) continue;
        if (fault.code === 'ENODEV') this.lose(fault);
        throw fault;
      }
    }
  }

  /**
   * Queues a job and settles with its result.
   * @throws {BusFault} what the job throws; `ETIMEDOUT` when it has not ended `deadlineMs` after its start;
   * `ENODEV` while the host is lost.
   */
  run(
    client: Client,
    deadlineMs: number,
    run: (signal: AbortSignal) => MaybePromise<void>,
    retries = 0,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#shutDown) {
        reject(new BusFault('ESHUTDOWN'));
        return;
      }
      const job: Job = { client, run, deadlineMs, retries, resolve, reject };
      const jobs = this.#waiting.get(client);
      if (jobs !== undefined) jobs.push(job);
      else {
        this.#turns.joins(client);
        this.#waiting.set(client, [job]);
      }
      this.#limitHold();
      this.#start();
    });
  }

  /** Forgets the jobs of a client that went away; the one that runs is left to end. */
  drop(client: Client): void {
    for (const job of this.#waiting.get(client) ?? [])
      job.reject(new BusFault('ECANCELED', 'the client is gone'));
    this.#waiting.delete(client);
    this.release(this.csOwner(client));
  }

  #start(): void {
    if (!this.#busy) this.#work = this.#workOff();
  }

  async #workOff(): Promise<void> {
    this.#busy = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      try {
        if (this.#state !== 'open') await this.#reopen();
        const start = performance.now();
        try {
          await attempt(job, this.host.description, this.#options, (fault) => this.lose(fault));
        } finally {
          this.#turns.had(job.client, performance.now() - start);
        }
        job.resolve();
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        if (fault.code === 'ENODEV') this.lose(fault);
        job.reject(fault);
      }
    }
    this.#busy = false;
  }

  /** The oldest job of the client whose turn it is; the client goes to the end of the line. */
  #next(): Job | undefined {
    if (this.#hold !== undefined && this.#holdOver) return this.#cutOff(this.#hold);
    const client = this.#turns.next([...this.#waiting.keys()].filter((each) => this.#mayRun(each)));
    const jobs = client && this.#waiting.get(client);
    if (client === undefined || jobs === undefined) return undefined;
    const job = jobs.shift();
    this.#waiting.delete(client);
    if (jobs.length > 0) this.#waiting.set(client, jobs);
    return job;
  }

  /** Ends a hold that others have waited for: the job that lets the host go. */
  #cutOff({ client, release }: ChipSelectHold): Job {
    this.#endHold();
    const ended = () => {
      // Nobody waits for it; where it failed, the next job meets the same.
    };
    return {
      client,
      run: () => release(),
      deadlineMs: RELEASE_MS,
      retries: 0,
      resolve: ended,
      reject: ended,
    };
  }

  async #reopen(): Promise<void> {
    const due =
      this.#opening !== undefined || performance.now() - this.#lastAttempt >= this.#options.reopenIntervalMs;
    if (due && (await this.open())) return;
    // An attempt that was overdue may have ended well meanwhile.
    if (this.#isOpen()) return;
    const reason = this.#lastFault?.message.replace(/^ENODEV: /, '');
    throw new BusFault('ENODEV', reason ?? `${this.host.description} is gone`);
  }

  #isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The adapter is gone: who asks next opens it again. */
  lose(fault: BusFault): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.#lastFault = fault;
    this.#lastAttempt = Number.NEGATIVE_INFINITY;
    this.#closeHost();
  }

  #closeHost(): void {
    Promise.resolve(this.host.close()).catch(() => {
      // It is gone, or nobody waits for it any more: that it cannot be closed properly is no news.
    });
  }
}

/** What `work` gives; undefined where it has not ended within `ms`. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result | undefined> {
  let limit: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    limit = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(limit);
  }
}
