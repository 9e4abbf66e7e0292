import type { Socket } from 'node:net';
import type { BoardTrace } from '../handles/board-trace.ts';
import type { Controllable } from './controllable.ts';
import type { WatchRequest, WireEvent } from './protocol.ts';

/** Watchers of one board: each costs its memory and a look at every transfer. */
const WATCHERS_MAX = 8;
/** How often what has happened is told. */
const LOOK_MS = 20;
/** Bytes that wait here for a watcher that does not read; what comes then stays in its ring, and is lost there. */
const WAITING_MAX = 1 << 20;
/** Most bytes that one look sends: the board's own work is to go on. */
const LOOK_MAX = 1 << 18;

/** The same of the last one: what the rings of a few boards hold. */
const LAST_MAX = 1 << 24;

/** Those who are told of what happens on a board, each over its own connection. */
export class Watchers {
  readonly #board: Controllable;
  readonly #watchers = new Map<Socket, Watcher>();

  constructor(board: Controllable) {
    this.#board = board;
  }

  /** @throws {Error} why it cannot be */
  add(socket: Socket, request: WatchRequest): null {
    const { call: _watch, ...only } = request;
    if (this.#watchers.has(socket))
      throw new Error('this connection watches already; open another connection');
    if (this.#watchers.size >= WATCHERS_MAX)
      throw new Error(`too many watchers: ${WATCHERS_MAX} watch this board; end one of them`);
    const watcher = new Watcher(socket, this.#board.name);
    const end = this.#board.trace(only, (trace) => watcher.follow(trace));
    this.#watchers.set(socket, watcher);
    const timer = setInterval(() => watcher.tell(), LOOK_MS).unref();
    socket.once('close', () => {
      clearInterval(timer);
      this.#watchers.delete(socket);
      end();
    });
    return null;
  }

  /** Tells what nobody was told yet: the board is about to end. */
  flush(): void {
    for (const watcher of this.#watchers.values()) watcher.tell(true);
  }
}

interface Followed {
  /** What events call the board. */
  readonly board: number;
  readonly trace: BoardTrace;
  /** Whether the watcher was told of the board. */
  isKnown: boolean;
  /** Lost events that the watcher was told of. */
  lost: number;
}

/** One connection, and the boards that it is told of. */
class Watcher {
  readonly #socket: Socket;
  readonly #followed = new Set<Followed>();
  readonly #file: string;
  #boards = 0;

  /** @param file the tree that the boards have */
  constructor(socket: Socket, file: string) {
    this.#socket = socket;
    this.#file = file;
  }

  follow(trace: BoardTrace): void {
    this.#followed.add({ board: this.#boards++, trace, isKnown: false, lost: 0 });
  }

  /** Tells what has happened, as far as the watcher keeps up. */
  tell(isLast = false): void {
    let left = isLast ? LAST_MAX : LOOK_MAX;
    for (const followed of this.#followed) {
      const { board, trace } = followed;
      if (!followed.isKnown) {
        const of = { file: this.#file, sha256: trace.sha256 };
        left -= this.#send({ event: 'board', board, buses: trace.buses, of });
      }
      followed.isKnown = true;
      let isRead = false;
      while (left > 0 && !isRead && (isLast || this.#keepsUp())) {
        const block = trace.reader.take();
        if (block === undefined) isRead = true;
        else
          left -= this.#send({
            event: 'happened',
            board,
            records: Buffer.from(block.buffer).toString('base64'),
          });
      }
      const unread = trace.isOver && !isRead ? rest(trace) : 0;
      const lost = trace.reader.dropped + unread;
      if (lost > followed.lost && (isRead || trace.isOver || this.#keepsUp())) {
        this.#send({ event: 'lost', board, count: lost - followed.lost });
        followed.lost = lost;
      }
      if (trace.isOver) this.#followed.delete(followed);
    }
  }

  #keepsUp(): boolean {
    return this.#socket.writableLength < WAITING_MAX;
  }

  #send(event: WireEvent): number {
    if (!this.#socket.writable) return 0;
    const line = `${JSON.stringify(event)}\n`;
    this.#socket.write(line);
    return line.length;
  }
}

/** Reads what is left, for nobody. @returns how many events */
function rest({ reader }: BoardTrace): number {
  let count = 0;
  while (reader.read() !== undefined) count++;
  return count;
}
