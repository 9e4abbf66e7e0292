import { describe, expect, it } from 'vitest';
import { smbusPec } from '../../../src/bus/index.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

/** Codes are worked out by hand from the coefficients of the data sheets. */

const CLEAR_FAULTS = 0x03;
const le = ([low = 0, high = 0]: readonly number[]) => low | (high << 8);

describe('LM25066 (SNVS654), LM5066 (SNVS655)', () => {
  const lm5066 = (microOhms?: number) =>
    i2cBench({
      compatible: 'ti,lm5066',
      reg: 0x40,
      ...(microOhms === undefined ? {} : { properties: { 'shunt-resistor-micro-ohms': microOhms } }),
    });
  type Bench = Awaited<ReturnType<typeof lm5066>>;
  const word = (bench: Bench, command: number) => le(bench.writeRead([command], 2));

  it('measures in direct format: 12 bits, but for the temperature, which has a sign', async () => {
    const bench = await lm5066();
    bench.set('vin', 48);
    bench.set('vout', 47.5);
    bench.set('iin', 10);
    bench.set('temperature', -12.5);
    // (4587 · 48 - 1200) / 100, (4587 · 47.5 - 2400) / 100, (5405 · 10 - 600) / 100, (605 · 480 - 8000) / 1000
    expect([0x88, 0x8b, 0xd1, 0xd2].map((command) => word(bench, command))).toEqual([2190, 2155, 535, 282]);
    expect(word(bench, 0x8d)).toBe(0x10000 - 200);
    bench.set('vin', 100);
    bench.set('iin', 1000);
    expect([0x88, 0xd1].map((command) => word(bench, command))).toEqual([0x0fff, 0x0fff]);
    bench.set('iin', 0);
    expect(word(bench, 0xd1)).toBe(0);
    // "Voltages greater than or equal to 2.97 V will be reported at plus full scale".
    bench.set('vaux', 2.97);
    expect(word(bench, 0xd0)).toBe(0x0fff);
  });

  it('current and power go with the sense resistor, and with the current limit of DEVICE_SETUP', async () => {
    const bench = await lm5066(3000);
    bench.set('iin', 5);
    expect(word(bench, 0xd1)).toBe(805);
    // Only bit 2 lets bit 4 choose.
    bench.write([0xd9, 0x10]);
    expect(word(bench, 0xd1)).toBe(805);
    bench.write([0xd9, 0x14]);
    expect(word(bench, 0xd1)).toBe(1601);
    const fault = await i2cBench({
      compatible: 'ti,lm5066',
      reg: 0x40,
      properties: { 'shunt-resistor-micro-ohms': 0 },
    }).catch((error: Error) => error.message);
    expect(fault).toContain('expected a resistance in µΩ');
  });

  it('LM25066: 22070, -1800, -2', async () => {
    const bench = await i2cBench({ compatible: 'ti,lm25066', reg: 0x10 });
    bench.set('vin', 11.5);
    expect(le(bench.writeRead([0x88], 2))).toBe(2520);
    bench.set('iin', 16);
    expect(le(bench.writeRead([0xd1], 2))).toBe(2134);
    bench.write([0xd9, 0x14]);
    expect(le(bench.writeRead([0xd1], 2))).toBe(1066);
  });

  it('a warning sets its status, STATUS_WORD and SMBA, until it is cleared; nothing is cleared by writing 1', async () => {
    const bench = await lm5066();
    bench.set('vin', 48);
    bench.write([CLEAR_FAULTS]);
    expect([word(bench, 0x79), bench.line('SMBA').high]).toEqual([0, true]);
    bench.write([0x57, 0x00, 0x08]);
    expect(bench.writeRead([0x7c], 1)).toEqual([0x40]);
    expect([word(bench, 0x79), bench.line('SMBA').high]).toEqual([0x2001, false]);
    bench.write([0x7c, 0x40]);
    expect(bench.writeRead([0x7e], 1)).toEqual([0x40]);
    bench.write([0x57, 0xff, 0xff]);
    expect(word(bench, 0x57)).toBe(0x0fff);
    expect(bench.writeRead([0x7c], 1)).toEqual([0x40]);
    bench.write([CLEAR_FAULTS]);
    expect([word(bench, 0x79), bench.line('SMBA').high]).toEqual([0, true]);
    bench.set('temperature', 126);
    expect(bench.writeRead([0x7d], 1)).toEqual([0x40]);
    bench.set('temperature', 151);
    expect(bench.writeRead([0x7d], 1)).toEqual([0xc0]);
  });

  it('what ALERT_MASK has is told by the status alone', async () => {
    const bench = await lm5066();
    expect(word(bench, 0xd8)).toBe(0x0820);
    bench.write([0xd8, 0x00, 0x40]);
    bench.set('iin', 30);
    bench.write([0xd3, 0x00, 0x01]);
    expect([bench.writeRead([0x7c], 1), bench.line('SMBA').high]).toEqual([[0x02], true]);
    bench.write([0xd8, 0x00, 0x00]);
    expect(bench.line('SMBA').high).toBe(false);
  });

  it('the defaults were loaded, its switch is on: DIAGNOSTIC_WORD after power-on, and as a block with what it measured', async () => {
    const bench = await lm5066();
    bench.set('vin', 48);
    bench.set('vout', 48);
    bench.set('iin', 10);
    expect([bench.writeRead([0x80], 1), word(bench, 0xe1)]).toEqual([[0x10], 0x0880]);
    const block = [12, 0x80, 0x08, 0x17, 0x02, 0x82, 0x08, 0x8e, 0x08, 0x1a, 0x01, 0x30, 0x02];
    expect(bench.writeRead([0xda], 14)).toEqual([
      ...block,
      smbusPec(0, Uint8Array.from([0x80, 0xda, 0x81, ...block])),
    ]);
    bench.write([CLEAR_FAULTS]);
    bench.write([0x01, 0x00]);
    expect([bench.get('on'), word(bench, 0xe1)]).toEqual([false, 0x0040]);
  });

  it('the black box has what it measured when SMBA was first asserted', async () => {
    const bench = await lm5066();
    bench.set('temperature', 130);
    const box = bench.writeRead([0xe0], 13);
    expect(le(box.slice(11))).toBe(2080);
    bench.set('temperature', 140);
    expect(bench.writeRead([0xe0], 13)).toEqual(box);
    bench.write([CLEAR_FAULTS]);
    expect(le(bench.writeRead([0xe0], 13).slice(11))).toBe(2240);
  });

  it('keeps the highest power until it is told to forget it', async () => {
    const bench = await lm5066();
    bench.set('vin', 48);
    bench.set('iin', 20);
    bench.set('iin', 10);
    expect(word(bench, 0xd5)).toBe(573);
    bench.write([0xd6]);
    expect(word(bench, 0xd5)).toBe(282);
  });

  it('ids, and a PEC that is wrong', async () => {
    const bench = await lm5066();
    expect(bench.writeRead([0x99], 4)).toEqual([3, ...Buffer.from('NSC')]);
    expect(bench.writeRead([0x9a], 9)).toEqual([8, ...Buffer.from('LM5066\0\0')]);
    bench.write([0x57, 0x00, 0x08, 0x00]);
    expect([bench.writeRead([0x7e], 1), word(bench, 0x57)]).toEqual([[0x20], 0x0fff]);
    // PAGE and VOUT_MODE it does not have.
    bench.write([CLEAR_FAULTS]);
    expect([bench.writeRead([0x20], 1), bench.writeRead([0x7e], 1)]).toEqual([[0xff], [0x80]]);
  });
});

describe('ADM1275 (rev. D), ADM1276 (rev. C)', () => {
  const adm = (compatible = 'adi,adm1276', properties = {}) =>
    i2cBench({ compatible, reg: 0x10, properties });
  type Bench = Awaited<ReturnType<typeof adm>>;
  const word = (bench: Bench, command: number) => le(bench.writeRead([command], 2));

  it('example 2: 3339 is 16 A through 1 mΩ; example 3: 21151 is 350 W', async () => {
    const bench = await adm();
    bench.set('iout', 16);
    expect(word(bench, 0x8c)).toBe(3339);
    bench.set('vin', 20);
    bench.set('iout', 17.5);
    expect(word(bench, 0x97)).toBe(21_151);
    // 21150.5 · 256
    expect(bench.writeRead([0xdb], 4)).toEqual([3, 0x80, 0x9e, 0x52]);
    bench.set('iout', -1000);
    expect([word(bench, 0x8c), word(bench, 0x97)]).toEqual([0, 0]);
  });

  it('example 1: 3662 warns above 10 A through 2 mΩ', async () => {
    const bench = await adm('adi,adm1275', { 'shunt-resistor-micro-ohms': 2000 });
    bench.write([0xd4, 0xac]);
    bench.write([0xd3, 0x01]);
    bench.set('iout', 10);
    bench.write([0x4a, 0x4e, 0x0e]);
    expect(bench.writeRead([0x7b], 1)).toEqual([0x00]);
    bench.set('iout', 10.1);
    expect([bench.writeRead([0x7b], 1), word(bench, 0x79)]).toEqual([[0x20], 0x4001]);
    bench.set('iout', 1);
    bench.write([CLEAR_FAULTS]);
    expect(word(bench, 0x79)).toBe(0);
  });

  it('ADM1275 measures when it is told to, once; and VOUT in the place of VIN', async () => {
    const bench = await adm('adi,adm1275');
    expect([word(bench, 0x88), word(bench, 0x8c)]).toEqual([0, 0]);
    bench.set('vin', 12);
    bench.write([0xd3, 0x01]);
    // 19199 · 12 / 100
    expect([word(bench, 0x88), bench.writeRead([0xd3], 1)]).toEqual([2304, [0]]);
    bench.set('vin', 6);
    expect(word(bench, 0x88)).toBe(2304);
    bench.set('vout', 5);
    bench.write([0xd4, 0xcc]);
    bench.write([0xd3, 0x01]);
    // Up to 6 V: 6720 · 5 / 10
    expect([word(bench, 0x88), word(bench, 0x8b)]).toEqual([2304, 3360]);
  });

  it('keeps the highest, until 0 is written', async () => {
    const bench = await adm();
    bench.set('vin', 15);
    bench.set('vin', 12);
    expect(word(bench, 0xd1)).toBe(2880);
    bench.write([0xd1, 0x00, 0x00]);
    expect(word(bench, 0xd1)).toBe(2304);
  });

  it('a second limit of the current warns below, or above', async () => {
    const bench = await adm();
    bench.set('iout', 5);
    bench.write([0xd7, 0x80, 0x09]);
    expect(bench.writeRead([0x80], 1)).toEqual([0x00]);
    bench.set('iout', 4);
    expect([bench.writeRead([0x80], 1), word(bench, 0x79)]).toEqual([[0x01], 0x1001]);
    bench.write([0xd8, 0x10]);
    bench.write([CLEAR_FAULTS]);
    expect(bench.writeRead([0x80], 1)).toEqual([0x00]);
    bench.set('iout', 8);
    expect(bench.writeRead([0x80], 1)).toEqual([0x01]);
  });

  it('OPERATION is not acknowledged before DEVICE_CONFIG enables it', async () => {
    const bench = await adm();
    expect(faultOf(() => bench.write([0x01, 0x00]))).toBe('EREMOTEIO');
    expect(bench.get('on')).toBe(true);
    bench.write([0xd8, 0x20]);
    bench.write([0x01, 0x00]);
    expect([bench.get('on'), word(bench, 0x79)]).toEqual([false, 0x0840]);
  });

  it('values at reset (table 9)', async () => {
    const bench = await adm();
    const words = [0x42, 0x43, 0x4a, 0x57, 0x58, 0x6b, 0xd6, 0xd7].map((command) => word(bench, command));
    expect(words).toEqual([0x0fff, 0, 0x0fff, 0x0fff, 0, 0x7fff, 0x8000, 0]);
    expect([0x19, 0x98, 0xd3, 0xd4, 0xd8].map((command) => bench.writeRead([command], 1)[0])).toEqual([
      0xb0, 0x22, 0x01, 0xaf, 0x00,
    ]);
    expect(bench.writeRead([0x9a], 10)).toEqual([9, ...Buffer.from('ADM1276-3')]);
    expect(bench.writeRead([0x86], 7)).toEqual([6, 0, 0, 0, 0, 0, 0]);
  });
});
