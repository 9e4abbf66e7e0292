import { describe, expect, it } from 'vitest';
import { Thermostat } from '../../../src/sim/kit/thermostat.ts';

const LIMITS = { high: 80, low: 75, faults: 1 };

/** LM75 data sheet, figures 3 and 4. */
describe('a thermostat', () => {
  const run = (thermostat: Thermostat, latched: boolean, values: readonly number[], faults = 1) =>
    values.map((value) => {
      thermostat.sample(value, { ...LIMITS, faults, latched });
      return thermostat.state.asserted;
    });

  it('begins, and begins anew, below its limits', () => {
    const thermostat = new Thermostat();
    expect(thermostat.state).toEqual({ above: false, asserted: false, count: 0 });
    thermostat.sample(90, { ...LIMITS, latched: true });
    thermostat.sample(70, { ...LIMITS, faults: 2, latched: true });
    thermostat.reset();
    expect(thermostat.state).toEqual({ above: false, asserted: false, count: 0 });
  });

  it('as a comparator is asserted from the upper limit on until below the lower', () => {
    expect(run(new Thermostat(), false, [79, 80, 76, 75, 74, 79])).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('with interrupts asserts once for each crossing', () => {
    const thermostat = new Thermostat();
    expect(run(thermostat, true, [79, 80])).toEqual([false, true]);
    thermostat.acknowledge();
    expect(run(thermostat, true, [90, 75, 74])).toEqual([false, false, true]);
    thermostat.acknowledge();
    expect(run(thermostat, true, [70, 81])).toEqual([false, true]);
  });

  it('counts conversions in a row', () => {
    expect(run(new Thermostat(), false, [81, 79, 81, 81], 2)).toEqual([false, false, false, true]);
    const thermostat = new Thermostat();
    thermostat.sample(81, { ...LIMITS, faults: 4, latched: false }, 3);
    expect(thermostat.state.asserted).toBe(false);
    thermostat.sample(81, { ...LIMITS, faults: 4, latched: false });
    expect(thermostat.state.asserted).toBe(true);
  });
});
