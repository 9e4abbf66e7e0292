import { timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { BusFault } from '../bus/index.ts';
import { type Asked, type AskedFrame, decodeAsked, MAGIC, type Told, VERSION } from './frames.ts';
import { type Lease, LeaseTable, type Ticket } from './leases.ts';
import { monotonicNs } from './lines/host-clock.ts';
import { Peer } from './peer.ts';
import { framedBus, framedFault } from './requests.ts';
import { type Carrier, Session } from './session.ts';
import type { LeasedBuses, ShareSource } from './share-source.ts';
import { TraceFeed } from './traces/trace-feed.ts';

/** Streams at once; users that are gone and whose leases last. */
const SESSIONS_MAX = 1024;
/** Who watches: each costs the memory of a trace and a look at every transfer. */
const WATCHERS_MAX = 8;
/** Refusals that are told: a stranger who comes again and again does not fill the log. */
const REFUSALS_TOLD = 64;

export interface ShareHostOptions {
  readonly nextFence: () => number;
  /** Every lease restores its buses at its end, whatever its user wants. */
  readonly restore?: boolean;
  /** Told who takes, loses and gives back leases, and who is refused. */
  readonly log: (sentence: string) => void;
  /** See `LeaseTableOptions`. */
  readonly now?: () => number;
}

/** A way to the buses of one lease, and what is under way on it. */
interface Work {
  readonly leased: LeasedBuses;
  readonly running: Set<Promise<void>>;
}

/** The host that owns the wires of a board: it serves users over streams, and is the lock. */
export class ShareHost implements Carrier {
  readonly #source: ShareSource;
  readonly #options: ShareHostOptions;
  readonly #leases: LeaseTable;
  /** By their names, which only their users know. */
  readonly #sessions = new Map<string, Session>();
  readonly #peers = new Set<Peer>();
  readonly #work = new WeakMap<Lease, Work>();
  readonly #told = new Set<string>();

  constructor(source: ShareSource, options: ShareHostOptions) {
    this.#source = source;
    this.#options = options;
    this.#leases = new LeaseTable({
      buses: source.buses.map(({ name }) => name),
      nextFence: options.nextFence,
      ended: (lease, reason) => this.#ended(lease, reason),
      ...(options.now !== undefined && { now: options.now }),
    });
  }

  get buses(): ShareSource['buses'] {
    return this.#source.buses;
  }

  /** Serves one user over a stream. @param token what he has to know, where it is not empty */
  serve(stream: Duplex, token = ''): void {
    let session: Session | undefined;
    let name = '';
    const peer = new Peer(stream, {
      frame: (bytes) => {
        const frame = decodeAsked(bytes);
        if (session !== undefined) this.#take(session, frame);
        else {
          if (frame.kind !== 'hello')
            throw new BusFault('EPROTO', `invalid first frame: ${frame.kind}, expected hello`);
          name = frame.session;
          session = this.#hello(frame, peer, token);
        }
      },
      drained: () => session?.flush(),
      ended: (fault) => {
        this.#peers.delete(peer);
        if (fault !== undefined) this.#tell(`${session?.who ?? 'a stranger'} was refused: ${fault.message}`);
        if (session?.peer === peer) this.#left(name, session);
      },
    });
    this.#peers.add(peer);
    if (this.#peers.size > SESSIONS_MAX)
      peer.refuse(new BusFault('EBUSY', `${SESSIONS_MAX} users are connected; try again later`));
  }

  /** Ends all leases and streams. */
  close(): void {
    this.#leases.close();
    for (const { feed } of this.#sessions.values()) feed?.end();
    for (const peer of this.#peers) peer.end();
  }

  admit(session: Session, fence: number, bus: string): Lease {
    const lease = this.check(session, fence, bus);
    // A transfer is a sign of its user too.
    lease.untilMs = this.#leases.nowMs + lease.ttlMs;
    return lease;
  }

  check(session: Session, fence: number, bus: string): Lease {
    const lease = this.#leaseOf(session, fence, bus);
    lease.usedMs = this.#leases.nowMs;
    return lease;
  }

  /** Fences are no secret: who uses one has to have part in its lease. @throws {BusFault} `EACCES` */
  #leaseOf(session: Session, fence: number, bus?: string): Lease {
    const lease = this.#leases.check(fence, bus);
    if (lease !== session.lease) throw new BusFault('EACCES', `the lease is of ${lease.who}`);
    return lease;
  }

  leased(lease: Lease): LeasedBuses {
    return this.#workOf(lease).leased;
  }

  running(lease: Lease, ended: Promise<void>): void {
    const { running } = this.#workOf(lease);
    const over = ended.catch(() => {}).then(() => void running.delete(over));
    running.add(over);
  }

  #workOf(lease: Lease): Work {
    const known = this.#work.get(lease);
    if (known !== undefined) return known;
    const work: Work = { leased: this.#source.open(lease.who), running: new Set() };
    this.#work.set(lease, work);
    return work;
  }

  #hello(
    { magic, version, session: name, who, token, lease: leaseName }: Asked<'hello'>,
    peer: Peer,
    expected: string,
  ): Session {
    if (magic !== MAGIC) throw new BusFault('EPROTO', 'invalid hello: this is a dtbus share');
    if (version !== VERSION)
      throw new BusFault(
        'EPROTO',
        `version ${version} of the frame is not known: this host speaks version ${VERSION}; use the same dtbus at both ends`,
      );
    if (expected !== '' && !isEqual(token, expected))
      throw new BusFault('EACCES', 'invalid token: set DTBUS_TOKEN to that of the host');
    if (name.length < 16)
      throw new BusFault('EPROTO', 'invalid session: expected a random name of 16 characters or more');
    if (this.#sessions.size >= SESSIONS_MAX && !this.#sessions.has(name))
      throw new BusFault('EBUSY', `${SESSIONS_MAX} users are known; try again later`);
    const session = this.#sessions.get(name) ?? new Session(who);
    const before = session.peer;
    session.peer = peer;
    before?.end();
    this.#sessions.set(name, session);
    peer.welcome();
    this.#join(session, before !== undefined, leaseName);
    peer.send({
      kind: 'welcome',
      version: VERSION,
      host: this.#source.name,
      fence: session.lease?.fence ?? 0,
      ttlMs: session.lease?.ttlMs ?? 0,
      nowNs: monotonicNs(),
      buses: this.buses.map(framedBus),
    });
    session.edges.flush();
    return session;
  }

  /** One that comes again has the lease that it had; one that names a lease takes part in it. @throws {BusFault} `EACCES` */
  #join(session: Session, wasHere: boolean, leaseName: string): void {
    this.#leases.expire();
    if (session.lease !== undefined && !this.#leases.leases.includes(session.lease))
      session.lease = undefined;
    if (session.lease === undefined && leaseName !== '') {
      session.lease = this.#leases.named(leaseName);
      if (session.lease === undefined) throw new BusFault('EACCES', 'the lease of DTBUS_LEASE has ended');
    } else if (wasHere) return;
    if (session.lease === undefined) return;
    session.lease.users++;
    this.#leases.renew(session.lease.fence);
  }

  #take(session: Session, frame: AskedFrame): void {
    switch (frame.kind) {
      case 'i2c':
      case 'spi':
      case 'deselect':
      case 'line':
        session.take(frame, this);
        return;
      case 'cancel':
        session.cancel(frame.id);
        return;
      case 'acquire':
        void this.#acquire(session, frame);
        return;
      case 'renew':
        this.#renew(session, frame);
        return;
      case 'release':
        this.#release(session, frame);
        return;
      case 'list':
        session.send(this.#list(frame.id));
        return;
      case 'watch':
        this.#watch(session, frame);
        return;
      default:
        throw new BusFault('EPROTO', `unexpected frame: ${frame.kind}`);
    }
  }

  async #acquire(session: Session, { kind: _, id, restore, ...asked }: Asked<'acquire'>): Promise<void> {
    const probes = this.#probesOf(asked.buses);
    if (probes.length > 0) await Promise.allSettled(probes);
    // Who has left meanwhile has asked for nothing.
    if (session.peer === undefined) return;
    try {
      if (session.lease !== undefined || session.ticket !== undefined)
        throw new BusFault('EBUSY', 'this session has a lease already, or waits for one');
      let told = '';
      const ticket: Ticket = {
        request: { ...asked, restore: restore || this.#options.restore === true, who: session.who },
        sinceMs: this.#leases.nowMs,
        granted: (lease) => this.#granted(session, lease, id),
        moved: (place, holder) => {
          const news = `${place} ${holder?.fence}`;
          if (news === told) return;
          told = news;
          const leftMs = holder === undefined ? 0 : Math.max(0, holder.untilMs - this.#leases.nowMs);
          session.send({ kind: 'queued', id, place, holder: holder?.who ?? '', leftMs });
        },
      };
      session.ticket = ticket;
      this.#leases.acquire(ticket);
    } catch (thrown) {
      session.ticket = undefined;
      session.send(failed(id, thrown));
    }
  }

  /** Users of these buses who may have gone without a word. */
  #probesOf(buses: readonly string[]): Promise<void>[] {
    return [...this.#sessions.values()].flatMap(
      ({ lease, peer }) => (lease?.buses.some((bus) => buses.includes(bus)) && peer?.probe()) || [],
    );
  }

  #granted(session: Session, lease: Lease, id: number): void {
    session.ticket = undefined;
    session.lease = lease;
    lease.users = 1;
    this.#tell(`${lease.who} has ${lease.buses.join(', ')}${lease.why === '' ? '' : `: ${lease.why}`}`);
    session.send({
      kind: 'granted',
      id,
      fence: lease.fence,
      lease: lease.name,
      leftMs: lease.ttlMs,
      nowNs: monotonicNs(),
    });
  }

  #renew(session: Session, { fence }: Asked<'renew'>): void {
    try {
      const { name, ttlMs } = this.#leases.renew(this.#leaseOf(session, fence).fence);
      session.send({ kind: 'granted', id: 0, fence, lease: name, leftMs: ttlMs, nowNs: monotonicNs() });
    } catch (thrown) {
      session.send({ kind: 'lost', fence, reason: BusFault.from(thrown).sentence });
    }
  }

  #release(session: Session, { id, fence }: Asked<'release'>): void {
    try {
      this.#leases.end(this.#leaseOf(session, fence), `given back by ${session.who}`);
      session.send(doneOf(id));
    } catch (thrown) {
      session.send(failed(id, thrown));
    }
  }

  #watch(session: Session, { id, parts, buses }: Asked<'watch'>): void {
    try {
      if (session.feed !== undefined) throw new BusFault('EBUSY', 'this session watches already');
      const watchers = [...this.#sessions.values()].filter(({ feed }) => feed !== undefined).length;
      if (watchers >= WATCHERS_MAX)
        throw new BusFault('EBUSY', `${WATCHERS_MAX} users watch this board; end one of them`);
      const trace = this.#source.trace(parts, buses);
      session.feed = new TraceFeed(trace, () => session.peer);
      const { board, sequence, only } = trace;
      session.send({ kind: 'watching', id, board, run: this.#source.run, sequence, only });
    } catch (thrown) {
      session.send(failed(id, thrown));
    }
  }

  /** A user's stream has ended: it may come again as long as its lease lasts. */
  #left(name: string, session: Session): void {
    session.peer = undefined;
    session.feed?.end();
    session.feed = undefined;
    if (session.ticket !== undefined) this.#leases.giveUp(session.ticket);
    session.ticket = undefined;
    const { lease } = session;
    if (lease === undefined || !this.#leases.leases.includes(lease)) this.#sessions.delete(name);
    else this.#leases.left(lease);
  }

  /** Takes the buses from the users of a lease. */
  #ended(lease: Lease, reason: string): Promise<void> | undefined {
    for (const [name, session] of this.#sessions) {
      if (session.lease !== lease) continue;
      session.lease = undefined;
      session.send({ kind: 'lost', fence: lease.fence, reason });
      if (session.peer === undefined) this.#sessions.delete(name);
    }
    this.#tell(`${lease.who} has ${lease.buses.join(', ')} no more: ${reason}`);
    const work = this.#work.get(lease);
    if (work === undefined && !lease.restore) return undefined;
    const { leased, running } = work ?? this.#workOf(lease);
    leased.drop();
    return this.#restore(lease, leased, [...running]);
  }

  async #restore(lease: Lease, leased: LeasedBuses, running: readonly Promise<void>[]): Promise<void> {
    await Promise.all(running);
    if (lease.restore) await leased.restore(this.buses.filter(({ name }) => lease.buses.includes(name)));
  }

  #list(id: number): Told<'leases'> {
    const now = this.#leases.nowMs;
    const leases = this.#leases.leases.map(
      ({ buses, who, why, fence, startedMs, untilMs, usedMs, transfers }) => ({
        buses,
        who,
        why,
        fence,
        ageMs: now - startedMs,
        leftMs: Math.max(0, untilMs - now),
        idleMs: now - usedMs,
        transfers,
      }),
    );
    const queue = this.#leases.queue.map(({ request: { buses, who, why, priority }, sinceMs }) => ({
      buses,
      who,
      why,
      priority,
      waitedMs: now - sinceMs,
    }));
    return { kind: 'leases', id, leases, queue };
  }

  #tell(sentence: string): void {
    if (this.#told.has(sentence)) return;
    // Leases may be many; what strangers make the host say is bounded.
    if (sentence.includes('was refused')) {
      if (this.#told.size > REFUSALS_TOLD) return;
      this.#told.add(sentence);
    }
    this.#options.log(sentence);
  }
}

function doneOf(id: number): Told<'done'> {
  return { kind: 'done', id, fault: undefined, received: [], queuedNs: 0, wireNs: 0 };
}

function failed(id: number, thrown: unknown): Told<'done'> {
  return { ...doneOf(id), fault: framedFault(BusFault.from(thrown)) };
}

/** In a time that tells nothing of where they differ. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
