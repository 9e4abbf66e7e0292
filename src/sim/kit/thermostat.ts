/** How a thermostat's output behaves: the configuration bits of LM75 and its relatives. */
interface ThermostatMode {
  readonly high: number;
  readonly low: number;
  /** Consecutive conversions beyond a limit before it counts. */
  readonly faults: number;
  /** Interrupt mode: the output stays asserted until a register is read. Else comparator mode. */
  readonly latched: boolean;
}

/**
 * The comparator of LM75, TMP75, TMP102: asserted at or above `high`, until the value is below `low` again;
 * in interrupt mode each of the two crossings asserts the output once (LM75 data sheet, figures 3 and 4).
 */
export class Thermostat {
  readonly state = { above: false, asserted: false, count: 0 };

  /** Looks at `count` conversions that all gave `value`. */
  sample(value: number, mode: ThermostatMode, count = 1): void {
    const { state } = this;
    const crossed = state.above ? value < mode.low : value >= mode.high;
    state.count = crossed ? state.count + count : 0;
    if (state.count >= mode.faults) {
      state.count = 0;
      state.above = !state.above;
      if (mode.latched) state.asserted = true;
    }
    if (!mode.latched) state.asserted = state.above;
  }

  /** In interrupt mode: a register was read. */
  acknowledge(): void {
    this.state.asserted = false;
  }

  reset(): void {
    Object.assign(this.state, { above: false, asserted: false, count: 0 });
  }
}
