import type { Service } from '../vhost-user/event-loop.ts';

const MS = 1e6;
/** How far a guest may go on by itself: so much at least, then this share of the time since it last did anything here. */
const LEAST_WINDOW = 10 * MS;
const WINDOW_SHARE = 1 / 10;
/** The same where somebody looks whether time goes on: who waits for a command of the guest learns of its end by so much early or late. */
const GATED_SHARE = 1 / 1000;
const LONGEST_WINDOW = 10_000 * MS;
/** How long the clock is moved before others have their turn, and when it is tried again while a transfer is under way. */
const TURN_MS = 5;
const RETRY_MS = 1;

/** The time that a guest and a board share, in ns. */
export interface VirtualClock {
  now(): number;
  /** In ms since 1970. */
  wall(): number;
  /** When something is due on the board; infinite: never. */
  readonly nextDue: number;
  advance(ns: number): void;
}

/** Says how far time may go, while somebody wants to say it. */
export interface TimeGate {
  /** In ns of the board's clock; asked whenever the guest waits. */
  limit(): number;
  /** Called when the guest waits for a time that is behind the limit. */
  reached(): void;
}

/** A guest that runs in the time of a calendar. Times are those of the board's clock, in ns. */
export interface Traveller {
  /** Until when it waits; infinite: for something from outside. */
  readonly request: number;
  /** Lets it run at the time that it waits for, and from there up to before `until` by itself. */
  run(until: number): void;
  /** It waits, and now it is `now`: it may be told something. */
  wakeAt(now: number): void;
}

/** Tells a guest something; it calls `heard` when the guest has taken notice. */
export type Telling = (heard: () => void) => void;

/**
 * Whose turn it is, between a board with a clock that only moves when it is moved, and a guest whose clock is moved from
 * outside. While the guest runs, time stands. When it waits, time goes on to what comes first: what it waits for, or
 * what is due on the board. What the board tells it (used buffers, interrupts) it hears at the time when that happened,
 * which is after the bits of a transfer. While a transfer waits for an adapter, time stands.
 */
export class Calendar implements Service {
  readonly busy = false;
  due = Number.POSITIVE_INFINITY;
  /** Who says how far time may go; undefined: nobody. */
  gate: TimeGate | undefined;
  readonly #clock: VirtualClock;
  readonly #isWorking: () => boolean;
  readonly #defer: (work: () => void) => void;
  readonly #tellings: { readonly at: number; readonly tell: Telling }[] = [];
  #traveller: Traveller | undefined;
  #waits = false;
  #isMoving = false;
  #unheard = 0;
  /** When the guest last did something here, and when it last ran: it may be behind the board. */
  #quietSince = 0;
  #ranAt = 0;

  /**
   * @param isWorking whether a transfer is under way
   * @param defer does work when what runs now has returned
   */
  constructor(clock: VirtualClock, isWorking: () => boolean, defer: (work: () => void) => void) {
    this.#clock = clock;
    this.#isWorking = isWorking;
    this.#defer = defer;
  }

  /** One guest at a time. */
  get isTaken(): boolean {
    return this.#traveller !== undefined;
  }

  enter(traveller: Traveller): void {
    this.#traveller = traveller;
    this.#waits = false;
    this.#ranAt = this.#clock.now();
    this.touched();
  }

  /** The guest has gone: time stands, and nobody is to be told anything later. */
  leave(): void {
    this.#traveller = undefined;
    this.#waits = false;
    this.due = Number.POSITIVE_INFINITY;
    for (const { tell } of this.#tellings.splice(0)) tell(() => {});
  }

  /** The guest waits for its `request`. */
  wait(): void {
    this.#waits = true;
    this.#goOn();
  }

  /** The guest does something here: it is looked after closely for a while. */
  touched(): void {
    this.#quietSince = this.#ranAt;
  }

  /** The guest, which went on by itself, is at `now`. */
  catchUp(now: number): void {
    if (now > this.#clock.now()) this.#clock.advance(now - this.#clock.now());
    this.#ranAt = now;
    this.touched();
  }

  /** Looks again: the gate says something else now, or the guest's request has changed. */
  resume(): void {
    if (this.#waits) this.#defer(() => this.#goOn());
  }

  /** Tells the guest something that happens now, when it waits and its time has come. */
  tell(tell: Telling): void {
    if (this.#traveller === undefined) {
      tell(() => {});
      return;
    }
    this.#tellings.push({ at: this.#clock.now(), tell });
    if (!this.#isMoving) this.resume();
  }

  serve(): boolean {
    this.#goOn();
    return true;
  }

  #goOn(): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    this.due = Number.POSITIVE_INFINITY;
    try {
      this.due = this.#move();
    } finally {
      this.#isMoving = false;
    }
  }

  /** @returns when to look again, in ms of `performance.now()` */
  #move(): number {
    const clock = this.#clock;
    const end = performance.now() + TURN_MS;
    for (let steps = 1; this.#traveller !== undefined && this.#waits && this.#unheard === 0; steps++) {
      if (this.#isWorking()) return performance.now() + RETRY_MS;
      const { request } = this.#traveller;
      const limit = this.gate?.limit() ?? Number.POSITIVE_INFINITY;
      const next = Math.min(request, this.#tellings[0]?.at ?? request);
      const stop = Math.min(next, limit, Math.max(clock.nextDue, clock.now()));
      if (stop === Number.POSITIVE_INFINITY) break;
      if (clock.now() < Math.min(next, limit)) {
        clock.advance(stop - clock.now());
        if (steps % 64 === 0 && performance.now() > end) return performance.now();
        continue;
      }
      if (next > limit) {
        this.gate?.reached();
        break;
      }
      if (this.#tellings[0]?.at === next) this.#tellAt(next, this.#traveller);
      else this.#run(this.#traveller, limit);
    }
    return Number.POSITIVE_INFINITY;
  }

  #tellAt(now: number, traveller: Traveller): void {
    traveller.wakeAt(now);
    this.#ranAt = now;
    this.touched();
    while (this.#tellings.length > 0 && (this.#tellings[0] as { at: number }).at <= now) {
      const telling = this.#tellings.shift();
      let isHeard = false;
      this.#unheard++;
      telling?.tell(() => {
        if (isHeard) return;
        isHeard = true;
        this.#unheard--;
        if (this.#unheard === 0 && !this.#isMoving) this.resume();
      });
    }
  }

  #run(traveller: Traveller, limit: number): void {
    const now = traveller.request;
    const share = this.gate === undefined ? WINDOW_SHARE : GATED_SHARE;
    const window = Math.min(LONGEST_WINDOW, Math.max(LEAST_WINDOW, (now - this.#quietSince) * share));
    const first = this.#tellings[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#waits = false;
    this.#ranAt = now;
    // Nothing is due on the board before the time that it has.
    const leave = Math.max(now + window, this.#clock.now());
    traveller.run(Math.min(this.#clock.nextDue, first, limit, leave));
  }
}
