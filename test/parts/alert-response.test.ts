import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench, type NodeLiteral } from '../sim/support.ts';

/** SMBus 3.2, appendix A.2: at 0Ch who asserts an alert sends its address; the lowest one wins and lets go of its line. */

const ALERT_RESPONSE = 0x0c;
const bench = (...children: NodeLiteral[]) => i2cBench(...children);
type Bench = Awaited<ReturnType<typeof bench>>;
const ask = (on: Bench) => on.read(1, ALERT_RESPONSE)[0];
const nobody = (on: Bench) => faultOf(() => on.read(1, ALERT_RESPONSE)) === 'ENXIO';
const lineOf = (on: Bench, index: number) => on.parts.at(`/i2c/part${index}`).part.lines?.[0]?.high;

describe('TMP102 (SBOS397, "SMBus alert function")', () => {
  const interrupting = async (config: number[], ...regs: number[]) => {
    const on = await bench(...regs.map((reg) => ({ compatible: 'ti,tmp102', reg })));
    for (const reg of regs) on.write([0x01, ...config], reg);
    return on;
  };

  it('answers in interrupt mode, with the limit in the lowest bit, and lets go of the line', async () => {
    const on = await interrupting([0x62, 0xa0], 0x49);
    expect(nobody(on)).toBe(true);
    on.set('temperature', 90);
    expect(lineOf(on, 0)).toBe(false);
    expect(ask(on)).toBe(0x92);
    expect(lineOf(on, 0)).toBe(true);
    expect(nobody(on)).toBe(true);
    on.set('temperature', 20);
    expect(ask(on)).toBe(0x93);
  });

  it('POL turns the lowest bit round; in comparator mode it does not answer', async () => {
    const inverted = await interrupting([0x66, 0xa0], 0x49);
    inverted.set('temperature', 90);
    expect(ask(inverted)).toBe(0x93);
    const comparing = await interrupting([0x60, 0xa0], 0x49);
    comparing.set('temperature', 90);
    expect(lineOf(comparing, 0)).toBe(false);
    expect(nobody(comparing)).toBe(true);
    expect(lineOf(comparing, 0)).toBe(false);
  });

  it('of several the lowest address is heard, and only its line released', async () => {
    // 0x4a & 0x49 would be 0x48: whoever loses must fall silent.
    const on = await interrupting([0x62, 0xa0], 0x4a, 0x49, 0x4b);
    for (const index of [0, 1]) on.parts.set(`/i2c/part${index}`, 'temperature', 90);
    expect([0, 1, 2].map((index) => lineOf(on, index))).toEqual([false, false, true]);
    expect(ask(on)).toBe(0x92);
    expect([0, 1, 2].map((index) => lineOf(on, index))).toEqual([false, true, true]);
    expect(ask(on)).toBe(0x94);
    expect(nobody(on)).toBe(true);
  });

  it('cannot be written to there, and a part with that address is no alert', async () => {
    const on = await interrupting([0x62, 0xa0], 0x49);
    on.set('temperature', 90);
    expect(faultOf(() => on.write([0], ALERT_RESPONSE))).toBe('ENXIO');
    const other = await bench({ compatible: 'nxp,pca9554', reg: ALERT_RESPONSE });
    expect(other.writeRead([0x03], 1)).toEqual([0xff]);
  });
});

it.each([
  ['ti,tmp75', 0x48, [0x01, 0x02]],
  ['ti,tmp1075', 0x48, [0x01, 0x02, 0xff]],
])('%s answers in interrupt mode', async (compatible, reg, interrupts) => {
  const on = await bench({ compatible, reg });
  on.write(interrupts);
  on.set('temperature', 90);
  expect([ask(on), nobody(on)]).toEqual([0x90, true]);
});

it.each(['national,lm75', 'microchip,mcp980x'])('%s has no such answer', async (compatible) => {
  const on = await bench({ compatible, reg: 0x48 });
  on.write([0x01, 0x02]);
  on.set('temperature', 90);
  expect([lineOf(on, 0), nobody(on)]).toEqual([false, true]);
});

it('ADS1115, 8.3.9: a latched comparator answers, and is released by that', async () => {
  const on = await bench({ compatible: 'ti,ads1115', reg: 0x48 });
  on.write([0x03, 0x10, 0x00]);
  // AIN0, continuous, latching, after one conversion.
  on.write([0x01, 0x42, 0x84]);
  on.set('ain0', 2);
  on.clock.advance(1e9 / 128);
  expect(lineOf(on, 0)).toBe(false);
  expect(ask(on)).toBe(0x90);
  expect([lineOf(on, 0), nobody(on)]).toEqual([true, true]);
});

it('INA226, "SMBus alert response": the line stays until MASK_ENABLE is read', async () => {
  const on = await bench({ compatible: 'ti,ina226', reg: 0x45 });
  // Bus over limit, 5 V, latched.
  on.write([0x07, 0x0f, 0xa0]);
  on.write([0x06, 0x20, 0x01]);
  expect(nobody(on)).toBe(true);
  on.set('busVoltage', 6);
  on.set('busVoltage', 4);
  expect([ask(on), lineOf(on, 0), ask(on)]).toEqual([0x8a, false, 0x8a]);
  on.writeRead([0x06], 2);
  expect([lineOf(on, 0), nobody(on)]).toEqual([true, true]);
});

it('INA238: the same, until DIAG_ALRT is read', async () => {
  const on = await bench({ compatible: 'ti,ina238', reg: 0x41 });
  on.write([0x0b, 0x80, 0x01]);
  on.write([0x0e, 0x06, 0x40]);
  on.set('busVoltage', 6);
  on.set('busVoltage', 4);
  expect(ask(on)).toBe(0x82);
  on.writeRead([0x0b], 2);
  expect(nobody(on)).toBe(true);
});
