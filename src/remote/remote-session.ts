import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { aborted, BusFault } from '../bus/index.ts';
import { FrameCutter } from './frame-cutter.ts';
import {
  type Asked,
  type AskedFrame,
  decodeTold,
  FRAME_MAX,
  IN_FLIGHT_MAX,
  MAGIC,
  type Told,
  type ToldFrame,
  VERSION,
} from './frames.ts';
import { HeldLease } from './held-lease.ts';
import { HostClock } from './lines/host-clock.ts';
import { Outbox } from './outbox.ts';
import type { RemoteOptions } from './remote-options.ts';
import { faultOf } from './requests.ts';

/** How long a host may take to greet, and to answer what needs no wire, in ms. */
const GREETING_LIMIT_MS = 10_000;
/** How long a host that was lost is looked for, for the sake of a request whose answer was lost, in ms. */
const RESUME_LIMIT_MS = 3000;
const RESUME_INTERVAL_MS = 50;

/** What a request is without its number, its fence and its time. */
export type Request =
  | Without<Asked<'i2c'>>
  | Without<Asked<'spi'>>
  | Without<Asked<'deselect'>>
  | Without<Asked<'line'>>;
type Without<Frame> = Omit<Frame, 'id' | 'fence' | 'leftNs'>;
/** How a lease is asked for. */
export type LeaseWish = Omit<Asked<'acquire'>, 'kind' | 'id'>;

interface Pending {
  readonly frame: AskedFrame & { readonly id: number };
  readonly resolve: (told: ToldFrame) => void;
  readonly reject: (fault: BusFault) => void;
  /** Its outcome may be asked for again when the stream was lost. */
  readonly isTransfer: boolean;
  readonly sentMs: number;
}

/** A user's end: one session with the host of a board, over one stream after another. */
export class RemoteSession {
  readonly #options: RemoteOptions;
  readonly #session = randomUUID();
  readonly #clock = new HostClock();
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #stream: Duplex | undefined;
  /** Of the stream that there is. */
  #outbox: Outbox | undefined;
  #welcome: ((told: Told<'welcome'>) => void) | undefined;
  #failWelcome: ((fault: BusFault) => void) | undefined;
  #greeting: Told<'welcome'> | undefined;
  readonly #held = new HeldLease((fence) => {
    if (this.#stream === undefined) return false;
    this.#send({ kind: 'renew', fence });
    return true;
  });
  /** Requests that nobody waits for any more, and that the host has not answered. */
  readonly #given = new Set<number>();
  #resuming: Promise<void> | undefined;
  /** Why it cannot be used any more. */
  #over: BusFault | undefined;

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  /** What the host said when it was met last. */
  get greeting(): Told<'welcome'> {
    if (this.#greeting === undefined) throw this.#gone();
    return this.#greeting;
  }

  /** Of its lease; 0 while it has none. */
  get fence(): number {
    return this.#held.fence;
  }

  /** The name of its lease, by which others take part in it. */
  get leaseName(): string {
    return this.#held.name;
  }

  /** Meets the host. @throws {BusFault} `ENODEV` not there, `EACCES`, `EPROTO` */
  async connect(): Promise<Told<'welcome'>> {
    const stream = await this.#options.open();
    if (this.#over !== undefined) {
      stream.destroy();
      throw this.#over;
    }
    const limit = setTimeout(
      () => this.#lost(stream, `${this.#options.name} did not answer within ${GREETING_LIMIT_MS / 1000} s`),
      GREETING_LIMIT_MS,
    );
    try {
      const sentMs = performance.now();
      const told = await new Promise<Told<'welcome'>>((resolve, reject) => {
        this.#welcome = resolve;
        this.#failWelcome = reject;
        this.#listen(stream);
        const { who, token = '', lease = '' } = this.#options;
        const [magic, version, session] = [MAGIC, VERSION, this.#session];
        this.#send({ kind: 'hello', magic, version, session, who, token, lease });
      });
      this.#greeting = told;
      this.#clock.heard(told.nowNs, sentMs);
      return told;
    } finally {
      clearTimeout(limit);
      this.#welcome = undefined;
      this.#failWelcome = undefined;
    }
  }

  /** Takes the lease that `RemoteOptions.lease` names. @returns whether there was one */
  takePart(): boolean {
    const { fence, ttlMs } = this.greeting;
    if (fence === 0) return false;
    this.#held.begin(fence, this.#options.lease ?? '', ttlMs, ttlMs);
    return true;
  }

  /** Asks for a lease, and renews it from then on. @throws {BusFault} `EBUSY` others have it */
  async acquire(wish: LeaseWish): Promise<void> {
    const told = await this.#ask({ kind: 'acquire', id: ++this.#lastId, ...wish });
    if (told.kind !== 'granted') throw unexpected(told);
    this.#held.begin(told.fence, told.lease, wish.ttlMs, wish.graceMs);
  }

  /** Leases, and who waits. */
  async list(): Promise<Told<'leases'>> {
    const told = await this.#ask({ kind: 'list', id: ++this.#lastId });
    if (told.kind !== 'leases') throw unexpected(told);
    return told;
  }

  /**
   * Is told of what happens from now on (`RemoteOptions.onHappened`), for as long as the stream lasts.
   * @returns what records are of @throws {BusFault} `ENOENT` the board does not have what is to be watched, `EBUSY`
   */
  async watch(parts: readonly string[], buses: readonly string[]): Promise<Told<'watching'>> {
    const told = await this.#ask({ kind: 'watch', id: ++this.#lastId, parts, buses });
    if (told.kind !== 'watching') throw unexpected(told);
    return told;
  }

  /** Nothing is heard until `resume`: the host keeps little of it, and counts what is lost. */
  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  /** Gives the lease back. */
  async release(fence = this.#held.fence): Promise<void> {
    if (fence === this.#held.fence) this.#held.end();
    await this.#ask({ kind: 'release', id: ++this.#lastId, fence });
  }

  /**
   * Carries out one request on the host. When the stream is lost meanwhile, the outcome is asked for again, by the number of
   * the request, on a new one: the host answers what it knows and repeats nothing.
   * @param leftNs how long the caller waits
   * @throws {BusFault} the host's faults; `EACCES` the lease has ended; `EIO` the outcome is not known; `ENODEV`; `signal`'s
   */
  async transfer(request: Request, leftNs: number, signal?: AbortSignal): Promise<Told<'done'>> {
    if (this.#resuming !== undefined) await this.#resuming;
    if (this.#over !== undefined) throw this.#over;
    if (signal?.aborted) throw aborted(signal);
    if (this.#held.isDoubtful)
      throw new BusFault(
        'EACCES',
        'the lease may have ended: the host did not renew it in time; open the board again for a new one',
      );
    if (this.#pending.size + this.#given.size >= IN_FLIGHT_MAX)
      throw new BusFault('EAGAIN', `${IN_FLIGHT_MAX} requests are under way`);
    const id = ++this.#lastId;
    // Not by spreading: V8 takes 12 µs for that where numbers with fractions follow.
    const frame = Object.assign({ id, fence: this.#held.fence, leftNs }, request);
    const told = await this.#ask(frame, true, signal);
    if (told.kind !== 'done') throw unexpected(told);
    return told;
  }

  /** Gives the lease back and ends the stream. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream !== undefined && this.#held.fence !== 0 && this.#options.lease === undefined)
      await this.release().catch(() => {});
    this.#over ??= new BusFault('ENODEV', `${this.#options.name} was closed`);
    this.#held.end();
    this.#outbox?.flush();
    this.#stream = undefined;
    this.#failAll(this.#over, this.#over);
    if (stream === undefined) return;
    stream.end();
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => stream.destroy(), 200);
      stream.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      if (stream.destroyed) resolve();
    });
  }

  #ask(frame: Pending['frame'], isTransfer = false, signal?: AbortSignal): Promise<ToldFrame> {
    return new Promise((resolve, reject) => {
      if (this.#stream === undefined) {
        reject(this.#gone());
        return;
      }
      // What is too long for a frame ends here, before anything waits for it.
      this.#outbox?.write(frame);
      const onAbort = (): void => {
        this.#pending.delete(frame.id);
        this.#given.add(frame.id);
        this.#send({ kind: 'cancel', id: frame.id });
        reject(aborted(signal as AbortSignal));
      };
      const end = (): void => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(frame.id, {
        frame,
        isTransfer,
        sentMs: performance.now(),
        resolve: (told) => {
          end();
          resolve(told);
        },
        reject: (fault) => {
          end();
          reject(fault);
        },
      });
    });
  }

  #send(frame: AskedFrame): void {
    if (this.#stream !== undefined) this.#outbox?.write(frame);
  }

  #listen(stream: Duplex): void {
    const cutter = new FrameCutter(FRAME_MAX);
    this.#stream = stream;
    this.#outbox = new Outbox(stream);
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const frame of cutter.feed(chunk)) this.#hear(stream, decodeTold(frame));
      } catch (thrown) {
        this.#lost(stream, `it does not speak as a dtbus share: ${BusFault.from(thrown).sentence}`, 'EPROTO');
      }
    });
    stream.on('error', (error) => this.#lost(stream, error.message));
    stream.on('end', () => this.#lost(stream, 'the host closed the connection'));
    stream.on('close', () => this.#lost(stream, 'the connection is closed'));
  }

  #hear(stream: Duplex, told: ToldFrame): void {
    if (stream !== this.#stream) return;
    switch (told.kind) {
      case 'welcome':
        this.#welcome?.(told);
        return;
      case 'refused':
        this.#refused(stream, faultOf(told.fault));
        return;
      case 'lost':
        if (told.fence === this.#held.fence) this.#leaseLost(told.reason);
        return;
      case 'queued':
        this.#options.onQueued?.(told);
        return;
      case 'granted':
        if (told.id === 0) {
          const sentMs = this.#held.renewed();
          if (sentMs !== undefined) this.#clock.heard(told.nowNs, sentMs);
          return;
        }
        this.#settle(told);
        return;
      case 'edge':
        this.#options.onEdge?.(told, this.#clock.here(told.atNs));
        return;
      case 'happened':
        this.#options.onHappened?.(told.records, told.lost);
        return;
      case 'done':
      case 'leases':
      case 'watching':
        this.#settle(told);
        return;
    }
  }

  #settle(told: Told<'granted'> | Told<'done'> | Told<'leases'> | Told<'watching'>): void {
    const pending = this.#pending.get(told.id);
    this.#given.delete(told.id);
    if (pending === undefined) return;
    this.#pending.delete(told.id);
    if (pending.isTransfer) this.#held.lives(pending.sentMs);
    if (told.kind === 'done' && told.fault !== undefined) pending.reject(faultOf(told.fault));
    else pending.resolve(told);
  }

  /** From now on transfers are refused, by the host too. */
  #leaseLost(reason: string): void {
    this.#held.lost();
    this.#options.onLost?.(reason);
  }

  #refused(stream: Duplex, fault: BusFault): void {
    this.#failWelcome?.(fault);
    this.#over = fault;
    this.#failAll(fault, fault);
    this.#lost(stream, fault.sentence);
  }

  /** The stream has ended: what was asked for is asked again on a new one, where the host knows the lease. */
  #lost(stream: Duplex, why: string, code: 'ENODEV' | 'EPROTO' = 'ENODEV'): void {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    this.#held.cutOff();
    this.#given.clear();
    stream.destroy();
    this.#options.onEnd?.();
    const fault = new BusFault(code, `${this.#options.name}: ${why}`);
    this.#failWelcome?.(fault);
    for (const [id, pending] of this.#pending) {
      if (pending.isTransfer) continue;
      this.#pending.delete(id);
      pending.reject(fault);
    }
    if (this.#over !== undefined || this.#held.fence === 0 || this.#resuming !== undefined) return;
    this.#resuming = this.#resume(fault).finally(() => {
      this.#resuming = undefined;
    });
  }

  async #resume(lost: BusFault): Promise<void> {
    const giveUp = performance.now() + Math.min(RESUME_LIMIT_MS, this.#held.graceMs);
    for (;;) {
      try {
        const { fence } = await this.connect();
        if (fence !== this.#held.fence)
          throw new BusFault('EACCES', 'the host does not know the lease any more');
        if (this.#stream === undefined) throw new BusFault('ENODEV', lost.sentence);
        for (const { frame } of this.#pending.values()) this.#send(frame);
        return;
      } catch (thrown) {
        const fault = BusFault.from(thrown);
        if (this.#over === undefined && fault.code === 'ENODEV' && performance.now() < giveUp) {
          await new Promise((resolve) => setTimeout(resolve, RESUME_INTERVAL_MS));
          continue;
        }
        this.#over ??= new BusFault('ENODEV', fault.code === 'ENODEV' ? lost.sentence : fault.sentence);
        this.#failAll(lost, fault);
        this.#stream?.destroy();
        this.#stream = undefined;
        return;
      }
    }
  }

  /** Ends what was asked for by `fault`; of a transfer nobody knows then whether it was carried out. */
  #failAll({ sentence }: BusFault, fault: BusFault): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    const unknown = new BusFault('EIO', `the outcome is not known, and it was not repeated: ${sentence}`);
    for (const pending of all) pending.reject(pending.isTransfer ? unknown : fault);
  }

  #gone(): BusFault {
    return this.#over ?? new BusFault('ENODEV', `${this.#options.name} is not connected`);
  }
}

function unexpected({ kind }: ToldFrame): BusFault {
  return new BusFault('EPROTO', `unexpected answer of the host: ${kind}`);
}
