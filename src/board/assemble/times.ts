import type { SpiTime, TraceTime } from '../../backend/index.ts';
import { MS, type RealClock, SteppedClock } from '../../sim/index.ts';

/** Transfers are told by the time that the parts see. */
export function traceTimeOf(clock: RealClock | SteppedClock): TraceTime {
  const originMs = clock instanceof SteppedClock ? clock.wall() : performance.timeOrigin;
  return { originMs, nowMs: () => clock.now() / MS };
}

/** Chips are deselected by the time that the parts see. */
export function spiTimeOf(clock: SteppedClock): SpiTime {
  return { now: () => clock.now() / MS, after: (ms, work) => void clock.after(ms * MS, work) };
}
