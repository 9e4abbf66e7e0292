import { describe, expect, it } from 'vitest';
import { monitor } from './monitor.ts';

const MS = 1e6;

/** Register of the bus voltage, the bits of it that are the voltage, what 6 V and 12 V are there, and what measures the bus once. */
const MONITORS = [
  // 4 mV, from bit 3 on; MODE 2 of CONFIGURATION (SBOS448, table 6).
  ['ti,ina219', { at: 2, mask: 0xfff8, six: 0x2ee0, twelve: 0x5dc0, once: [0, 0x39, 0x9a] }],
  // 1.25 mV; MODE 2 (SBOS547, table 9).
  ['ti,ina226', { at: 2, mask: 0xffff, six: 0x12c0, twelve: 0x2580, once: [0, 0x41, 0x22] }],
  // 3.125 mV; MODE 1 of ADC_CONFIG (SLYS026, table 7-6).
  ['ti,ina238', { at: 5, mask: 0xffff, six: 0x0780, twelve: 0x0f00, once: [1, 0x1b, 0x68] }],
  // 8 mV, from bit 3 on; MODE 2 (SBOS576, table 8).
  ['ti,ina3221', { at: 2, mask: 0xffff, six: 0x1770, twelve: 0x2ee0, once: [0, 0x71, 0x22] }],
] as const;

describe.each(MONITORS)('%s', (compatible, { at, mask, six, twelve, once }) => {
  const measured = async () => {
    const bench = await monitor(compatible);
    const supply = compatible === 'ti,ina3221' ? 'busVoltage1' : 'busVoltage';
    return {
      ...bench,
      supplies: (volts: number) => bench.set(supply, volts),
      shown: () => {
        const [high = 0, low = 0] = bench.writeRead([at], 2);
        return ((high << 8) | low) & mask;
      },
    };
  };

  it('shows what is there when it comes up; from its first conversion on, what the last one found', async () => {
    const { supplies, shown, clock } = await measured();
    supplies(6);
    expect(shown()).toBe(six);
    clock.advance(10 * MS);
    supplies(12);
    expect(shown()).toBe(six);
    clock.advance(10 * MS);
    expect(shown()).toBe(twelve);
  });

  it('comes up again by a reset', async () => {
    const { supplies, shown, clock, write } = await measured();
    clock.advance(10 * MS);
    write([0, 0x80, 0x00]);
    supplies(12);
    expect(shown()).toBe(twelve);
  });

  it('measures once where its mode says so', async () => {
    const { supplies, shown, clock, write } = await measured();
    write(once);
    supplies(6);
    expect(shown()).toBe(0);
    clock.advance(10 * MS);
    expect(shown()).toBe(six);
    supplies(12);
    clock.advance(100 * MS);
    expect(shown()).toBe(six);
    write(once);
    clock.advance(10 * MS);
    expect(shown()).toBe(twelve);
  });
});
