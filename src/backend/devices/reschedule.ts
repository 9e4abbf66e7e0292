/**
 * Calls `work` at `due` (ms of `performance.now()`), and again as long as it gives another time: for work that
 * was begun by a promise, of which no event loop hears when it wants to be called next. `Infinity` ends it.
 */
export function reschedule(due: number, work: () => number): void {
  if (due === Number.POSITIVE_INFINITY) return;
  // A timer may fire a little early; then the work just names the same time once more.
  const delay = Math.max(1, Math.ceil(due - performance.now()));
  setTimeout(() => reschedule(work(), work), delay);
}

/**
 * So many requests of one ring are taken before the others have their turn: a driver that adds as fast as it
 * is served would otherwise keep the thread for itself.
 */
export const REQUESTS_PER_TURN = 256;
