import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { HistorySource } from './history/history-source.ts';
import { HistoryWriter } from './history/history-writer.ts';
import type { NatsServer } from './nats-server.ts';
import { NatsStream } from './nats-stream.ts';
import { CREDENTIALS, connectTo, loadNats, TOKEN } from './server.ts';
import { BOARD_NAME, INBOX, openSubject, SERVICE, userSubject } from './subjects.ts';

/** How long hosts have to say that they are there, and how long none may be silent meanwhile, in ms. */
const LIST_LIMIT_MS = 2000;
const LIST_SILENCE_MS = 400;
/** https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md */
const TYPE = 'io.nats.micro.v1';

/** What a host says of itself. */
export interface Announcement {
  /** See `BOARD_NAME`. */
  readonly board: string;
  /** For people. */
  readonly host: string;
  readonly version: string;
  readonly buses: readonly string[];
}

/** A board that is announced. */
export interface ListedBoard {
  readonly board: string;
  readonly host: string;
  readonly buses: readonly string[];
}

/** A host's place on a server. */
export interface Directory {
  /** Keeps what happens on the board at the server, where it has JetStream. @param begin called when it has */
  keep(begin: () => HistorySource): void;
  close(): Promise<void>;
}

/**
 * Announces a board by `$SRV`, and serves users who ask for it. A server that is lost ends its streams and nothing else; it is
 * looked for until it is back.
 * @param tell of a server that is lost, and is back
 * @throws {BusFault} `ENODEV`, `EACCES` @throws {RangeError} a name that cannot be, or is taken
 */
export async function shareOver(
  server: NatsServer,
  announcement: Announcement,
  serve: (stream: Duplex) => void,
  tell: (sentence: string) => void,
): Promise<Directory> {
  const { board } = announcement;
  if (!BOARD_NAME.test(board))
    throw new RangeError(
      `invalid board name "${board}": use letters, digits, _ and -, as in nats://HOST/bench3`,
    );
  const nats = await loadNats();
  const connection = await connectTo(nats, server, true);
  const streams = new Set<NatsStream>();
  try {
    const taken = (await boardsOn(connection)).find((other) => other.board === board);
    if (taken !== undefined)
      throw new RangeError(
        `${board} is announced by ${taken.host} already: name this board, as in nats://HOST/bench3`,
      );
  } catch (error) {
    await connection.close();
    throw error;
  }
  const id = randomUUID();
  announce(connection, id, announcement);
  connection.subscribe(openSubject(board), {
    callback: (error, message) => {
      if (error !== null) return;
      const inbox = message.string();
      // Others could be sent frames that they did not ask for.
      if (!INBOX.test(inbox) || message.reply === undefined) return;
      const subject = userSubject(board, randomUUID());
      const stream: NatsStream = new NatsStream(connection, inbox, subject, () => streams.delete(stream));
      streams.add(stream);
      serve(stream);
      message.respond(subject);
    },
  });
  void watch(connection, streams, tell);
  let writer: HistoryWriter | undefined;
  return {
    keep: (begin) => {
      writer = new HistoryWriter(nats, connection, board, begin, tell);
    },
    close: async () => {
      await writer?.close();
      await connection.close();
    },
  };
}

async function watch(
  connection: NatsConnection,
  streams: ReadonlySet<NatsStream>,
  tell: (sentence: string) => void,
): Promise<void> {
  let isLost = false;
  let wasRefused = false;
  for await (const status of connection.status()) {
    if (status.type === 'reconnect' && isLost) {
      isLost = false;
      wasRefused = false;
      tell('the NATS server is back');
    }
    if (status.type === 'error' && isLost && !wasRefused) {
      wasRefused = true;
      tell(`the NATS server refuses this host (${status.error.message}): renew ${CREDENTIALS} or ${TOKEN}`);
    }
    if (status.type !== 'disconnect' || isLost) continue;
    isLost = true;
    // What was on its way may be lost.
    for (const stream of [...streams]) stream.destroy(new Error('the NATS server was lost'));
    tell('the NATS server was lost; leases and other ways to this board go on');
  }
}

/** Answers `$SRV.PING`, `INFO` and `STATS`, to all, to this service, and to this one of it. */
function announce(
  connection: NatsConnection,
  id: string,
  { board, host, version, buses }: Announcement,
): void {
  const started = new Date().toISOString();
  const metadata = { board, host, buses: buses.join(' ') };
  const head = { name: SERVICE, id, version, metadata };
  const endpoint = { name: 'open', subject: openSubject(board) };
  const answers = {
    PING: { type: `${TYPE}.ping_response`, ...head },
    INFO: {
      type: `${TYPE}.info_response`,
      ...head,
      description: 'buses of a board, shared by dtbus',
      endpoints: [{ ...endpoint, queue_group: '', metadata: {} }],
    },
    STATS: { type: `${TYPE}.stats_response`, ...head, started, endpoints: [endpoint] },
  };
  for (const [verb, answer] of Object.entries(answers)) {
    const payload = JSON.stringify(answer);
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${SERVICE}`, `$SRV.${verb}.${SERVICE}.${id}`])
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) message.respond(payload);
        },
      });
  }
}

/** The boards that are announced on a server. @throws {BusFault} */
export async function listBoards(server: NatsServer): Promise<ListedBoard[]> {
  const connection = await connectTo(await loadNats(), server, false);
  try {
    return await boardsOn(connection);
  } finally {
    await connection.close();
  }
}

async function boardsOn(connection: NatsConnection): Promise<ListedBoard[]> {
  const boards: ListedBoard[] = [];
  try {
    const answers = await connection.requestMany(`$SRV.INFO.${SERVICE}`, '', {
      strategy: 'stall',
      stall: LIST_SILENCE_MS,
      maxWait: LIST_LIMIT_MS,
    });
    for await (const message of answers) {
      const board = boardOf(message);
      if (board !== undefined) boards.push(board);
    }
  } catch (error) {
    if (!/no responders/.test((error as Error).message)) throw error;
  }
  return boards.sort((a, b) => (a.board < b.board ? -1 : 1));
}

/** Undefined: nobody is there, or it is not what a host says. */
function boardOf(message: Msg): ListedBoard | undefined {
  try {
    const { metadata } = message.json<{ metadata?: Readonly<Record<string, unknown>> }>();
    const { board, host, buses } = metadata ?? {};
    if (typeof board !== 'string' || !BOARD_NAME.test(board)) return undefined;
    return { board, host: String(host), buses: String(buses).split(' ').filter(Boolean) };
  } catch {
    return undefined;
  }
}
