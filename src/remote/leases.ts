import { randomUUID } from 'node:crypto';
import { BusFault, type MaybePromise } from '../bus/index.ts';
import { WAIT } from './frames.ts';

/** Longest and shortest time that a lease may last without a sign of its user, in ms. */
export const TTL_MS = { min: 100, usual: 10_000, max: 3_600_000 } as const;
/** How long a lease may be renewed and unused while others wait, where its user says nothing else, in ms. */
export const IDLE_MS = 300_000;
/** How long the end of a lease may take: then the next one begins on what there is. */
const RESTORE_LIMIT_MS = 5000;
/** Leases that ended and whose ends are still known, and users who wait. */
const ENDED_MAX = 256;
const QUEUE_MAX = 1024;

/** What is asked for. */
export interface LeaseRequest {
  readonly buses: readonly string[];
  /** For people: who, and what for. */
  readonly who: string;
  readonly why: string;
  readonly ttlMs: number;
  readonly idleMs: number;
  /** How long it outlives the streams of its users, for who may come again, at most `ttlMs`. */
  readonly graceMs: number;
  /** Higher ones are served first. */
  readonly priority: number;
  readonly wait: number;
  /** Ends the leases that are in its way. */
  readonly steal: boolean;
  /** The buses are brought to a known state when it ends. */
  readonly restore: boolean;
}

/** The right to use buses, until it ends. */
export interface Lease extends LeaseRequest {
  readonly fence: number;
  /** Known to its user alone, who lets others take part by it. */
  readonly name: string;
  readonly startedMs: number;
  /** It ends then, by the host's monotonic clock, if nobody renews it. */
  untilMs: number;
  /** Of its last transfer. */
  usedMs: number;
  transfers: number;
  /** Users that are connected. */
  users: number;
}

/** One who waits. */
export interface Ticket {
  readonly request: LeaseRequest;
  readonly sinceMs: number;
  granted(lease: Lease): void;
  /** Told where it is in the queue, from 1, and of a lease that is in its way. */
  moved(place: number, holder: Lease | undefined): void;
}

export interface LeaseTableOptions {
  readonly buses: readonly string[];
  readonly nextFence: () => number;
  /** Takes the buses away from its users. They are free for others when it has ended. */
  readonly ended: (lease: Lease, reason: string) => MaybePromise<void>;
  /** ms of a clock that nobody sets. */
  readonly now?: () => number;
}

/**
 * Who may use which bus of a host now. The host that owns a wire is its lock: all transfers pass here, so it decides alone,
 * and no clock but its own counts. A lease is over at the moment that its time is, whether or not a timer has noticed.
 */
export class LeaseTable {
  readonly #options: LeaseTableOptions;
  readonly #now: () => number;
  /** By their fences. */
  readonly #leases = new Map<number, Lease>();
  /** Buses that a lease has, or that are being restored behind one. */
  readonly #taken = new Map<string, Lease>();
  /** Why leases ended that users may still speak of. */
  readonly #ends = new Map<number, string>();
  readonly #queue: Ticket[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(options: LeaseTableOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get leases(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  /** Who waits, the next one first. */
  get queue(): readonly Ticket[] {
    return this.#queue;
  }

  get nowMs(): number {
    return this.#now();
  }

  /**
   * Grants a lease, at once or when it is the ticket's turn.
   * @throws {BusFault} `EBUSY` others have it and the request does not wait, `ENOENT` no such bus, `EINVAL`
   */
  acquire(ticket: Ticket): void {
    const { request } = ticket;
    this.#check(request);
    this.expire();
    const before = this.#inTheWay(request)[0];
    const mayWait =
      before === undefined ||
      request.wait === WAIT.YES ||
      request.steal ||
      (request.wait === WAIT.GONE && before.users === 0);
    if (!mayWait) throw new BusFault('EBUSY', this.#holding(before));
    if (this.#queue.length >= QUEUE_MAX)
      throw new BusFault('EBUSY', `${QUEUE_MAX} users wait for leases of this host; try again later`);
    const behind = this.#queue.findIndex(({ request: other }) => rankOf(other) < rankOf(request));
    this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, ticket);
    if (request.steal)
      for (const lease of this.#inTheWay(request))
        this.end(lease, `stolen by ${request.who}: ${request.why}`);
    this.#serve();
  }

  /** Takes one out of the queue. */
  giveUp(ticket: Ticket): void {
    const at = this.#queue.indexOf(ticket);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    this.#serve();
  }

  /**
   * The lease with this fence. Asked before each transfer reaches the wire.
   * @param bus that is to be used
   * @throws {BusFault} `EACCES` it has ended, or never was, or is of other buses
   */
  check(fence: number, bus?: string): Lease {
    const lease = this.#leases.get(fence);
    if (lease === undefined) {
      const reason = this.#ends.get(fence);
      throw new BusFault(
        'EACCES',
        reason === undefined ? 'no lease of this host; take one first' : `the lease has ended: ${reason}`,
      );
    }
    if (this.#now() >= lease.untilMs) {
      this.#end(lease, whyOver(lease));
      return this.check(fence, bus);
    }
    if (bus !== undefined && !lease.buses.includes(bus))
      throw new BusFault('EACCES', `the lease is of ${lease.buses.join(', ')}, and not of ${bus}`);
    return lease;
  }

  /** A sign of its user. @throws {BusFault} `EACCES` */
  renew(fence: number): Lease {
    const lease = this.check(fence);
    lease.untilMs = this.#now() + lease.ttlMs;
    return lease;
  }

  /** One of its users has gone. */
  left(lease: Lease): void {
    lease.users--;
    if (lease.users > 0 || this.#leases.get(lease.fence) !== lease) return;
    if (lease.graceMs === 0) this.#end(lease, 'its user left');
    else {
      lease.untilMs = Math.min(lease.untilMs, this.#now() + lease.graceMs);
      this.#arm();
    }
  }

  /** The lease of this name, for one more user; undefined where there is none. */
  named(name: string): Lease | undefined {
    this.expire();
    return name === '' ? undefined : this.leases.find((lease) => lease.name === name);
  }

  /** Ends a lease; what has ended already stays so. */
  end(lease: Lease, reason: string): void {
    if (this.#leases.get(lease.fence) === lease) this.#end(lease, reason);
  }

  /** Ends all, and nobody waits any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    for (const lease of this.leases) this.#end(lease, 'the host has ended');
    clearTimeout(this.#timer);
  }

  #check({ buses, ttlMs, why, steal, priority }: LeaseRequest): void {
    const known = this.#options.buses;
    if (buses.length === 0) throw new BusFault('EINVAL', 'invalid lease: expected at least one bus');
    const unknown = buses.find((bus) => !known.includes(bus));
    if (unknown !== undefined)
      throw new BusFault('ENOENT', `not found: ${unknown}; the host has ${known.join(', ') || 'no bus'}`);
    if (!(ttlMs >= TTL_MS.min && ttlMs <= TTL_MS.max))
      throw new BusFault(
        'EINVAL',
        `invalid time of a lease: expected ${TTL_MS.min} to ${TTL_MS.max} ms, got ${ttlMs}`,
      );
    if (priority > 9) throw new BusFault('EINVAL', `invalid priority: expected 0 to 9, got ${priority}`);
    if (steal && why === '') throw new BusFault('EINVAL', 'a reason is required to steal a lease');
  }

  /** Leases that have buses of this request. */
  #inTheWay({ buses }: LeaseRequest): Lease[] {
    return this.leases.filter((lease) => lease.buses.some((bus) => buses.includes(bus)));
  }

  #holding(lease: Lease): string {
    const left = Math.ceil((lease.untilMs - this.#now()) / 1000);
    const why = lease.why === '' ? '' : ` for ${lease.why}`;
    const gone = lease.users === 0 ? `, who is gone; it ends in ${left} s` : '';
    return `${lease.buses.join(', ')}: leased by ${lease.who}${why}${gone}; wait for it with dtbus lab lock --wait`;
  }

  /** Ends what is over by its time, or unused while others wait. */
  expire(): void {
    const now = this.#now();
    for (const lease of this.leases) {
      if (now >= lease.untilMs) this.#end(lease, whyOver(lease));
      else if (now - lease.usedMs >= lease.idleMs && this.#isWanted(lease))
        this.#end(lease, `unused for ${seconds(lease.idleMs)} while others waited`);
    }
  }

  #isWanted(lease: Lease): boolean {
    return this.#queue.some(({ request }) => request.buses.some((bus) => lease.buses.includes(bus)));
  }

  #end(lease: Lease, reason: string): void {
    this.#leases.delete(lease.fence);
    this.#ends.set(lease.fence, reason);
    if (this.#ends.size > ENDED_MAX) this.#ends.delete([...this.#ends.keys()][0] as number);
    const free = (): void => {
      for (const bus of lease.buses) if (this.#taken.get(bus) === lease) this.#taken.delete(bus);
      this.#serve();
    };
    const restored = this.#options.ended(lease, reason);
    if (restored === undefined) {
      free();
      return;
    }
    const limit = setTimeout(free, RESTORE_LIMIT_MS);
    void Promise.resolve(restored)
      .catch(() => {
        // What cannot be restored is as it is: the next user meets it, and gets its errno.
      })
      .then(() => {
        clearTimeout(limit);
        free();
      });
  }

  /** Grants what can be granted: nobody overtakes one who waits for a bus of theirs. */
  #serve(): void {
    const wanted = new Set<string>();
    for (const ticket of [...this.#queue]) {
      const { buses } = ticket.request;
      const isFree = buses.every((bus) => !this.#taken.has(bus) && !wanted.has(bus));
      if (isFree) this.#grant(ticket);
      else for (const bus of buses) wanted.add(bus);
    }
    for (const [index, ticket] of this.#queue.entries())
      ticket.moved(index + 1, this.#inTheWay(ticket.request)[0]);
    this.#arm();
  }

  #grant(ticket: Ticket): void {
    this.#queue.splice(this.#queue.indexOf(ticket), 1);
    const { request } = ticket;
    const now = this.#now();
    const lease: Lease = {
      ...request,
      fence: this.#options.nextFence(),
      name: randomUUID(),
      startedMs: now,
      untilMs: now + request.ttlMs,
      usedMs: now,
      transfers: 0,
      users: 0,
    };
    this.#leases.set(lease.fence, lease);
    for (const bus of lease.buses) this.#taken.set(bus, lease);
    ticket.granted(lease);
  }

  /** Looks again when the first lease may be over; renewing one does not touch the timer. */
  #arm(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const lease of this.#leases.values()) {
      const idleAt = this.#isWanted(lease) ? lease.usedMs + lease.idleMs : Number.POSITIVE_INFINITY;
      first = Math.min(first, lease.untilMs, idleAt);
    }
    if (first === this.#timerAtMs && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = first;
    this.#timer = undefined;
    if (first === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.expire();
        this.#arm();
      },
      Math.max(1, Math.ceil(first - this.#now())),
    );
    this.#timer.unref();
  }
}

/** Who steals comes before those who waited for the same: else they have what he stole. */
const rankOf = ({ steal, priority }: LeaseRequest): number => (steal ? 10 : priority);

const whyOver = ({ users, ttlMs }: Lease): string =>
  users === 0 ? 'its user left' : `not renewed for ${seconds(ttlMs)}`;

const seconds = (ms: number): string => `${ms / 1000} s`;
