import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../../bus/index.ts';
import type { Nats } from '../server.ts';
import { type HistoryKind, historyStream, historySubject, historySubjects } from '../subjects.ts';
import type { HistorySource } from './history-source.ts';
import { askJetStream, JETSTREAM, JetStreamError, type StreamInfo, sendToJetStream } from './jetstream.ts';

/** How often what has happened is put away, in ms. */
const LOOK_MS = 100;
/** Before a server that takes nothing is tried again; longer each time. */
const RETRY_MS = 1000;
const RETRY_MAX_MS = 30_000;
/** How long the end may take. */
const CLOSE_LIMIT_MS = 2000;
/** What a stream keeps, where nobody made it before: so long, and so much. */
const KEPT_MS = 7 * 24 * 3600 * 1000;
const KEPT_BYTES = 64 << 20;
const MS_NS = 1e6;
/** A message has at most so many bytes but for the board's; a server takes 1 MiB where it is not told otherwise. */
const MESSAGE_MAX = 128 << 10;
/** What a message has in front of its bytes. */
const HEAD_MAX = 1024;
/** The board is described so often within what the stream keeps that what is still kept can be read. */
const DESCRIPTIONS = 4;

/** What its limits are, as numbers that nothing reaches where it has none. */
interface Limits {
  readonly ageMs: number;
  readonly bytes: number;
  readonly messages: number;
}

/** What came since the board was described last. */
interface Described {
  readonly atMs: number;
  bytes: number;
  messages: number;
}

/**
 * Puts what happens on a board into a stream of JetStream, one message after the other: what the server is too slow for, or
 * does not take, stays where it is and is counted there. Nobody waits for it.
 */
export class HistoryWriter {
  readonly #nats: Nats;
  readonly #connection: NatsConnection;
  readonly #board: string;
  readonly #begin: () => HistorySource;
  readonly #tell: (sentence: string) => void;
  readonly #ending = new AbortController();
  readonly #over: Promise<void>;
  #source: HistorySource | undefined;
  /** Of the stream, when it is there. */
  #limits: Limits | undefined;
  #described: Described | undefined;
  /** Sent, and not known to be stored. */
  #held: Uint8Array | undefined;
  #stored = 0;

  /** @param begin called when there is a stream @param tell of a server that takes nothing, and takes it again */
  constructor(
    nats: Nats,
    connection: NatsConnection,
    board: string,
    begin: () => HistorySource,
    tell: (sentence: string) => void,
  ) {
    this.#nats = nats;
    this.#connection = connection;
    this.#board = board;
    this.#begin = begin;
    this.#tell = tell;
    this.#over = this.#keep();
  }

  /** Puts the rest away, as far as the server takes it at once. */
  async close(): Promise<void> {
    this.#ending.abort();
    const late = new AbortController();
    const limit = sleep(CLOSE_LIMIT_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.#over, limit]);
    late.abort();
  }

  async #keep(): Promise<void> {
    let failures = 0;
    let droppedBefore = 0;
    for (let isLast = false; !isLast; ) {
      isLast = this.#ending.signal.aborted;
      try {
        await this.#open();
        await this.#putAll();
        if (failures > 0) this.#tell(`the history is kept again; ${lost(this.#dropped - droppedBefore)}`);
        failures = 0;
      } catch (thrown) {
        if (this.#source === undefined && thrown instanceof JetStreamError && thrown.isAbsence) return;
        if (failures === 0) {
          droppedBefore = this.#dropped;
          this.#tell(`the NATS server keeps no history: ${messageOf(thrown)}; transfers go on`);
        }
        failures++;
        this.#limits = undefined;
      }
      if (!isLast) await this.#pause(failures);
    }
    this.#source?.end();
  }

  get #dropped(): number {
    return this.#source?.dropped ?? 0;
  }

  async #pause(failures: number): Promise<void> {
    const ms = failures === 0 ? LOOK_MS : Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS);
    const { signal } = this.#ending;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  }

  /** Sees that the stream is there. @throws {Error} it is not, or not ours */
  async #open(): Promise<void> {
    if (this.#limits !== undefined) return;
    const max = this.#connection.info?.max_payload ?? MESSAGE_MAX;
    if (max < MESSAGE_MAX) throw new Error(`its max_payload is ${max}: expected ${MESSAGE_MAX} or more`);
    const { config } = await this.#info();
    if (!config.subjects?.includes(historySubjects(this.#board)))
      throw new Error(`its stream ${historyStream(this.#board)} is not for ${historySubjects(this.#board)}`);
    if (config.no_ack === true) throw new Error(`its stream ${historyStream(this.#board)} has no_ack`);
    this.#limits = limitsOf(config);
    this.#described = undefined;
    this.#source ??= this.#begin();
  }

  /** One that somebody made, or changed, keeps its limits. */
  async #info(): Promise<StreamInfo> {
    const name = historyStream(this.#board);
    try {
      return await askJetStream<StreamInfo>(this.#connection, `STREAM.INFO.${name}`);
    } catch (thrown) {
      if (!(thrown instanceof JetStreamError && thrown.code === JETSTREAM.NO_STREAM)) throw thrown;
      return askJetStream<StreamInfo>(this.#connection, `STREAM.CREATE.${name}`, {
        name,
        subjects: [historySubjects(this.#board)],
        retention: 'limits',
        discard: 'old',
        storage: 'file',
        num_replicas: 1,
        max_age: KEPT_MS * MS_NS,
        max_bytes: KEPT_BYTES,
      });
    }
  }

  async #putAll(): Promise<void> {
    const source = this.#source as HistorySource;
    for (;;) {
      if (this.#isBoardDue()) {
        await this.#put('board', source.board);
        this.#described = { atMs: performance.now(), bytes: 0, messages: 0 };
      }
      this.#held ??= source.take();
      if (this.#held === undefined) return;
      // One whose answer was lost is not stored a second time.
      await this.#put('events', this.#held, `${source.run}-${this.#stored}`);
      const described = this.#described as Described;
      described.bytes += this.#held.length;
      described.messages++;
      this.#stored++;
      this.#held = undefined;
    }
  }

  #isBoardDue(): boolean {
    const { ageMs, bytes, messages } = this.#limits as Limits;
    const since = this.#described;
    if (since === undefined) return true;
    return (
      (performance.now() - since.atMs) * DESCRIPTIONS > ageMs ||
      since.bytes * DESCRIPTIONS > bytes ||
      since.messages * DESCRIPTIONS > messages
    );
  }

  /** @throws {Error} it is not stored, or nobody knows */
  async #put(kind: HistoryKind, bytes: Uint8Array, id?: string): Promise<void> {
    const { run } = this.#source as HistorySource;
    const max = this.#connection.info?.max_payload ?? MESSAGE_MAX;
    const headers = this.#nats.headers();
    if (id !== undefined) headers.set('Nats-Msg-Id', id);
    if (bytes.length + HEAD_MAX > max)
      throw new Error(`its max_payload is ${max}: what describes the board has ${bytes.length} bytes`);
    const subject = historySubject(this.#board, run, kind);
    const stored = await sendToJetStream<{ stream?: string }>(this.#connection, subject, bytes, { headers });
    if (stored.stream !== historyStream(this.#board))
      throw new Error(`invalid answer to ${subject}: expected one of stream ${historyStream(this.#board)}`);
  }
}

const lost = (count: number): string =>
  count === 1 ? '1 event was lost' : `${count === 0 ? 'no' : count} events were lost`;

function limitsOf({ max_age = 0, max_bytes = -1, max_msgs = -1 }: StreamInfo['config']): Limits {
  const limit = (value: number): number => (value > 0 ? value : Number.POSITIVE_INFINITY);
  return { ageMs: limit(max_age) / MS_NS, bytes: limit(max_bytes), messages: limit(max_msgs) };
}
