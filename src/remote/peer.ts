import type { Duplex } from 'node:stream';
import { BusFault } from '../bus/index.ts';
import { malformed } from './fields.ts';
import { FrameCutter } from './frame-cutter.ts';
import { FRAME_MAX, HELLO_MAX, type ToldFrame } from './frames.ts';
import { Outbox } from './outbox.ts';
import { framedFault } from './requests.ts';

/** How long a peer may take to say who it is, and for a frame that it has begun, in ms. */
const HELLO_LIMIT_MS = 5000;
const FRAME_LIMIT_MS = 10_000;
/** Bytes that wait for a peer that does not read. */
const WAITING_MAX = 8 << 20;
/** The same, beyond which it is told no news: what it did not ask for waits elsewhere. */
const NEWS_MAX = 64 << 10;
/** How long a peer that was refused may take to read why, in ms. */
const LINGER_MS = 1000;

/** A stream whose end is not told by itself, as one over a server. */
interface Probed {
  /** When it resolves, the stream has ended if nobody is at the other end. */
  probe(): Promise<void>;
}

/** What a peer is told. */
interface PeerEvents {
  /** A frame came, without its length. @throws {BusFault} what it is refused for: that ends the stream */
  frame(bytes: Buffer): void;
  /** There is room for news again. */
  drained(): void;
  /** The stream has ended; `fault`: the peer was refused. */
  ended(fault: BusFault | undefined): void;
}

/** The host's end of one stream: guards against a peer that is slow, endless or deaf. */
export class Peer {
  readonly #stream: Duplex;
  readonly #outbox: Outbox;
  readonly #events: PeerEvents;
  readonly #cutter = new FrameCutter(HELLO_MAX);
  #limit: NodeJS.Timeout | undefined;
  #over = false;

  constructor(stream: Duplex, events: PeerEvents) {
    this.#stream = stream;
    this.#outbox = new Outbox(stream);
    this.#events = events;
    this.#limitTo(HELLO_LIMIT_MS, 'no hello');
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('drain', () => events.drained());
    stream.on('error', () => stream.destroy());
    stream.on('end', () => this.end());
    stream.on('close', () => this.end());
  }

  /** It has said who it is: its frames may be long from now on. */
  welcome(): void {
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#cutter.max = FRAME_MAX;
  }

  /** Sends a frame. One that does not read what it asked for is refused. */
  send(frame: ToldFrame): void {
    if (this.#over) return;
    this.#outbox.write(frame);
    if (this.#outbox.waiting > WAITING_MAX) this.refuse(malformed('its answers are not read'));
  }

  /** Whether news are sent: it reads what it was told. */
  get hasRoom(): boolean {
    return !this.#over && this.#outbox.waiting <= NEWS_MAX;
  }

  /** Sends what was not asked for. @returns whether there was room */
  news(frame: ToldFrame): boolean {
    if (!this.hasRoom) return false;
    this.#outbox.write(frame);
    return true;
  }

  /** Tells why, and ends the stream. */
  refuse(fault: BusFault): void {
    if (this.#over) return;
    if (this.#outbox.waiting <= WAITING_MAX)
      this.#outbox.write({ kind: 'refused', fault: framedFault(fault) });
    this.#close(fault);
  }

  /** Whether it is still there is asked, where its stream does not tell: then this resolves when it is known. */
  probe(): Promise<void> | undefined {
    const stream: Partial<Probed> = this.#stream as never;
    return this.#over ? undefined : stream.probe?.();
  }

  /** Ends the stream. */
  end(): void {
    this.#close(undefined);
  }

  #close(fault: BusFault | undefined): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#limit);
    const stream = this.#stream;
    this.#outbox.flush();
    stream.end();
    setTimeout(() => stream.destroy(), LINGER_MS).unref();
    // What still comes is not kept.
    stream.resume();
    this.#events.ended(fault);
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    try {
      for (const frame of this.#cutter.feed(chunk)) {
        this.#events.frame(frame);
        if (this.#over) return;
      }
    } catch (thrown) {
      this.refuse(BusFault.from(thrown));
      return;
    }
    if (this.#cutter.max === HELLO_MAX) return;
    if (!this.#cutter.isInFrame) {
      clearTimeout(this.#limit);
      this.#limit = undefined;
    } else if (this.#limit === undefined) this.#limitTo(FRAME_LIMIT_MS, 'the end of a frame');
  }

  #limitTo(ms: number, what: string): void {
    this.#limit = setTimeout(
      () => this.refuse(new BusFault('ETIMEDOUT', `${what} within ${ms / 1000} s`)),
      ms,
    );
    this.#limit.unref();
  }
}
