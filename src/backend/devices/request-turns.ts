import { BusFault } from '../../bus/index.ts';
import type { DeviceQueue } from '../../virtio/index.ts';
import { REQUESTS_PER_TURN, reschedule } from './reschedule.ts';

/** A step has answered requests. */
export const ANSWERED = -1;
/** A step has taken a request whose answer comes later. */
export const COLLECTED = -2;

/** So many bytes of one ring are carried before the others have their turn: one long message, 0.8 ms of a simulated part. */
const BYTES_PER_TURN = 1 << 16;
/**
 * From so many bytes on it is looked at how long a turn takes: not for one message of spidev, 4 KiB. Where the clock is a
 * system call, in User-Mode Linux, a look takes 14 µs.
 */
const LONG_BYTES = 1 << 13;
/** A guest whose turn was long rests as long, where others are there; never longer than this. */
const MAX_REST_MS = 5;

/**
 * The requests of a bus's ring, one transfer at a time: work for one turn, waiting for what an adapter does
 * later, and a reset meanwhile.
 */
export class RequestTurns {
  /** Raised by a reset: what was under way before it must not touch the queues of after. */
  epoch = 0;
  #queue: DeviceQueue | undefined;
  #notify: (queue: number) => void = () => {};
  #running = false;
  #bytes = 0;
  /** When the present turn became long, in ms of `performance.now()`. */
  #longSince = 0;
  /** No turn begins before, in ms of `performance.now()`; 0: at any time. */
  #restsUntil = 0;
  /** How often the clients had changed when the last long turn ended. */
  #changes = 0;
  readonly #processQueue: () => number;
  readonly #clients: { readonly clientChanges: number };

  /**
   * @param processQueue the device's, for requests that came while a transfer was waited for
   * @param clients tells whether others use the buses too
   */
  constructor(processQueue: () => number, clients: { readonly clientChanges: number }) {
    this.#processQueue = processQueue;
    this.#clients = clients;
  }

  /** A transfer is waited for. */
  get running(): boolean {
    return this.#running;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queue = queues[0];
    this.#notify = notify;
  }

  reset(): void {
    this.epoch++;
    this.#queue = undefined;
    this.#notify = () => {};
    this.#running = false;
    this.#restsUntil = 0;
  }

  /** Counts bytes of the present turn. */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#longSince === 0 && this.#bytes >= LONG_BYTES) this.#longSince = performance.now();
  }

  /**
   * One turn: calls `step` until it has nothing to do, a transfer has to be waited for, or others shall have theirs.
   * @param step gives `ANSWERED`, `COLLECTED`, or when to look again, in ms of `performance.now()`
   * @returns when the turn after this one is due; infinite: at the next kick
   */
  take(step: (queue: DeviceQueue) => number): number {
    const queue = this.#queue;
    if (queue === undefined || this.#running) return Number.POSITIVE_INFINITY;
    if (this.#restsUntil !== 0 && performance.now() < this.#restsUntil) return this.#restsUntil;
    let used = false;
    let due = Number.POSITIVE_INFINITY;
    this.#bytes = this.#longSince = this.#restsUntil = 0;
    for (let taken = 0; !this.#running; taken++) {
      if (taken === REQUESTS_PER_TURN || this.#bytes >= BYTES_PER_TURN) {
        due = performance.now();
        break;
      }
      const done = step(queue);
      if (done === ANSWERED) used = true;
      else if (done !== COLLECTED) {
        due = done;
        break;
      }
    }
    if (used) this.#notify(0);
    if (this.#bytes >= BYTES_PER_TURN) this.#rest();
    return Math.max(due, this.#restsUntil);
  }

  /**
   * Lets the others have as much time as a long turn took: who kicks again at once would else come between any two of
   * theirs. Who is alone needs no rest.
   */
  #rest(): void {
    const { clientChanges } = this.#clients;
    const isAlone = clientChanges === this.#changes;
    this.#changes = clientChanges;
    if (isAlone || this.#running) return;
    const now = performance.now();
    this.#restsUntil = now + Math.min(MAX_REST_MS, now - this.#longSince);
  }

  /**
   * Waits for a transfer, then goes on with what came meanwhile.
   * @param ended answers the transfer; not called after a reset
   * @param orphaned called in its place after a reset, where the transfer succeeded
   */
  waitFor(
    transfer: Promise<void>,
    ended: (fault: BusFault | undefined) => void,
    orphaned?: () => void,
  ): void {
    const { epoch } = this;
    this.#running = true;
    const resume = (fault: BusFault | undefined) => {
      if (epoch !== this.epoch) {
        if (fault === undefined) orphaned?.();
        return;
      }
      ended(fault);
      this.#running = false;
      this.#notify(0);
      reschedule(this.#processQueue(), this.#processQueue);
    };
    transfer.then(
      () => resume(undefined),
      (error) => resume(BusFault.from(error)),
    );
  }
}
