import { acceptUnix, type FileDescriptor, listenUnix, OsError, POLL } from '../../os/index.ts';
import type { EventLoop } from '../vhost-user/event-loop.ts';
import { removerOf, removeStaleSocket } from '../vhost-user/server/socket-file.ts';
import { Calendar, type Telling, type TimeGate, type Traveller, type VirtualClock } from './calendar.ts';
import { OP, TimeLink, TimeLinkError, type TimeMessage } from './time-link.ts';

/** How many messages are taken before others have their turn. */
const MESSAGES_PER_TURN = 64;
const NS_PER_MS = 1_000_000n;

/**
 * The clock of a User-Mode Linux that was started with `time-travel=ext:SOCKET`: one guest at a time, at a socket. Its
 * time is that of a clock here (`Calendar`).
 */
export class TimeServer {
  readonly #loop: EventLoop;
  readonly #clock: VirtualClock;
  readonly #calendar: Calendar;
  readonly #log: (sentence: string) => void;
  readonly #listener: FileDescriptor;
  readonly #unwatch: () => void;
  readonly #removePath: () => void;
  #guest: TimeGuest | undefined;
  #hadGuest = false;

  /**
   * Listens at `path`, for its owner only.
   * @param log told who comes and goes, and why @throws {OsError} the socket cannot be made
   */
  constructor(path: string, loop: EventLoop, clock: VirtualClock, log: (sentence: string) => void) {
    this.#loop = loop;
    this.#clock = clock;
    this.#log = log;
    this.#calendar = new Calendar(
      clock,
      () => loop.isWorking,
      (work) => loop.defer(work),
    );
    removeStaleSocket(path);
    this.#listener = listenUnix(path);
    this.#removePath = removerOf(path);
    this.#unwatch = loop.watch(this.#listener.fd, POLL.IN, () => this.#accept());
    loop.addService(this.#calendar);
  }

  /** Whether a guest has ever come. */
  get hadGuest(): boolean {
    return this.#hadGuest;
  }

  /** Tells the guest something that happens now: at its time, when it waits. */
  readonly tell = (tell: Telling): void => this.#calendar.tell(tell);

  /** Says how far time may go; undefined: as far as the guest wants. */
  setGate(gate: TimeGate | undefined): void {
    this.#calendar.gate = gate;
    this.#calendar.touched();
    this.#calendar.resume();
  }

  close(): void {
    this.#unwatch();
    this.#guest?.close('the board was closed');
    this.#loop.removeService(this.#calendar);
    this.#listener.close();
    this.#removePath();
  }

  #accept(): void {
    const socket = this.#next();
    if (socket === undefined) return;
    if (this.#guest !== undefined) {
      socket.close();
      this.#log('time: refused a second guest: one guest at a time has the board in virtual time');
      return;
    }
    this.#hadGuest = true;
    this.#guest = new TimeGuest(socket, this.#loop, this.#clock, this.#calendar, (reason) => {
      this.#guest = undefined;
      this.#log(`time: connection ended: ${reason}`);
    });
  }

  #next(): FileDescriptor | undefined {
    try {
      return acceptUnix(this.#listener.fd);
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      this.#log(`time: cannot accept a connection: ${error.message}`);
      return undefined;
    }
  }
}

/** One guest, as it talks of time. Its own time began at 0 when it came. */
class TimeGuest implements Traveller {
  readonly #link: TimeLink;
  readonly #clock: VirtualClock;
  readonly #calendar: Calendar;
  readonly #unwatch: () => void;
  readonly #onClose: (reason: string) => void;
  /** The board's time at the guest's 0. */
  readonly #origin: number;
  #isStarted = false;
  #isWaiting = false;
  #isOpen = true;
  /** The guest's own time, and until when it waits. */
  #time = 0n;
  #request: bigint | undefined;
  /** What it last said that it is (UPDATE). */
  #told: bigint | undefined;
  /** It may go on by itself to any time before this one. */
  #freeUntil = 0n;
  #sequence = 0;
  #unacknowledged = 0;

  constructor(
    socket: FileDescriptor,
    loop: EventLoop,
    clock: VirtualClock,
    calendar: Calendar,
    onClose: (reason: string) => void,
  ) {
    this.#link = new TimeLink(socket);
    this.#clock = clock;
    this.#calendar = calendar;
    this.#onClose = onClose;
    this.#origin = clock.now();
    this.#unwatch = loop.watch(this.#link.fd, POLL.IN, () => this.#readable());
    calendar.enter(this);
  }

  get request(): number {
    return this.#request === undefined ? Number.POSITIVE_INFINITY : this.#origin + Number(this.#request);
  }

  run(until: number): void {
    this.#isWaiting = false;
    if (this.#request !== undefined) this.#time = this.#request;
    this.#request = undefined;
    // At the time that it said last, it asks devices without saying it again: then its leave could not be taken back.
    this.#freeUntil = this.#time === this.#told ? this.#time : this.#own(until);
    const run = this.#say(OP.RUN, this.#time);
    if (this.#freeUntil > this.#time) this.#send(this.#say(OP.FREE_UNTIL, this.#freeUntil), run);
    else this.#send(run);
  }

  wakeAt(now: number): void {
    const time = this.#own(now);
    const most = this.#request ?? time;
    if (time > this.#time) this.#time = time < most ? time : most;
  }

  close(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#unwatch();
    this.#link.close();
    this.#calendar.leave();
    this.#onClose(reason);
  }

  /** A time of the board, as the guest counts. */
  #own(time: number): bigint {
    return BigInt(Math.max(0, Math.round(time - this.#origin)));
  }

  #readable(): void {
    try {
      for (let taken = 0; taken < MESSAGES_PER_TURN && this.#isOpen; taken++) {
        const message = this.#link.receive();
        if (message === undefined) return;
        if (message === 'ended') this.close('the guest has ended');
        else this.#take(message);
      }
    } catch (error) {
      if (!(error instanceof TimeLinkError || error instanceof OsError)) throw error;
      this.close(error.message);
    }
  }

  /** @throws {TimeLinkError} the guest breaks the protocol */
  #take({ op, seq, time }: TimeMessage): void {
    if (op === OP.ACK) {
      if (this.#unacknowledged-- === 0) throw new TimeLinkError('unexpected ACK');
      return;
    }
    if (this.#isStarted === (op === OP.START))
      throw new TimeLinkError(this.#isStarted ? 'unexpected START' : 'expected START first');
    if (op === OP.UPDATE) {
      this.#update(time, seq);
      return;
    }
    this.#obey(op, time);
    const answers: Partial<Record<number, bigint>> = {
      [OP.GET]: this.#time,
      [OP.GET_TOD]: BigInt(Math.round(this.#clock.wall())) * NS_PER_MS,
    };
    this.#link.send({ op: OP.ACK, seq, time: answers[op] ?? 0n });
    if (op === OP.WAIT) this.#calendar.wait();
    if (op === OP.REQUEST) this.#calendar.resume();
  }

  /** @throws {TimeLinkError} */
  #obey(op: number, time: bigint): void {
    switch (op) {
      case OP.START:
        this.#isStarted = true;
        break;
      case OP.REQUEST:
        if (time < this.#time) throw new TimeLinkError(`REQUEST of ${time} ns: it is ${this.#time} ns`);
        this.#request = time;
        break;
      case OP.WAIT:
        if (this.#isWaiting) throw new TimeLinkError('unexpected WAIT: it waits already');
        this.#isWaiting = true;
        this.#latest();
        break;
      case OP.GET:
      case OP.GET_TOD:
        break;
      default:
        throw new TimeLinkError(`unknown operation ${op}`);
    }
  }

  /**
   * A guest that had leave to go on by itself does not say how far it went when it waits. What it is told then comes at the
   * latest time that it may have: Linux ends where time goes backwards.
   */
  #latest(): void {
    const last = this.#freeUntil - 1n;
    const most = this.#request ?? last;
    if (last > this.#time) this.#time = last < most ? last : most;
  }

  /**
   * The guest says what time it is for it, before it asks a device for anything: from now on it goes on by itself no more,
   * since the answer may come sooner than it has leave for.
   */
  #update(time: bigint, seq: number): void {
    if (time !== this.#time && (this.#isWaiting || time < this.#time || time >= this.#freeUntil))
      throw new TimeLinkError(`UPDATE to ${time} ns: it is ${this.#time} ns`);
    this.#time = this.#told = time;
    this.#calendar.catchUp(this.#origin + Number(time));
    const isFree = this.#freeUntil > time;
    this.#freeUntil = time;
    const acknowledge = { op: OP.ACK, seq, time: 0n };
    if (isFree) this.#link.send(this.#say(OP.FREE_UNTIL, time), acknowledge);
    else this.#link.send(acknowledge);
  }

  /** A message of our own, which the guest acknowledges. */
  #say(op: number, time: bigint): TimeMessage {
    this.#unacknowledged++;
    return { op, seq: ++this.#sequence, time };
  }

  #send(...messages: readonly TimeMessage[]): void {
    try {
      this.#link.send(...messages);
    } catch (error) {
      if (!(error instanceof TimeLinkError || error instanceof OsError)) throw error;
      this.close(error.message);
    }
  }
}
