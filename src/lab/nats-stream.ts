import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

/** Bytes of the number in front of each message: one that is lost on the way ends the stream. */
const NUMBER_BYTES = 4;
/** Longest piece of the stream in a message; a server takes 1 MiB where it is not told otherwise. */
const PIECE_MAX = 64 << 10;
/** How often each end asks whether the other is still there, in ms. */
const ALIVE_MS = 5000;
const NO_RESPONDERS = 503;
const END = new Uint8Array(0);

/**
 * A stream of bytes between two subjects. A message is its number (u32) and a piece of the stream; one without a piece asks
 * whether the other end is there, and an empty one ends the stream. Each names the sender's own subject for the answer:
 * there the server says at once that nobody listens any more.
 */
export class NatsStream extends Duplex {
  readonly #connection: NatsConnection;
  readonly #to: string;
  readonly #from: string;
  readonly #heard: Subscription;
  readonly #alive: NodeJS.Timeout;
  readonly #closed: () => void;
  readonly #pieceMax: number;
  #sent = 0;
  #received = 0;

  /** @param closed called when nothing of it is left */
  constructor(connection: NatsConnection, to: string, from: string, closed: () => void) {
    super();
    this.#connection = connection;
    this.#to = to;
    this.#from = from;
    this.#closed = closed;
    this.#pieceMax = Math.min(PIECE_MAX, (connection.info?.max_payload ?? PIECE_MAX) - NUMBER_BYTES);
    this.#heard = connection.subscribe(from, {
      callback: (error, message) => {
        if (error === null) this.#hear(message);
        else this.destroy(error);
      },
    });
    this.#alive = setInterval(() => this.#say(END), ALIVE_MS);
    this.#alive.unref();
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error) => void): void {
    for (let at = 0; at < bytes.length; at += this.#pieceMax)
      this.#say(bytes.subarray(at, at + this.#pieceMax));
    done();
  }

  override _final(done: () => void): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#to, END);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#alive);
    if (!this.#connection.isClosed()) {
      this.#heard.unsubscribe();
      if (!this.writableFinished) this.#connection.publish(this.#to, END);
    }
    this.#closed();
    done(error);
  }

  /** Asks whether the other end is still there: when that resolves, the stream has ended if it is not. */
  async probe(): Promise<void> {
    this.#say(END);
    // The server answers in order: that nobody listens is known before this is.
    if (!this.#connection.isClosed()) await this.#connection.flush();
    // Of its end all are told in turns of the event loop.
    await turn();
  }

  #say(piece: Uint8Array): void {
    if (this.#connection.isClosed()) {
      this.destroy(new Error('the connection to the NATS server is closed'));
      return;
    }
    const message = Buffer.allocUnsafe(NUMBER_BYTES + piece.length);
    message.writeUInt32LE(this.#sent, 0);
    message.set(piece, NUMBER_BYTES);
    this.#sent = (this.#sent + 1) >>> 0;
    this.#connection.publish(this.#to, message, { reply: this.#from });
  }

  #hear({ data, headers }: Msg): void {
    if (headers?.code === NO_RESPONDERS) {
      this.destroy(new Error('the other end has gone'));
      return;
    }
    if (data.length === 0) {
      this.push(null);
      return;
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    if (bytes.length < NUMBER_BYTES || bytes.readUInt32LE(0) !== this.#received) {
      this.destroy(new Error('a message was lost on the way'));
      return;
    }
    this.#received = (this.#received + 1) >>> 0;
    // The library may use its room again.
    if (bytes.length > NUMBER_BYTES) this.push(Buffer.from(bytes.subarray(NUMBER_BYTES)));
  }
}
