import { BusFault } from '../bus/index.ts';
import {
  AdaptiveSpin,
  type DmaAllocator,
  type DmaBuffer,
  DmaError,
  type DriverQueue,
  type VirtioTransport,
} from '../virtio/index.ts';

/** One descriptor chain of a request. */
export interface RequestChain {
  readonly readable: readonly DmaBuffer[];
  readonly writable: readonly DmaBuffer[];
}

/** Chains that are queued and kicked together and finished when the last of them is used. */
interface Request {
  readonly chains: readonly RequestChain[];
  /** The DMA block that all its pieces lie in; given back when the device is done with it. */
  readonly block: number;
}

/** A request on its way. */
interface Flight {
  readonly request: Request;
  /** Chains that the device still has. */
  left: number;
  state: 'waiting' | 'queued' | 'done' | 'failed';
  fault: BusFault | undefined;
  /** Nobody reads the result any more, but the device may still write into the block: freed when it is back. */
  abandoned: boolean;
  settle: (() => void) | undefined;
}

/** Node's own, also while a test's runner has put others in their place: a late answer is late by the machine. */
const { setTimeout, clearTimeout, setImmediate } = globalThis;
const now = performance.now.bind(performance);

/** How long a waiting thread polls the used ring before it sleeps, in microseconds. */
const SPIN_US = 50;
const POLLS_PER_LOOK = 16;
/** So many requests are answered in one turn of the event loop: who asks again and again would else keep it from turning. */
const REQUESTS_PER_TURN = 64;

/**
 * The way of a driver's requests over its queue: room for all of a request's chains or none, one kick, and
 * two ways to wait. Synchronous and asynchronous callers may be mixed; requests stay in order.
 *
 * Every wait has an end, unlike in Linux's drivers (i2c-virtio.c, spi-virtio.c): there a process that waits can be
 * killed, here a thread cannot. What the device still has then stays its own until it comes back, or the device is reset.
 */
export class RequestQueue {
  /** Asked why an answer is late. */
  lateReason: () => string | undefined = () => undefined;
  readonly #transport: VirtioTransport;
  readonly #index: number;
  readonly #queue: DriverQueue<Flight>;
  readonly #dma: DmaAllocator;
  readonly #spin: AdaptiveSpin;
  /** Not yet on the ring, for want of room. */
  readonly #waiting: Flight[] = [];
  /** Asynchronous callers that the pump wakes. */
  #listeners = 0;
  #pumping = false;
  /** Answered in the present turn of the event loop. */
  #inTurn = 0;
  readonly #turned = () => {
    this.#inTurn = 0;
  };
  /** Why nothing is taken any more. */
  #closed: BusFault | undefined;

  constructor(
    transport: VirtioTransport,
    index: number,
    queue: DriverQueue<Flight>,
    dma: DmaAllocator,
    spinUs: number = SPIN_US,
  ) {
    this.#transport = transport;
    this.#index = index;
    this.#queue = queue;
    this.#dma = dma;
    this.#spin = new AdaptiveSpin(spinUs);
  }

  /** Requests that somebody waits for without blocking. */
  get pending(): number {
    return this.#listeners;
  }

  /**
   * Queues the request and blocks until the device has used all of it; `read` then looks at the result,
   * before the block is given back. @throws {BusFault} `ETIMEDOUT`, `ENODEV`, `ESHUTDOWN`, or what `read` throws.
   */
  runSync(request: Request, timeoutMs: number, read: () => void): void {
    const flight = this.#submit(request);
    if (this.#queue.poll()) this.#harvest();
    if (!this.#settled(flight)) this.#waitSync(flight, timeoutMs);
    this.#wakePump();
    this.#conclude(flight, read);
  }

  /** The same without blocking. */
  async run(request: Request, timeoutMs: number, read: () => void): Promise<void> {
    const flight = this.#submit(request);
    // A back-end in this thread has answered: who sees that only when the event loop turns lets fake timers overtake it.
    if (this.#queue.poll()) this.#harvest();
    if (this.#settled(flight)) {
      if (this.#inTurn++ === 0) setImmediate(this.#turned);
      else if (this.#inTurn > REQUESTS_PER_TURN) await new Promise(setImmediate);
    } else {
      let timer: NodeJS.Timeout | undefined;
      this.#listeners++;
      await new Promise<void>((resolve) => {
        flight.settle = resolve;
        timer = setTimeout(resolve, timeoutMs);
        void this.#pump();
      });
      this.#listeners--;
      clearTimeout(timer);
      if (!this.#settled(flight)) this.#abandon(flight, timeoutMs);
    }
    this.#wakePump();
    this.#conclude(flight, read);
  }

  /**
   * The device was reset or is not to be believed: fails what it never finished, takes nothing more, and gives back the
   * memory, also of requests that nobody waits for any more.
   */
  close(fault: BusFault): void {
    this.#closed = fault;
    for (let flight = this.#queue.detachUnused(); flight !== undefined; flight = this.#queue.detachUnused()) {
      flight.left--;
      if (flight.left === 0 && flight.abandoned) this.#dma.free(flight.request.block);
      this.#fail(flight, fault);
    }
    this.#queue.close();
    for (const flight of this.#waiting.splice(0)) {
      flight.left = 0;
      this.#fail(flight, fault);
    }
  }

  /** Polls for a while, then sleeps, until the flight is settled. */
  #waitSync(flight: Flight, timeoutMs: number): void {
    const start = now();
    const spinUntil = start + this.#spin.next();
    for (let polls = 1; !this.#settled(flight); polls++) {
      if (this.#queue.poll()) {
        this.#harvest();
        continue;
      }
      // Looking at the clock costs more than looking at the ring.
      if (polls % POLLS_PER_LOOK !== 0) continue;
      const time = now();
      if (time - start >= timeoutMs) this.#abandon(flight, timeoutMs);
      if (time < spinUntil) continue;
      const seen = this.#transport.calls(this.#index);
      if (!this.#queue.enableCallback()) continue;
      if (!this.#transport.gone) {
        this.#transport.waitSync(this.#index, seen, Math.min(start + timeoutMs - time, GONE_CHECK_MS));
      }
      this.#queue.disableCallback();
      this.#noticeDeath();
      polls = 0;
    }
    this.#spin.waited(now() - start);
  }

  /** The pump may be asleep, and who harvested for himself took its callback away. */
  #wakePump(): void {
    while (this.#pumping && !this.#queue.enableCallback()) this.#harvest();
  }

  #settled(flight: Flight): boolean {
    return flight.state === 'done' || flight.state === 'failed';
  }

  #submit(request: Request): Flight {
    if (this.#closed !== undefined) {
      this.#dma.free(request.block);
      throw this.#closed;
    }
    const flight: Flight = {
      request,
      left: request.chains.length,
      state: 'waiting',
      fault: undefined,
      abandoned: false,
      settle: undefined,
    };
    this.#waiting.push(flight);
    this.#flush();
    return flight;
  }

  /** Puts waiting requests on the ring, in order, while there is room for the whole of the next one. */
  #flush(): void {
    let added = false;
    for (let flight = this.#waiting[0]; flight !== undefined; flight = this.#waiting[0]) {
      const { chains } = flight.request;
      let descriptors = 0;
      for (let i = 0; i < chains.length; i++) {
        const { readable, writable } = chains[i] as RequestChain;
        descriptors += this.#queue.descriptorsFor(readable.length + writable.length);
      }
      if (descriptors > this.#queue.free) {
        if (this.#queue.inFlight > 0) break;
        this.#waiting.shift();
        flight.left = 0;
        this.#fail(flight, new BusFault('EMSGSIZE', `${chains.length} messages do not fit the queue`));
        continue;
      }
      this.#waiting.shift();
      this.#add(flight);
      added = true;
    }
    if (added && this.#queue.kickPrepare()) this.#transport.notify(this.#index);
  }

  #add(flight: Flight): void {
    const { chains } = flight.request;
    let added = 0;
    try {
      for (; added < chains.length; added++) {
        const { readable, writable } = chains[added] as RequestChain;
        this.#queue.addBuf(readable, writable, flight);
      }
      flight.state = 'queued';
    } catch (thrown) {
      // No memory for an indirect table. What is on the ring already has to come back first.
      flight.left = added;
      flight.abandoned = added > 0;
      this.#fail(flight, noMemory(thrown));
    }
  }

  /** Takes what the device has used. */
  #harvest(): void {
    for (let flight = this.#queue.getBuf(); flight !== undefined; flight = this.#queue.getBuf()) {
      if (--flight.left > 0) continue;
      if (flight.abandoned) this.#dma.free(flight.request.block);
      else flight.state = 'done';
      flight.settle?.();
    }
    if (this.#queue.broken !== undefined && this.#closed === undefined) {
      this.close(new BusFault('EPROTO', `the back-end broke the ring: ${this.#queue.broken}`));
    }
    if (this.#waiting.length > 0) this.#flush();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#listeners > 0 && this.#closed === undefined) {
      const seen = this.#transport.calls(this.#index);
      this.#harvest();
      if (this.#listeners > 0 && this.#queue.enableCallback()) {
        if (!this.#transport.gone) await this.#transport.wait(this.#index, seen, GONE_CHECK_MS);
        // Whoever closed the queue meanwhile may have taken its memory away.
        if (this.#closed !== undefined) break;
        this.#queue.disableCallback();
        this.#noticeDeath();
      } else {
        // Lets those whose requests are done go on and leave.
        await undefined;
      }
    }
    this.#pumping = false;
  }

  #noticeDeath(): void {
    if (this.#transport.gone && !this.#queue.poll())
      this.close(new BusFault('ENODEV', 'the back-end is gone'));
  }

  #fail(flight: Flight, fault: BusFault): void {
    flight.state = 'failed';
    flight.fault = fault;
    flight.settle?.();
  }

  #abandon(flight: Flight, timeoutMs: number): never {
    const waiting = this.#waiting.indexOf(flight);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      this.#dma.free(flight.request.block);
    }
    flight.abandoned = true;
    const reason = this.lateReason();
    const why = reason === undefined ? '' : `: ${reason}`;
    throw new BusFault('ETIMEDOUT', `the back-end did not answer within ${timeoutMs} ms${why}`);
  }

  #conclude(flight: Flight, read: () => void): void {
    try {
      if (flight.fault !== undefined) throw flight.fault;
      read();
    } finally {
      // A block that the device never gave back stays out: it might still be written.
      if (flight.left === 0 && !flight.abandoned) this.#dma.free(flight.request.block);
    }
  }
}

/** The fault of a failed allocation; anything else is thrown on. */
export function noMemory(thrown: unknown): BusFault {
  if (thrown instanceof DmaError) return new BusFault('ENOMEM', thrown.message);
  throw thrown;
}

/** How often a sleeping caller looks whether the other end still lives. */
const GONE_CHECK_MS = 200;
