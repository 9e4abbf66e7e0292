/** The grid of what is drawn, in ns. */
export const TICK_NS = 100;

/** A wire changes its level. */
export interface WaveEdge {
  readonly tick: number;
  readonly lane: number;
  readonly high: boolean;
}

/** Draws the wires of a bus, one transfer after the other. Times are in ticks, and need not be whole. */
export class Pen {
  readonly #levels: boolean[];
  readonly #edges: WaveEdge[] = [];
  at = 0;

  /** @param idle levels by lane */
  constructor(idle: readonly boolean[]) {
    this.#levels = [...idle];
  }

  /** From here on the lane has this level. */
  set(lane: number, high: boolean): void {
    if (this.#levels[lane] === high) return;
    this.#levels[lane] = high;
    this.#edges.push({ tick: Math.round(this.at), lane, high });
  }

  move(ticks: number): void {
    this.at += ticks;
  }

  /** What was drawn since the last time. */
  take(): readonly WaveEdge[] {
    return this.#edges.splice(0);
  }
}
