import { describe, expect, it } from 'vitest';
import { crc8 } from '../../../src/sim/kit/crc8.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('SHT3x (data sheet, 4)', () => {
  const sht3x = () => i2cBench({ compatible: 'sensirion,sht3x', reg: 0x44 });
  /** 25 °C = 70 / 175 * 65535, 50 % = 32767.5. */
  const READING = [0x66, 0x66, 0x93, 0x80, 0x00, 0xa2];

  it('a single shot is there after its time; until then the address is not acknowledged', async () => {
    const bench = await sht3x();
    bench.write([0x24, 0x00]);
    bench.clock.advance(12 * MS);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
    bench.clock.advance(0.5 * MS);
    expect(bench.read(6)).toEqual(READING);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
  });

  it('with clock stretching it is waited for', async () => {
    const bench = await sht3x();
    expect(bench.writeRead([0x2c, 0x10], 6)).toEqual(READING);
    expect(bench.clock.now()).toBe(2.5 * MS);
  });

  it('measures periodically; each value is fetched once', async () => {
    const bench = await sht3x();
    bench.write([0x27, 0x37]);
    const fetch = () => bench.writeRead([0xe0, 0x00], 6);
    expect(faultOf(fetch)).toBe('ENXIO');
    bench.clock.advance(13 * MS);
    expect(fetch()).toEqual(READING);
    expect(faultOf(fetch)).toBe('ENXIO');
    bench.clock.advance(100 * MS);
    expect(fetch()).toEqual(READING);
    bench.write([0x30, 0x93]);
    bench.clock.advance(100 * MS);
    expect(faultOf(fetch)).toBe('ENXIO');
  });

  it('has a status, a heater and a serial number', async () => {
    const bench = await sht3x();
    expect(bench.writeRead([0xf3, 0x2d], 2)).toEqual([0x80, 0x10]);
    bench.write([0x30, 0x41]);
    bench.write([0x30, 0x6d]);
    expect(bench.writeRead([0xf3, 0x2d], 2)).toEqual([0x20, 0x00]);
    bench.write([0x30, 0x66]);
    expect(bench.writeRead([0xf3, 0x2d], 2)).toEqual([0x00, 0x00]);
    expect(bench.writeRead([0x37, 0x80], 6)).toHaveLength(6);
    bench.write([0x06], 0);
    expect(bench.writeRead([0xf3, 0x2d], 2)).toEqual([0x80, 0x10]);
  });

  it('alerts beyond a limit, until it is inside the clear limit', async () => {
    const bench = await sht3x();
    bench.write([0x21, 0x30]);
    // High set 40 °C, 90 %: 9 bits of 31832 >> 7 = 248, 7 bits of 58981 >> 9 = 115.
    const [high, low] = [(115 << 1) | (248 >> 8), 248 & 0xff];
    bench.write([0x61, 0x1d, high, low, crc8(Uint8Array.of(high, low), 0xff)]);
    expect(bench.writeRead([0xe1, 0x1f], 2)).toEqual([high, low]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 45);
    expect(bench.line('ALERT').high).toBe(true);
    expect(bench.writeRead([0xf3, 0x2d], 1)).toEqual([0x84]);
    bench.set('temperature', 25);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('a limit with a wrong checksum is not taken', async () => {
    const bench = await sht3x();
    bench.write([0x61, 0x1d, 0, 0, 0]);
    expect(bench.writeRead([0xe1, 0x1f], 2)).toEqual([0xcd, 0x33]);
  });
});
