/** Frames between two steps, by their three bits (26h, 27h, 29h, 2Ah). */
const INTERVAL_FRAMES = [5, 64, 128, 256, 3, 4, 25, 2] as const;

const COLUMNS = 128;

/** Where scrolling has led, and what a step does. Plain data. */
interface ScrollState {
  active: boolean;
  /** Columns that a step moves by: 1 to the right, -1 to the left, 0 before any command. */
  step: number;
  interval: number;
  firstPage: number;
  lastPage: number;
  /** Rows that a step moves up by. */
  rows: number;
  /** A3h: rows that stand still at the top, and rows below them that move. */
  fixed: number;
  moving: number;
  /** How far the moving rows are up. */
  shift: number;
}

export const NO_SCROLL: ScrollState = {
  active: false,
  step: 0,
  interval: 0,
  firstPage: 0,
  lastPage: 0,
  rows: 0,
  fixed: 0,
  moving: 64,
  shift: 0,
};

/** Frames of one step; 0 = nothing moves. */
export function stepFrames({ active, step, interval }: ScrollState): number {
  return active && step !== 0 ? (INTERVAL_FRAMES[interval & 7] as number) : 0;
}

/** 26h, 27h: `dummy, first page, interval, last page, 00, FF`. 29h, 2Ah: `dummy, first page, interval, last page, rows`. */
export function setScroll(scroll: ScrollState, command: number, args: readonly number[]): void {
  const [, firstPage = 0, interval = 0, lastPage = 0, rows = 0] = args;
  Object.assign(scroll, {
    step: command === 0x26 || command === 0x29 ? 1 : -1,
    firstPage: firstPage & 7,
    interval: interval & 7,
    lastPage: lastPage & 7,
    rows: command >= 0x29 ? rows & 0x3f : 0,
  });
}

/**
 * `count` steps: columns of the pages go round in `memory`, rows by `shift`.
 * @param reversed addresses run against the columns of memory (A1h)
 */
export function scrollBy(scroll: ScrollState, memory: Uint8Array, count: number, reversed: boolean): void {
  const columns = ((scroll.step * (reversed ? -1 : 1) * count) % COLUMNS) + COLUMNS;
  for (let page = scroll.firstPage; page <= scroll.lastPage; page++) {
    const row = memory.subarray(page * COLUMNS, (page + 1) * COLUMNS);
    const before = row.slice();
    for (let column = 0; column < COLUMNS; column++) {
      row[(column + columns) % COLUMNS] = before[column] as number;
    }
  }
  if (scroll.moving > 0) scroll.shift = (scroll.shift + scroll.rows * count) % scroll.moving;
}

/** The row that stands where `row` would, in the part of the picture that moves. */
export function scrolledRow({ fixed, moving, shift }: ScrollState, row: number): number {
  const inside = row - fixed;
  return inside < 0 || inside >= moving ? row : fixed + ((inside + shift) % moving);
}
