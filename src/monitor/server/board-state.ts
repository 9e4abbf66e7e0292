import type { ControlDescription } from '../../board/index.ts';
import type { BoardState } from '../state.ts';

/** How often the board is asked how it is, while anybody looks, in ms. */
const LOOK_MS = 300;

/** How the board is: asked again and again for all pages together, who are told of what has changed. */
export class WatchedState {
  readonly #ask: () => Promise<ControlDescription | undefined>;
  readonly #silent: () => readonly string[];
  readonly #told = new Map<object, (changes: Partial<BoardState>) => void>();
  #state: Partial<BoardState> = {};
  /** Of each value of `#state`. */
  readonly #texts = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ask gives undefined while the board is not there @param silent see `BoardState` */
  constructor(ask: () => Promise<ControlDescription | undefined>, silent: () => readonly string[]) {
    this.#ask = ask;
    this.#silent = silent;
  }

  /** Tells `who` how the board is, and from now on what has changed. @returns what ends it */
  tell(told: (changes: Partial<BoardState>) => void): () => void {
    const who = {};
    if (this.#texts.size > 0) told(this.#state);
    this.#told.set(who, told);
    if (this.#told.size === 1) void this.#look();
    return () => {
      this.#told.delete(who);
      if (this.#told.size === 0) clearTimeout(this.#timer);
    };
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    // A board that ends meanwhile is told by others.
    const found = await this.#ask().catch(() => undefined);
    if (found !== undefined) {
      const { parts, lines, buses, real } = found;
      this.#compare({ parts, lines, buses, real, silent: this.#silent() });
    }
    clearTimeout(this.#timer);
    if (this.#told.size > 0) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  #compare(now: BoardState): void {
    const changes = Object.entries(now).filter(([name, value]) => {
      const text = JSON.stringify(value);
      if (this.#texts.get(name) === text) return false;
      this.#texts.set(name, text);
      return true;
    });
    if (changes.length === 0) return;
    this.#state = now;
    for (const tell of this.#told.values()) tell(Object.fromEntries(changes));
  }
}
