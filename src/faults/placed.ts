import { type AnyFaultOptions, type FaultKind, KINDS } from './fault.ts';

const MS = 1e6;

/** A fault that is to be put on a bus. */
export interface FaultStart {
  readonly kind: FaultKind;
  /** `&temp`, as who injects it calls it. */
  readonly target: string;
  readonly options: AnyFaultOptions;
}

/** One time that a fault struck. */
export interface Strike {
  /** ns of the board's time, from when the fault was injected. */
  readonly afterNs: number;
  /** What was going on: `write to 0x48, byte 1`. */
  readonly where: string;
}

/** Strikes that are kept with their places; more are counted only. */
const STRIKES_KEPT = 256;

/** A fault on a bus: whether it strikes now, and how often it did. */
export class PlacedFault {
  readonly kind: FaultKind;
  readonly options: AnyFaultOptions;
  /** `nack of &temp` */
  readonly text: string;
  /** The part that it is on; undefined: the whole bus. */
  readonly part: string | undefined;
  readonly strikes: Strike[] = [];
  fired = 0;
  /** How often it could have struck, as far as these were counted: until it has struck for the last time. */
  chances = 0;
  readonly #units: () => readonly number[] | undefined;
  readonly #beganNs: number;
  readonly #most: number;
  /** When a part that lost its power has it again, in ns of the board. */
  #silentUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param part path of its node; undefined: the whole bus
   * @param units addresses or chip selects of the part; undefined: all. Asked each time: a part may get another address
   */
  constructor(
    { kind, target, options }: FaultStart,
    part: string | undefined,
    units: () => readonly number[] | undefined,
    nowNs: number,
  ) {
    this.kind = kind;
    this.options = options;
    this.text = `${kind} on ${target}`;
    this.part = part;
    this.#units = units;
    this.#beganNs = nowNs + (options.afterMs ?? 0) * MS;
    this.#most = options.times ?? (KINDS[kind].lasts ? Number.POSITIVE_INFINITY : 1);
  }

  isOn(unit: number): boolean {
    return this.#units()?.includes(unit) ?? true;
  }

  /** Whether a part that lost its power is still without. */
  isSilent(nowNs: number): boolean {
    return nowNs < this.#silentUntil;
  }

  /** A part loses its power now. */
  silence(nowNs: number): void {
    this.#silentUntil = nowNs + (this.options.forMs ?? 0) * MS;
  }

  /** One chance to strike: everything else fits. Chances are counted. */
  mayStrike(nowNs: number): boolean {
    const { skip = 0, every = 1, forMs = Number.POSITIVE_INFINITY } = this.options;
    if (nowNs < this.#beganNs) return false;
    if (KINDS[this.kind].lasts && nowNs >= this.#beganNs + forMs * MS) return false;
    if (this.fired >= this.#most) return false;
    const chance = this.chances++;
    return chance >= skip && (chance - skip) % every === 0;
  }

  /** It has struck. */
  struck(nowNs: number, where: string): void {
    this.fired++;
    if (this.strikes.length >= STRIKES_KEPT) return;
    this.strikes.push({ afterNs: nowNs - this.#beganNs + (this.options.afterMs ?? 0) * MS, where });
  }
}
