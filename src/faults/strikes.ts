import { KINDS } from './kinds.ts';
import type { FaultKind } from './options.ts';
import type { PlacedFault } from './placed.ts';

/** Lets the simulated part of a fault sense what the fault makes of it. */
export type Sensing = (fault: PlacedFault, nowNs: number) => void;

/** What struck in the present transfer. */
export class Strikes {
  readonly #bus: { nowNs(): number; readonly sense: Sensing };
  texts: readonly string[] = [];

  constructor(bus: { nowNs(): number; readonly sense: Sensing }) {
    this.#bus = bus;
  }

  clear(): void {
    this.texts = [];
  }

  /** A chance of the fault. @returns whether it strikes */
  by(fault: PlacedFault, where: string): boolean {
    const nowNs = this.#bus.nowNs();
    if (!fault.mayStrike(nowNs, where)) return false;
    fault.struck(nowNs, where);
    if (!this.texts.includes(fault.text)) this.texts = [...this.texts, fault.text];
    return true;
  }

  /** What came of one. */
  note(text: string): void {
    this.texts = [...this.texts, text];
  }

  /** The part is addressed: a fault of its sensor has a chance. */
  sense(fault: PlacedFault, where: string): void {
    if (KINDS[fault.kind].acts === 'sense' && this.by(fault, where))
      this.#bus.sense(fault, this.#bus.nowNs());
  }
}

/**
 * Which of `length` bytes, the first of them byte `first` of its message, a fault of that kind may strike; counted from
 * the first of them.
 */
export function placesIn(
  kind: FaultKind,
  byte: number | 'any' | undefined,
  first: number,
  length: number,
): number[] {
  if (byte === 'any' || kind === 'ghost') return Array.from({ length }, (_, index) => index);
  const index = (byte ?? 0) - first;
  return index >= 0 && index < length ? [index] : [];
}
