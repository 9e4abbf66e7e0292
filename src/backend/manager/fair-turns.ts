import type { Client } from '../clients/client.ts';

/** How far a client may be ahead of the others and still have its turn, in ms. */
const LEAD_MS = 5;

/**
 * Whose turn it is among clients that wait: in order, but who has had the host for longer than others stands
 * back until they have had as much.
 */
export class FairTurns {
  /** ms that each client has had, beside what those have had who were there when it came. */
  readonly #had = new WeakMap<Client, number>();
  /** What the client had that was served last: who comes now begins there, and has no credit for its absence. */
  #now = 0;

  /** A client that was not waiting waits now. */
  joins(client: Client): void {
    this.#had.set(client, Math.max(this.#of(client), this.#now));
  }

  /** The client has had the host for `ms`. */
  had(client: Client, ms: number): void {
    this.#had.set(client, this.#of(client) + ms);
  }

  /** @param waiting those who may be next, who has waited longest first */
  next(waiting: readonly Client[]): Client | undefined {
    // Nobody has had the least of none: who comes next has no credit, and none has more than others ever had.
    if (waiting.length === 0) return undefined;
    const least = Math.min(...waiting.map((client) => this.#of(client)));
    const next = waiting.find((client) => this.#of(client) <= least + LEAD_MS);
    this.#now = Math.max(this.#now, least);
    return next;
  }

  #of(client: Client): number {
    return this.#had.get(client) ?? 0;
  }
}
