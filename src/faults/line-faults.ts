import type { PlacedFault } from './placed.ts';

const MS = 1e6;
const PAIRS = 3;

/** The time that the lines of a board live in. */
export interface LineTime {
  nowNs(): number;
  after(ns: number, callback: () => void): void;
}

/** The faults of the lines of one GPIO controller. */
export class LineFaults {
  readonly #time: LineTime;
  readonly #placed: readonly PlacedFault[];

  constructor(time: LineTime, placed: readonly PlacedFault[]) {
    this.#time = time;
    this.#placed = placed;
  }

  /**
   * Somebody drives a line.
   * @param was its level before @param high what it is driven to; undefined: it is let go of, and high
   * @param deliver drives it
   */
  drive(
    line: number,
    was: boolean,
    high: boolean | undefined,
    deliver: (high: boolean | undefined) => void,
  ): void {
    const level = high ?? true;
    if (level === was) {
      deliver(high);
      return;
    }
    const edge = level ? 'rising' : 'falling';
    const where = `${edge} edge of line ${line}`;
    for (const fault of this.#placed) {
      if (!fault.isOn(line) || (fault.options.edge ?? edge) !== edge) continue;
      const nowNs = this.#time.nowNs();
      if (!fault.mayStrike(nowNs, where)) continue;
      fault.struck(nowNs, where);
      this.#act(fault, level, () => deliver(high), deliver);
      return;
    }
    deliver(high);
  }

  #act(
    { kind, options }: PlacedFault,
    level: boolean,
    arrive: () => void,
    deliver: (high: boolean) => void,
  ): void {
    if (kind === 'late') this.#time.after((options.ms ?? 0) * MS, arrive);
    if (kind !== 'bounce') return;
    for (let pair = 0; pair < (options.count ?? PAIRS); pair++) {
      deliver(level);
      deliver(!level);
    }
    arrive();
  }
}
