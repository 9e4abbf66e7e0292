import type { Told } from '../frames.ts';
import type { SharedTrace } from '../share-source.ts';

/** How often what has happened is told, in ms. */
const LOOK_MS = 20;
/** Most bytes that one look sends: the work of the host is to go on. */
const LOOK_MAX = 1 << 18;

const NOTHING = new Uint8Array(0);

/** The way to a watcher. */
interface Watcher {
  /** Whether he reads what he is told. */
  readonly hasRoom: boolean;
  news(frame: Told<'happened'>): boolean;
}

/**
 * Tells a watcher what happens on a board. What he is too slow for stays in the ring of the trace, which drops what finds no
 * room and counts it: nobody waits for him.
 */
export class TraceFeed {
  readonly #trace: SharedTrace;
  readonly #watcher: () => Watcher | undefined;
  readonly #timer: NodeJS.Timeout;
  /** Lost events that he was told of. */
  #lost = 0;

  constructor(trace: SharedTrace, watcher: () => Watcher | undefined) {
    this.#trace = trace;
    this.#watcher = watcher;
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Tells what has happened, as far as there is room, and what was lost behind it. */
  look(): void {
    const watcher = this.#watcher();
    for (let left = LOOK_MAX; left > 0 && watcher?.hasRoom; ) {
      const records = this.#trace.take();
      if (records === undefined) break;
      left -= records.length;
      watcher.news({ kind: 'happened', records, lost: 0 });
    }
    const lost = this.#trace.dropped - this.#lost;
    if (lost > 0 && watcher?.news({ kind: 'happened', records: NOTHING, lost })) this.#lost += lost;
  }

  end(): void {
    clearInterval(this.#timer);
    this.look();
    this.#trace.end();
  }
}
