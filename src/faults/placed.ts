import { KINDS } from './kinds.ts';
import type { AnyFaultOptions, FaultKind } from './options.ts';
import { Chances } from './random.ts';

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

/** Where a fault is. */
export interface FaultSite {
  /** Path of the simulated part; undefined: a whole bus, or a part that is none of ours. */
  readonly part: string | undefined;
  /** Addresses or chip selects of the part; undefined: all. Asked each time: a part may get another address. */
  readonly units: () => readonly number[] | undefined;
  /** Whether what is on the wire comes to it now: a channel of a multiplexer may not be connected. Default: yes. */
  readonly isReached?: () => boolean;
}

/** Strikes that are kept with their places; more are counted only. */
const STRIKES_KEPT = 256;

/** What is random is told with its seed. */
export function isRandom({ kind, options }: FaultStart): boolean {
  return kind === 'noise' || options.chance !== undefined;
}

/** `nack on &temp`, `noise on &temp, seed 17` */
export function faultText(start: FaultStart): string {
  const { kind, target, options } = start;
  return `${kind} on ${target}${isRandom(start) ? `, seed ${options.seed}` : ''}`;
}

/** A fault in its place: whether it strikes now, and how often it did. */
export class PlacedFault {
  readonly kind: FaultKind;
  readonly options: AnyFaultOptions;
  /** `nack on &temp` */
  readonly text: string;
  readonly site: FaultSite;
  readonly strikes: Strike[] = [];
  fired = 0;
  /** How often it could have struck, as far as these were counted: until it has struck for the last time. */
  chances = 0;
  /** Of a part that was left in the middle of a byte: after how many clock pulses it lets go of SDA. */
  clocksLeft = 0;
  /** What is random about it. */
  readonly random: Chances;
  readonly #beganNs: number;
  readonly #most: number;
  /** When a part that lost its power has it again, in ns of the board. */
  #silentUntil = Number.NEGATIVE_INFINITY;

  constructor(start: FaultStart, site: FaultSite, nowNs: number) {
    const { kind, options } = start;
    this.kind = kind;
    this.options = options;
    this.text = faultText(start);
    this.site = site;
    this.random = new Chances(options.seed ?? 0);
    this.#beganNs = nowNs + (options.afterMs ?? 0) * MS;
    this.#most = options.times ?? (KINDS[kind].lasts ? Number.POSITIVE_INFINITY : 1);
  }

  isOn(unit: number): boolean {
    return (this.site.units()?.includes(unit) ?? true) && this.isReached;
  }

  get isReached(): boolean {
    return this.site.isReached?.() ?? true;
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
  mayStrike(nowNs: number, where: string): boolean {
    const { skip = 0, every = 1, forMs = Number.POSITIVE_INFINITY, chance = 1 } = this.options;
    if (nowNs < this.#beganNs) return false;
    if (KINDS[this.kind].lasts && nowNs >= this.#beganNs + forMs * MS) return false;
    if (this.fired >= this.#most) return false;
    if (this.options.while?.({ nowNs, where }) === false) return false;
    const count = this.chances++;
    if (count < skip || (count - skip) % every !== 0) return false;
    return chance === 1 || this.random.next() < chance;
  }

  /** A chance of it. @returns whether it strikes */
  strikesAt(nowNs: number, where: string): boolean {
    if (!this.mayStrike(nowNs, where)) return false;
    this.struck(nowNs, where);
    return true;
  }

  /** ns since it began to act; below 0 before. */
  sinceNs(nowNs: number): number {
    return nowNs - this.#beganNs;
  }

  /** It has struck. */
  struck(nowNs: number, where: string): void {
    this.fired++;
    if (this.strikes.length >= STRIKES_KEPT) return;
    this.strikes.push({ afterNs: nowNs - this.#beganNs + (this.options.afterMs ?? 0) * MS, where });
  }
}
