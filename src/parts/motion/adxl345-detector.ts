import type { Kit, RegisterHandle } from '../model.ts';

/** Registers that activity, inactivity and free fall are set by (rev. E, "Register definitions"). */
interface DetectorRegisters {
  readonly THRESH_ACT: RegisterHandle;
  readonly THRESH_INACT: RegisterHandle;
  readonly TIME_INACT: RegisterHandle;
  readonly ACT_INACT_CTL: RegisterHandle;
  readonly THRESH_FF: RegisterHandle;
  readonly TIME_FF: RegisterHandle;
  readonly ACT_TAP_STATUS: RegisterHandle;
}

/** Bits of INT_SOURCE. */
const EVENT = { ACTIVITY: 0x10, INACTIVITY: 0x08, FREE_FALL: 0x04 } as const;

/** g a count of the thresholds; ns a count of TIME_INACT and of TIME_FF. */
const THRESHOLD_G = 0.0625;
const INACTIVE_NS = 1e9;
const FREE_FALL_NS = 5e6;
/** ACT_INACT_CTL: activity in the higher half. In each: compared with a reference (ac), X, Y, Z. */
const AC = 0x08;
const axisBit = (axis: number) => 0x04 >> axis;
const ASLEEP = 0x08;

/** Sees activity, inactivity and free fall in samples. */
export class Detector {
  readonly #registers: DetectorRegisters;
  readonly #state;
  readonly #activeReference: Float64Array;
  readonly #inactiveReference: Float64Array;

  constructor(registers: DetectorRegisters, keep: Kit['keep']) {
    this.#registers = registers;
    this.#activeReference = keep(new Float64Array(3));
    this.#inactiveReference = keep(new Float64Array(3));
    this.#state = keep({ ...AT_FIRST });
  }

  /** Detection begins anew: the next sample is the reference. */
  restart(): void {
    Object.assign(this.#state, AT_FIRST);
  }

  /**
   * A sample, in g, at `now` ns. @param enabled bits of INT_ENABLE
   * @param linked activity and inactivity are looked for by turns
   * @returns bits of INT_SOURCE
   */
  sample(g: readonly number[], now: number, enabled: number, linked: boolean): number {
    const state = this.#state;
    if (state.fresh) {
      this.#activeReference.set(g);
      this.#inactiveReference.set(g);
      Object.assign(state, { fresh: false, stillSince: now, fallingSince: now });
    }
    let events = 0;
    const moving = this.#moving(g);
    const below = this.#still(g);
    if (!below) state.stillSince = now;
    const still = below && now - state.stillSince >= this.#registers.TIME_INACT.value * INACTIVE_NS;
    if ((enabled & EVENT.ACTIVITY) !== 0 && moving !== 0 && !(linked && state.active)) {
      events |= EVENT.ACTIVITY;
      state.active = true;
      this.#registers.ACT_TAP_STATUS.value = (this.#registers.ACT_TAP_STATUS.value & 0x07) | (moving << 4);
    } else if ((enabled & EVENT.INACTIVITY) !== 0 && still && !(linked && !state.active)) {
      events |= EVENT.INACTIVITY;
      state.active = false;
      if (linked) {
        this.#activeReference.set(g);
        this.#registers.ACT_TAP_STATUS.value |= ASLEEP;
      }
    }
    if (this.#falling(g, now) && (enabled & EVENT.FREE_FALL) !== 0) events |= EVENT.FREE_FALL;
    return events;
  }

  /** Axes that are beyond THRESH_ACT: X in bit 2. Any of those that take part is enough. */
  #moving(g: readonly number[]): number {
    const { THRESH_ACT, ACT_INACT_CTL } = this.#registers;
    const control = ACT_INACT_CTL.value >> 4;
    let axes = 0;
    for (const [axis, value] of g.entries()) {
      const from = (control & AC) === 0 ? 0 : (this.#activeReference[axis] as number);
      const beyond = Math.abs(value - from) > THRESH_ACT.value * THRESHOLD_G;
      if (beyond && (control & axisBit(axis)) !== 0) axes |= axisBit(axis);
    }
    return axes;
  }

  /** All axes that take part are below THRESH_INACT. What is beyond becomes the reference. */
  #still(g: readonly number[]): boolean {
    const { THRESH_INACT, ACT_INACT_CTL } = this.#registers;
    const control = ACT_INACT_CTL.value;
    if ((control & 0x07) === 0) return false;
    const ac = (control & AC) !== 0;
    const still = g.every((value, axis) => {
      const from = ac ? (this.#inactiveReference[axis] as number) : 0;
      return (control & axisBit(axis)) === 0 || Math.abs(value - from) < THRESH_INACT.value * THRESHOLD_G;
    });
    if (!still && ac) this.#inactiveReference.set(g);
    return still;
  }

  /** All axes are below THRESH_FF for TIME_FF. */
  #falling(g: readonly number[], now: number): boolean {
    const { THRESH_FF, TIME_FF } = this.#registers;
    if (!g.every((value) => Math.abs(value) < THRESH_FF.value * THRESHOLD_G)) {
      this.#state.fallingSince = now;
      return false;
    }
    return now - this.#state.fallingSince >= TIME_FF.value * FREE_FALL_NS;
  }
}

const AT_FIRST = { fresh: true, active: true, stillSince: 0, fallingSince: 0 };
