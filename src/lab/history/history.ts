import type { NatsConnection } from '@nats-io/transport-node';
import { BusFault, messageOf } from '../../bus/index.ts';
import { connectTo, loadNats } from '../server.ts';
import { type HistoryKind, historyOf, historyStream, historySubject, historySubjects } from '../subjects.ts';
import type { NatsPlace } from '../user-stream.ts';
import { askJetStream, JETSTREAM, JetStreamError, type StoredMessage, type StreamInfo } from './jetstream.ts';

/** Messages that are asked for at once. */
const AT_ONCE = 16;

/** A message of a history. */
export interface KeptMessage {
  /** Its number in the stream. */
  readonly at: number;
  /** By the server's clock. */
  readonly timeMs: number;
  /** See `HistorySource`; undefined: it is none of a host. */
  readonly of: { readonly run: string; readonly kind: HistoryKind } | undefined;
  readonly bytes: Buffer;
}

/** What a server keeps of what happened on a board. It is read message by message: nothing is left at the server of it. */
export class History {
  readonly #connection: NatsConnection;
  readonly #board: string;
  readonly #name: string;

  private constructor(connection: NatsConnection, { board }: NatsPlace, name: string) {
    this.#connection = connection;
    this.#board = board;
    this.#name = name;
  }

  /** @throws {BusFault} `ENODEV` no server, `EACCES`, `ENOENT` it keeps none */
  static async open(place: NatsPlace, name: string): Promise<History> {
    const connection = await connectTo(await loadNats(), place, false);
    const history = new History(connection, place, name);
    try {
      await history.ends();
      return history;
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  /** The numbers of its first message and of the last; there are none where the second is smaller. @throws {BusFault} */
  async ends(): Promise<{ readonly first: number; readonly last: number }> {
    const { state } = await this.#ask<StreamInfo>('STREAM.INFO');
    return { first: Number(state.first_seq), last: Number(state.last_seq) };
  }

  /** The number from which on messages are as young as this, by the server's clock. @throws {BusFault} */
  async find(sinceMs: number): Promise<number> {
    const { first, last } = await this.ends();
    let [from, to] = [first, last + 1];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const message = await this.#get({ seq: middle, next_by_subj: historySubjects(this.#board) });
      if (message === undefined || message.timeMs >= sinceMs) to = middle;
      else from = message.at + 1;
    }
    return from;
  }

  /** Messages from this number on, a few at once; none: its end is reached. @throws {BusFault} */
  async read(from: number): Promise<readonly KeptMessage[]> {
    const subject = historySubjects(this.#board);
    const asked = Array.from({ length: AT_ONCE }, (_, n) =>
      this.#get({ seq: from + n, next_by_subj: subject }),
    );
    const answers = await Promise.all(asked);
    // Where one is missing, the next is told for both.
    return answers.filter(
      (message, n) => message !== undefined && message.at !== answers[n - 1]?.at,
    ) as never;
  }

  /** The last message of a kind. @throws {BusFault} */
  last(run: string, kind: HistoryKind): Promise<KeptMessage | undefined> {
    return this.#get({ last_by_subj: historySubject(this.#board, run, kind) });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #get(which: object): Promise<KeptMessage | undefined> {
    const answer = await this.#ask<{ message?: StoredMessage } | undefined>('STREAM.MSG.GET', which);
    const message = answer?.message;
    if (message === undefined) return undefined;
    return {
      at: Number(message.seq),
      timeMs: Date.parse(message.time),
      of: historyOf(this.#board, message.subject),
      bytes: Buffer.from(message.data ?? '', 'base64'),
    };
  }

  /** @returns undefined: there is no such message */
  async #ask<Result>(call: string, body?: object): Promise<Result> {
    try {
      return await askJetStream<Result>(this.#connection, `${call}.${historyStream(this.#board)}`, body);
    } catch (thrown) {
      if (thrown instanceof JetStreamError && thrown.code === JETSTREAM.NO_MESSAGE) return undefined as never;
      throw this.#faultOf(thrown);
    }
  }

  #faultOf(thrown: unknown): BusFault {
    const options = { cause: thrown };
    if (this.#connection.isClosed())
      return new BusFault('ENODEV', 'the NATS server was lost while its history was read', options);
    if (thrown instanceof JetStreamError && thrown.isAbsence)
      return new BusFault('ENOENT', `no history at ${this.#name}: the server has no JetStream`, options);
    if (thrown instanceof JetStreamError && thrown.code === JETSTREAM.NO_STREAM)
      return new BusFault(
        'ENOENT',
        `no history at ${this.#name}: dtbus share keeps one while it runs with --nats, but with --no-history`,
        options,
      );
    const why = messageOf(thrown);
    if (/permission/i.test(why))
      return new BusFault('EACCES', `no permission to read the history at ${this.#name}: ${why}`, options);
    return new BusFault('EIO', `cannot read the history at ${this.#name}: ${why}`, options);
  }
}
