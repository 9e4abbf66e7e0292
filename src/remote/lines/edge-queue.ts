import type { Told } from '../frames.ts';
import type { EdgeWatcher } from '../share-source.ts';

type Edge = Omit<Told<'edge'>, 'lost'>;

/**
 * Edges on their way to one user. While he is too slow, or is not there, the last edge of each line is kept for him, so that
 * he knows its level in the end; those before it are lost, and he is told how many.
 */
export class EdgeQueue {
  /** @returns whether it was sent */
  readonly #send: (frame: Told<'edge'>) => boolean;
  /** By bus and line, in their order. */
  readonly #kept = new Map<number, Edge>();
  /** By the bus's place: one each, as the source of edges knows its watchers by them. */
  readonly #watchers = new Map<number, EdgeWatcher>();
  #lost = 0;

  constructor(send: (frame: Told<'edge'>) => boolean) {
    this.#send = send;
  }

  /** Who watches lines of that bus in the name of this user. */
  of(bus: number): EdgeWatcher {
    const known = this.#watchers.get(bus);
    if (known !== undefined) return known;
    const watcher: EdgeWatcher = {
      edge: (_, line, high, atNs) => this.#add({ kind: 'edge', bus, line, high, atNs }),
    };
    this.#watchers.set(bus, watcher);
    return watcher;
  }

  /** Sends what was kept, as far as there is room. */
  flush(): void {
    for (const [key, edge] of this.#kept) {
      if (!this.#tell(edge)) return;
      this.#kept.delete(key);
    }
  }

  #add(edge: Edge): void {
    if (this.#kept.size === 0 && this.#tell(edge)) return;
    const key = edge.bus * 0x1_0000 + edge.line;
    if (this.#kept.delete(key)) this.#lost++;
    this.#kept.set(key, edge);
  }

  #tell(edge: Edge): boolean {
    if (!this.#send({ ...edge, lost: this.#lost })) return false;
    this.#lost = 0;
    return true;
  }
}
