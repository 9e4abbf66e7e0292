import { aborted, BusFault } from '../../src/bus/index.ts';
import type { ByteLink } from './byte-link.ts';

/** A command to the adapter and what it answers. */
export interface Step {
  readonly send: Uint8Array;
  /** Length of the whole reply in bytes. */
  readonly reply: number;
  /** Bytes that follow a reply of that length, by what is in it. */
  readonly more?: (reply: Uint8Array) => number;
  /** What the reply begins with; anything else is rubbish. */
  readonly prefix?: Uint8Array;
  /** The adapter may also refuse, by this byte alone: then `done` gets that one byte. */
  readonly refusal?: number;
  /** What follows is sent only when this has been answered. */
  readonly wait?: boolean;
  /** Let this time pass after the answer, in ms. */
  readonly pauseMs?: number;
  /**
   * Takes the reply, a view that is valid during the call. The fault it returns ends the run: what was sent
   * is still answered, nothing more is sent.
   */
  readonly done?: (reply: Uint8Array) => BusFault | undefined;
}

export interface RunOptions {
  /** Most bytes that are sent ahead of their answers. A single longer step is sent alone. */
  readonly window: number;
  /** A silence of this many ms while an answer is due means that the adapter hangs. */
  readonly quietMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Who waits for the running flight, or for a text. */
interface Waiter {
  resolve(): void;
  reject(fault: BusFault): void;
}

/** Steps that were sent together, and how far their answers have come. */
interface Flight {
  readonly steps: readonly Step[];
  next: number;
  /** Nobody waits any more: replies are counted, not delivered. */
  abandoned: boolean;
  /** An answer was none: where the next one begins is not known. */
  rubbish: boolean;
  fault: BusFault | undefined;
}

const EMPTY = new Uint8Array(0);

/** Unasked bytes beyond this are dropped, oldest first: a port that talks without end is not our adapter. */
const UNASKED_MAX = 16 * 1024;

/**
 * Questions and answers over a link. The protocol has no frames and no numbers: only who counts every byte
 * knows which answer is whose. So all that is sent is sent as steps that know their reply, and when someone
 * stops waiting the replies that are still due are counted on, until `settled`.
 */
export class Session {
  readonly #link: ByteLink;
  #buffer = new Uint8Array(1024);
  #start = 0;
  #end = 0;
  #flight: Flight | undefined;
  #waiter: Waiter | undefined;
  #quiet: NodeJS.Timeout | undefined;
  /** What `expect` looks for. */
  #wanted: string | undefined;
  #lost: BusFault | undefined;

  constructor(link: ByteLink) {
    this.#link = link;
  }

  /** True when nothing is due and nothing came that nobody asked for. */
  get inStep(): boolean {
    return this.#flight === undefined && this.#start === this.#end;
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** To be called by the link. */
  receive(bytes: Uint8Array): void {
    this.#append(bytes);
    this.#quiet?.refresh();
    if (this.#flight !== undefined) this.#advance(this.#flight);
    else if (this.#wanted !== undefined && this.#find(this.#wanted) >= 0) this.#waiter?.resolve();
    // What a step waits for may be longer.
    if (this.#flight === undefined && this.#end - this.#start > UNASKED_MAX)
      this.#consume(this.#end - this.#start - UNASKED_MAX / 2);
  }

  /** To be called by the link: everything that runs and everything to come fails with `ENODEV`. */
  lose(reason: string): void {
    this.#lost = new BusFault('ENODEV', `the adapter on ${this.#link.name} is gone: ${reason}`);
    this.#waiter?.reject(this.#lost);
  }

  /**
   * Sends the steps, as many ahead as the window allows.
   * @returns the first fault that a `done` returned.
   * @throws {BusFault} `ETIMEDOUT` aborted or silent, `EPROTO` rubbish, `ENODEV` lost. Unless it was lost,
   * answers may then be due: see `settled`.
   */
  async run(steps: readonly Step[], options: RunOptions): Promise<BusFault | undefined> {
    let next = 0;
    while (next < steps.length) {
      const end = flightEnd(steps, next, options.window);
      const flight: Flight = {
        steps: steps.slice(next, end),
        next: 0,
        abandoned: false,
        rubbish: false,
        fault: undefined,
      };
      await this.#fly(flight, options);
      const fault = flight.fault;
      if (fault !== undefined) return fault;
      const pauseMs = steps[end - 1]?.pauseMs;
      if (pauseMs !== undefined && pauseMs > 0) await pause(pauseMs, options.signal);
      next = end;
    }
    return undefined;
  }

  /** Sends bytes whose replies nobody counts: to be followed by `expect`. @throws {BusFault} `ENODEV` */
  send(bytes: Uint8Array): void {
    if (this.#lost !== undefined) throw this.#lost;
    this.#link.write(bytes);
  }

  /**
   * Waits for `text` and takes all that came up to its end.
   * @returns what came, or `undefined` when `text` did not within `limitMs`. @throws {BusFault} `ENODEV`
   */
  async expect(text: string, limitMs: number): Promise<string | undefined> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#find(text) < 0) {
      this.#wanted = text;
      try {
        await new Promise<void>((resolve, reject) => {
          const limit = setTimeout(resolve, limitMs);
          const settle = (end: () => void): void => {
            clearTimeout(limit);
            end();
          };
          this.#waiter = {
            resolve: () => settle(resolve),
            reject: (fault) => settle(() => reject(fault)),
          };
        });
      } finally {
        this.#waiter = undefined;
        this.#wanted = undefined;
      }
    }
    const found = this.#find(text);
    if (found < 0) return undefined;
    const length = found + text.length;
    const seen = latin1(this.#buffer.subarray(this.#start, this.#start + length));
    this.#consume(length);
    return seen;
  }

  /**
   * Waits for the answers that an abandoned run left due.
   * @returns false when they do not come, nothing more coming for `quietMs`, or when rubbish comes.
   */
  async settled(quietMs: number): Promise<boolean> {
    const flight = this.#flight;
    if (flight === undefined) return this.#start === this.#end;
    if (flight.rubbish) return false;
    try {
      await this.#answers(flight, { window: 0, quietMs }, () => {});
    } catch {
      return false;
    }
    return this.inStep;
  }

  /** Forgets what came and what is due. */
  discard(): void {
    this.#flight = undefined;
    this.#start = 0;
    this.#end = 0;
  }

  async #fly(flight: Flight, options: RunOptions): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    if (!this.inStep) {
      throw new BusFault('EPROTO', `the adapter on ${this.#link.name} sent unexpected bytes`);
    }
    if (options.signal?.aborted) throw aborted(options.signal);
    await this.#answers(flight, options, () => {
      this.#flight = flight;
      this.#link.write(joined(flight.steps));
    });
  }

  /** Waits until `flight` is answered. `begin` comes when all is ready: a link may answer during `write`. */
  async #answers(flight: Flight, { quietMs, signal }: RunOptions, begin: () => void): Promise<void> {
    const onAbort = (): void => this.#waiter?.reject(aborted(signal));
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (fault: BusFault): void => {
          // From this moment on: the buffers of the steps belong to whoever gave up.
          flight.abandoned = true;
          reject(fault);
        };
        this.#waiter = { resolve, reject: fail };
        this.#quiet = setTimeout(() => {
          fail(
            new BusFault(
              'ETIMEDOUT',
              `the adapter on ${this.#link.name} did not answer within ${quietMs} ms`,
            ),
          );
        }, quietMs);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (this.#lost !== undefined) fail(this.#lost);
        else begin();
      });
    } finally {
      clearTimeout(this.#quiet);
      this.#quiet = undefined;
      this.#waiter = undefined;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Hands out the replies that are complete. */
  #advance(flight: Flight): void {
    for (; flight.next < flight.steps.length; flight.next++) {
      const step = flight.steps[flight.next] as Step;
      const available = this.#end - this.#start;
      let length = step.reply;
      if (available > 0 && this.#buffer[this.#start] === step.refusal) length = 1;
      else if (!this.#startsWith(step.prefix)) {
        flight.rubbish = true;
        this.#rubbish();
        return;
      }
      if (available < length) return;
      if (step.more !== undefined)
        length += step.more(this.#buffer.subarray(this.#start, this.#start + length));
      if (available < length) return;
      const reply = this.#buffer.subarray(this.#start, this.#start + length);
      this.#consume(length);
      if (!flight.abandoned) flight.fault = merge(flight.fault, step.done?.(reply));
    }
    this.#flight = undefined;
    this.#waiter?.resolve();
  }

  /** Whether what is there so far of the reply agrees with `prefix`. */
  #startsWith(prefix: Uint8Array = EMPTY): boolean {
    const length = Math.min(prefix.length, this.#end - this.#start);
    for (let i = 0; i < length; i++) if (this.#buffer[this.#start + i] !== prefix[i]) return false;
    return true;
  }

  #rubbish(): void {
    const byte = (this.#buffer[this.#start] as number).toString(16).padStart(2, '0');
    this.#waiter?.reject(
      new BusFault('EPROTO', `the adapter on ${this.#link.name} sent an invalid answer (0x${byte})`),
    );
  }

  #append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) {
      const kept = this.#buffer.subarray(this.#start, this.#end);
      const needed = kept.length + bytes.length;
      if (needed > this.#buffer.length) {
        const larger = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
        larger.set(kept);
        this.#buffer = larger;
      } else {
        this.#buffer.copyWithin(0, this.#start, this.#end);
      }
      this.#start = 0;
      this.#end = kept.length;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #consume(length: number): void {
    this.#start += length;
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
  }

  #find(text: string): number {
    return latin1(this.#buffer.subarray(this.#start, this.#end)).indexOf(text);
  }
}

/**
 * Most bytes of answers to ask for at once: what is asked for cannot be called off, and a line whose buffer
 * is full holds up whoever writes to it (Linux keeps 8 KiB between the two ends of a pty).
 */
const ANSWERS_MAX = 4096;

/** Where the flight that begins with step `next` ends: at a wait, or where the window is full. */
function flightEnd(steps: readonly Step[], next: number, window: number): number {
  let bytes = 0;
  let answers = 0;
  for (let i = next; i < steps.length; i++) {
    const { send, reply, wait, pauseMs } = steps[i] as Step;
    bytes += send.length;
    answers += reply;
    if ((bytes > window || answers > ANSWERS_MAX) && i > next) return i;
    if (wait || pauseMs !== undefined) return i + 1;
  }
  return steps.length;
}

function joined(steps: readonly Step[]): Uint8Array {
  const [first] = steps;
  if (steps.length === 1 && first !== undefined) return first.send;
  let length = 0;
  for (const { send } of steps) length += send.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { send } of steps) {
    bytes.set(send, at);
    at += send.length;
  }
  return bytes;
}

function merge(first: BusFault | undefined, second: BusFault | undefined): BusFault | undefined {
  return first ?? second;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, Math.ceil(ms));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
