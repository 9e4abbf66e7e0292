import { describe, expect, it } from 'vitest';
import { crc8 } from '../../../src/sim/kit/crc8.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('Si7021 (data sheet, 5.1)', () => {
  const si7021 = () => i2cBench({ compatible: 'silabs,si7021', reg: 0x40 });

  it('holds the clock while it measures', async () => {
    const bench = await si7021();
    bench.set('temperature', 25);
    // (25 + 46.85) / 175.72 * 65536 = 26796.6, status bits 00
    expect(bench.writeRead([0xe3], 3)).toEqual([0x68, 0xac, crc8(Uint8Array.of(0x68, 0xac), 0)]);
    expect(bench.clock.now()).toBe(7 * MS);
    bench.set('humidity', 50);
    // 56 / 125 * 65536 = 29360.1, in steps of 16, status bits 10
    expect(bench.writeRead([0xe5], 2)).toEqual([0x72, 0xb2]);
  });

  it('without hold does not acknowledge until it has measured', async () => {
    const bench = await si7021();
    bench.write([0xf5]);
    bench.clock.advance(16 * MS);
    expect(faultOf(() => bench.read(2))).toBe('ENXIO');
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x72, 0xb2]);
  });

  it('gives the temperature of the last humidity without checksum', async () => {
    const bench = await si7021();
    bench.writeRead([0xe5], 2);
    bench.set('temperature', 80);
    expect(bench.writeRead([0xe0], 3)).toEqual([0x68, 0xac, 0xff]);
  });

  it('keeps reserved bits of the user register; a reset restores it', async () => {
    const bench = await si7021();
    expect(bench.writeRead([0xe7], 1)).toEqual([0x3a]);
    bench.write([0xe6, 0x81]);
    expect(bench.writeRead([0xe7], 1)).toEqual([0xbb]);
    bench.write([0x51, 0x0f]);
    expect(bench.writeRead([0x11], 1)).toEqual([0x0f]);
    bench.write([0xfe]);
    expect(bench.writeRead([0xe7], 1)).toEqual([0x3a]);
  });

  it('HTU21D: the same formulas, 44 and 14 ms, user register 02h, checksums of two bytes each', async () => {
    const bench = await i2cBench({ compatible: 'meas,htu21', reg: 0x40 });
    expect(bench.writeRead([0xe7], 1)).toEqual([0x02]);
    bench.write([0xf3]);
    bench.clock.advance(43 * MS);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x68, 0xac]);
    bench.write([0xf5]);
    bench.clock.advance(14 * MS);
    expect(bench.read(2)).toEqual([0x72, 0xb2]);
    const serial = bench.writeRead([0xfc, 0xc9], 6);
    expect(serial[5]).toBe(crc8(Uint8Array.from(serial.slice(3, 5)), 0));
  });

  it('says what it is', async () => {
    const bench = await si7021();
    expect(bench.writeRead([0xfc, 0xc9], 2)).toEqual([0x15, 0x00]);
    expect(bench.writeRead([0xfa, 0x0f], 2)).toEqual([0x00, 0x00]);
    expect(bench.writeRead([0x84, 0xb8], 1)).toEqual([0x20]);
    const si7020 = await i2cBench({ compatible: 'silabs,si7020', reg: 0x40 });
    expect(si7020.writeRead([0xfc, 0xc9], 1)).toEqual([0x14]);
  });
});
