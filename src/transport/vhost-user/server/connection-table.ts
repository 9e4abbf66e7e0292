import { readdirSync, readFileSync } from 'node:fs';
import type { EventLoop } from '../event-loop.ts';

/** A connection as the table sees it. */
export interface TableEntry {
  /** The process at its other end; 0 where that is not known. */
  readonly process: number;
  /** Which of our sockets it came to. */
  readonly socket: object;
  /** Whether it has a ring that runs. */
  isRunning(): boolean;
  close(reason: string): void;
}

/** Descriptors that a connection may hold: its socket, its back channel, doorbells, what came with a message. */
const DESCRIPTORS_EACH = 16;
/** Descriptors for everything else in this process. */
const DESCRIPTORS_KEPT = 64;

/**
 * All front-ends of one event loop, and how many there may be. When there are too many, the process that has
 * the most of them gives one up: others can always connect.
 */
export class ConnectionTable {
  static readonly #tables = new WeakMap<EventLoop, ConnectionTable>();
  readonly #entries = new Set<TableEntry>();
  readonly #most = affordable();

  static of(loop: EventLoop): ConnectionTable {
    let table = ConnectionTable.#tables.get(loop);
    if (table === undefined) {
      table = new ConnectionTable();
      ConnectionTable.#tables.set(loop, table);
    }
    return table;
  }

  add(entry: TableEntry): void {
    this.#entries.add(entry);
  }

  remove(entry: TableEntry): void {
    this.#entries.delete(entry);
  }

  /**
   * Makes room for a connection of `process` at `socket`. @returns why it cannot be, or undefined when it can.
   */
  makeRoom(process: number, socket: object, perSocket: number, all: number): string | undefined {
    const here = [...this.#entries].filter((entry) => entry.socket === socket);
    const reason =
      giveUpOne(here, process, perSocket) ??
      giveUpOne([...this.#entries], process, Math.min(all, this.#most));
    return reason;
  }
}

/** Where `entries` are as many as may be: ends one of the process that has the most. */
function giveUpOne(entries: readonly TableEntry[], newcomer: number, most: number): string | undefined {
  if (entries.length < most) return undefined;
  const refusal = `too many connections: expected at most ${most}`;
  const counts = new Map<number, number>();
  for (const { process } of entries) counts.set(process, (counts.get(process) ?? 0) + 1);
  const [greedy, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [newcomer, 0]);
  // Who comes must not push out somebody that has no more than it will have itself.
  if (count <= (counts.get(newcomer) ?? 0) + 1) return refusal;
  const theirs = entries.filter(({ process }) => process === greedy);
  const one = theirs.find((entry) => !entry.isRunning()) ?? theirs[0];
  one?.close(`${refusal}; process ${greedy} has ${count}`);
  return undefined;
}

/** How many connections there are descriptors for. */
function affordable(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
    const open = readdirSync('/proc/self/fd').length;
    return Math.max(1, Math.floor((soft - open - DESCRIPTORS_KEPT) / DESCRIPTORS_EACH));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
