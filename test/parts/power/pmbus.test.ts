import { describe, expect, it } from 'vitest';
import { smbusPec } from '../../../src/bus/index.ts';
import { direct, LINEAR11 } from '../../../src/parts/power/pmbus-formats.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

const regulator = (compatible = 'lltc,ltc3882') => i2cBench({ compatible, reg: 0x40 });
const CLEAR_FAULTS = 0x03;
const pec = (bytes: readonly number[]) => smbusPec(0, Uint8Array.from(bytes));

describe('PMBus 1.3, part II', () => {
  it('7.3: LINEAR11 is a mantissa of 11 bits and an exponent of 5', () => {
    // 960 x 2^-6, 251 x 2^-3, -1 x 2^0.
    expect([0xd3c0, 0xe8fb, 0x07ff].map(LINEAR11.decode)).toEqual([15, 31.375, -1]);
    for (const value of [0, 12, -40.5, 1000, 0.1, 100_000]) {
      expect(Math.abs(LINEAR11.decode(LINEAR11.encode(value)) - value)).toBeLessThanOrEqual(
        Math.abs(value) / 1000,
      );
    }
  });

  it("7.4: DIRECT is (m X + b) 10^R, in two bytes of two's complement", () => {
    // MAX34451 data sheet: 3465 mV is 0D89h. Of a temperature in 0.01 °C, -40 °C is -4000.
    expect(direct([1, 0, 0], -0x8000, 0x7fff).encode(3465)).toBe(0x0d89);
    const celsius = direct([1, 0, 2], -0x8000, 0x7fff);
    expect([celsius.encode(-40), celsius.decode(0xf060), celsius.encode(400)]).toEqual([0xf060, -40, 0x7fff]);
  });

  it('SMBus 6.4: the check value of its CRC-8 is F4h', () => {
    expect(pec([...Buffer.from('123456789')])).toBe(0xf4);
  });

  it('reads have a PEC behind them; a write with a wrong one is a fault and changes nothing', async () => {
    const bench = await regulator();
    const [mode, check] = bench.writeRead([0x20], 2);
    expect([mode, check]).toEqual([0x14, pec([0x80, 0x20, 0x81, 0x14])]);
    bench.write([0x01, 0x00, pec([0x80, 0x01, 0x00])]);
    expect(bench.get('on')).toBe(false);
    bench.write([0x01, 0x80, 0x00]);
    expect([bench.get('on'), bench.writeRead([0x7e], 1)]).toEqual([false, [0x20]]);
    expect(bench.line('ALERT').high).toBe(false);
    // Off, power not good; and communication.
    expect(bench.writeRead([0x79], 2)).toEqual([0x42, 0x08]);
  });

  it('8.3, 8.4: VOUT is LINEAR16 with the exponent of VOUT_MODE, for each page', async () => {
    const bench = await regulator();
    bench.set('vout', 1.25);
    bench.set('vout1', 3.3);
    expect(bench.writeRead([0x8b], 2)).toEqual([0x00, 0x14]);
    bench.write([0x00, 0x01]);
    expect(bench.writeRead([0x8b], 2)).toEqual([0xcd, 0x34]);
    bench.write([0x00, 0x02]);
    expect(bench.writeRead([0x7e], 1)).toEqual([0x40]);
    bench.write([0x00, 0x00]);
    bench.write([0x21, 0x00, 0x18]);
    expect(bench.get('commandedVout')).toBe(1.5);
  });

  it('10.2, 17: a fault stays until it is cleared, and comes again while its cause is there', async () => {
    const bench = await regulator();
    bench.set('temperature', 130);
    expect([bench.writeRead([0x7d], 1), bench.writeRead([0x78], 1)]).toEqual([[0xc0], [0x04]]);
    bench.write([CLEAR_FAULTS]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 30);
    expect(bench.line('ALERT').high).toBe(false);
    bench.write([0x7d, 0x40]);
    expect(bench.writeRead([0x7d], 1)).toEqual([0x80]);
    bench.write([CLEAR_FAULTS]);
    expect([bench.writeRead([0x79], 2), bench.line('ALERT').high]).toEqual([[0, 0], true]);
    bench.set('makerFaults', 1);
    // 17.1: none of the bits above says it, so the lowest one does.
    expect(bench.writeRead([0x79], 2)).toEqual([0x01, 0x10]);
  });

  it('ids are blocks; what it does not know is a fault, and FFh', async () => {
    const bench = await regulator('maxim,max15301');
    expect(bench.writeRead([0xad], 9)).toEqual([8, ...Buffer.from('MAX15301')]);
    expect(bench.writeRead([0xd0], 2)).toEqual([0xff, 0xff]);
    expect(bench.writeRead([0x7e], 1)).toEqual([0x80]);
  });

  it('10.2.4: off and on again clears the faults of the page', async () => {
    const bench = await regulator();
    bench.set('vin', 79);
    expect(bench.writeRead([0x7c], 1)).toEqual([0x40]);
    bench.set('vin', 12);
    bench.write([0x01, 0x00]);
    expect(bench.writeRead([0x7c], 1)).toEqual([0x40]);
    bench.write([0x01, 0x80]);
    expect([bench.writeRead([0x7c], 1), bench.line('ALERT').high]).toEqual([[0x00], true]);
  });

  it('an alert that was answered is let go until the next fault', async () => {
    const bench = await regulator();
    expect(faultOf(() => bench.read(1, 0x0c))).toBe('ENXIO');
    bench.set('temperature', 120);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.read(1, 0x0c)).toEqual([0x80]);
    expect([bench.line('ALERT').high, bench.writeRead([0x7d], 1)]).toEqual([true, [0x40]]);
    bench.set('temperature', 130);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('11.1: a protected one takes nothing but PAGE, faults and the protection itself', async () => {
    const bench = await regulator();
    bench.write([0x10, 0x80]);
    bench.write([0x01, 0x00]);
    expect([bench.get('on'), bench.writeRead([0x7e], 1)]).toEqual([true, [0x40]]);
  });
});
