import { BusFault, type MaybePromise } from '../bus/index.ts';
import { type Asked, IN_FLIGHT_MAX, LINE_ACTION, type Told } from './frames.ts';
import type { Lease, Ticket } from './leases.ts';
import { EdgeQueue } from './lines/edge-queue.ts';
import type { Peer } from './peer.ts';
import { framedFault, messagesOf, readOf, transfersOf } from './requests.ts';
import { KeptResults } from './results.ts';
import type { LeasedBuses, SharedBus } from './share-source.ts';
import type { TraceFeed } from './traces/trace-feed.ts';

type Request = Asked<'i2c'> | Asked<'spi'> | Asked<'deselect'> | Asked<'line'>;

/** What a request needs of the host. */
export interface Carrier {
  readonly buses: readonly SharedBus[];
  /** A request has come: the lease that its session has by this fence lasts for its TTL again. @throws {BusFault} `EACCES` */
  admit(session: Session, fence: number, bus: string): Lease;
  /** The same when it is the request's turn: that is no sign of its user, who may have gone. @throws {BusFault} `EACCES` */
  check(session: Session, fence: number, bus: string): Lease;
  /** The way of a lease to the buses. */
  leased(lease: Lease): LeasedBuses;
  /** A request of the lease is under way until `ended`. */
  running(lease: Lease, ended: Promise<void>): void;
}

/**
 * One user, over all streams that it comes by: its requests, and their results, which are kept for as long as its lease
 * lasts.
 */
export class Session {
  readonly who: string;
  readonly results = new KeptResults();
  /** Of the lines that it watches. */
  readonly edges = new EdgeQueue((frame) => this.peer?.news(frame) === true);
  /** Requests that nobody waits for any more. */
  readonly #cancelled = new Set<number>();
  peer: Peer | undefined;
  /** What it watches. */
  feed: TraceFeed | undefined;
  lease: Lease | undefined;
  /** Its place in the queue. */
  ticket: Ticket | undefined;

  constructor(who: string) {
    this.who = who;
  }

  /** There is room for what it did not ask for. */
  flush(): void {
    this.edges.flush();
    this.feed?.look();
  }

  send(frame: Parameters<Peer['send']>[0]): void {
    this.peer?.send(frame);
  }

  /** Carries a request out, or answers what is known of it. @throws {BusFault} `EPROTO` too many at once */
  take(request: Request, carrier: Carrier): void {
    const { id } = request;
    const known = this.results.begin(id);
    if (known.state === 'running') return;
    if (known.state === 'done') {
      this.send(known.answer);
      return;
    }
    if (known.state === 'forgotten') {
      const fault = new BusFault(
        'EIO',
        `the outcome of request ${id} is not known any more; it was not repeated`,
      );
      this.send(doneFrame(id, { fault, received: [], queuedNs: 0, wireNs: 0 }));
      return;
    }
    if (this.results.running > IN_FLIGHT_MAX)
      throw new BusFault('EPROTO', `${IN_FLIGHT_MAX} requests are under way; wait for their ends`);
    const outcome = new Outcome(this, request, () => {
      if (this.#cancelled.has(id)) throw new BusFault('ECANCELED', 'its user waits no longer');
    });
    const end = (thrown?: unknown): void => {
      this.#cancelled.delete(id);
      const answer = outcome.end(thrown, carrier);
      this.results.end(id, answer);
      this.send(answer);
    };
    let done: MaybePromise<void>;
    try {
      done = outcome.carryOut(carrier);
    } catch (thrown) {
      end(thrown);
      return;
    }
    if (done === undefined) end();
    else void done.then(() => end(), end);
  }

  cancel(id: number): void {
    if (this.results.isRunning(id)) this.#cancelled.add(id);
  }
}

/** One request on its way to the wire and back. */
class Outcome {
  readonly #session: Session;
  readonly #request: Request;
  readonly #checkWanted: () => void;
  readonly #arrivedMs = performance.now();
  #turnMs: number | undefined;
  #received: () => readonly Uint8Array[] = () => [];

  constructor(session: Session, request: Request, checkWanted: () => void) {
    this.#session = session;
    this.#request = request;
    this.#checkWanted = checkWanted;
  }

  /** @throws {BusFault} what it is refused for, or ends with */
  carryOut(carrier: Carrier): MaybePromise<void> {
    const request = this.#request;
    const bus = carrier.buses[request.bus];
    if (bus === undefined) throw new BusFault('ENOENT', `not found: bus ${request.bus}`);
    const lease = carrier.admit(this.#session, request.fence, bus.name);
    const admit = (): void => {
      carrier.check(this.#session, request.fence, bus.name);
      this.#checkWanted();
      const now = performance.now();
      if ((now - this.#arrivedMs) * 1e6 > request.leftNs)
        throw new BusFault('ETIMEDOUT', 'its time was over before its turn');
      this.#turnMs ??= now;
    };
    lease.transfers++;
    const done = this.#run(carrier.leased(lease), bus, admit);
    if (done !== undefined) carrier.running(lease, done);
    return done;
  }

  #run(leased: LeasedBuses, bus: SharedBus, admit: () => void): MaybePromise<void> {
    const request = this.#request;
    if (request.kind === 'i2c') {
      if (bus.i2c === undefined) throw new BusFault('EINVAL', `${bus.name} is no I2C bus`);
      const messages = messagesOf(request);
      this.#received = () => readOf(messages);
      return leased.i2c(bus, messages, admit);
    }
    if (request.kind === 'line') return this.#line(leased, bus, request, admit);
    if (bus.spi === undefined) throw new BusFault('EINVAL', `${bus.name} is no SPI bus`);
    if (request.kind === 'deselect') return leased.deselect(bus, admit);
    const transfers = transfersOf(request, bus);
    this.#received = () => transfers.flatMap(({ rx }) => rx ?? []);
    return leased.spi(bus, request.chipSelect, request.mode, transfers, request.continues, admit);
  }

  #line(
    leased: LeasedBuses,
    bus: SharedBus,
    { line, action }: Asked<'line'>,
    admit: () => void,
  ): MaybePromise<void> {
    const count = bus.lines?.length ?? 0;
    if (line >= count)
      throw new BusFault('EINVAL', `invalid line ${line}: ${bus.name} has ${count} GPIO lines`);
    if (action > LINE_ACTION.UNWATCH) throw new BusFault('EINVAL', `invalid action ${action} of a line`);
    const { edges } = this.#session;
    const tell = (high: boolean | undefined): void => {
      if (high !== undefined) this.#received = () => [Uint8Array.of(high ? 1 : 0)];
    };
    const done = leased.line(bus, line, action, edges.of(this.#request.bus), admit);
    if (done instanceof Promise) return done.then(tell);
    tell(done);
    return undefined;
  }

  end(thrown: unknown, carrier: Carrier): Told<'done'> {
    const now = performance.now();
    const turnMs = this.#turnMs ?? now;
    const fault = thrown === undefined ? undefined : this.#why(BusFault.from(thrown), carrier);
    return doneFrame(this.#request.id, {
      fault,
      received: fault === undefined ? this.#received() : [],
      queuedNs: (turnMs - this.#arrivedMs) * 1e6,
      wireNs: (now - turnMs) * 1e6,
    });
  }

  /** What waited is cancelled at the end of a lease: then that is the reason. */
  #why(fault: BusFault, carrier: Carrier): BusFault {
    const bus = carrier.buses[this.#request.bus]?.name;
    if (fault.code !== 'ECANCELED' || bus === undefined) return fault;
    try {
      carrier.check(this.#session, this.#request.fence, bus);
      return fault;
    } catch (thrown) {
      return BusFault.from(thrown);
    }
  }
}

type Ended = Omit<Told<'done'>, 'kind' | 'id' | 'fault'> & { readonly fault: BusFault | undefined };

/** Field by field, as `RemoteSession.transfer` says. */
function doneFrame(id: number, { fault, received, queuedNs, wireNs }: Ended): Told<'done'> {
  return { kind: 'done', id, fault: fault && framedFault(fault), received, queuedNs, wireNs };
}
