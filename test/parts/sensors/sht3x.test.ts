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
    expect(bench.line('ALERT').high).toBe(false);
    // 1 a second, the first after 12.5 ms.
    bench.clock.advance(12.5 * MS);
    expect(bench.line('ALERT').high).toBe(true);
    expect(bench.writeRead([0xf3, 0x2d], 1)).toEqual([0x84]);
    bench.set('temperature', 25);
    bench.clock.advance(999 * MS);
    expect(bench.line('ALERT').high).toBe(true);
    bench.clock.advance(1 * MS);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('ALERT moves in time for who listens', async () => {
    const bench = await sht3x();
    const heard: number[] = [];
    bench.line('ALERT').listen(() => heard.push(bench.clock.now() / MS));
    bench.set('temperature', 80);
    bench.write([0x22, 0x36]);
    bench.clock.advance(600 * MS);
    bench.set('temperature', 25);
    bench.clock.advance(1000 * MS);
    expect(heard).toEqual([12.5, 1012.5]);
  });

  it('what is fetched is what was measured then, not what it feels now', async () => {
    const bench = await sht3x();
    bench.write([0x20, 0x32]);
    bench.clock.advance(100 * MS);
    bench.set('temperature', 60);
    expect(bench.writeRead([0xe0, 0x00], 6)).toEqual(READING);
  });

  // Table 18 "Description of the status register".
  it('status bit 1 tells of a command that is none, bit 0 of a wrong checksum, until the next', async () => {
    const bench = await sht3x();
    const status = () => bench.writeRead([0xf3, 0x2d], 2)[1];
    bench.write([0x30, 0x41]);
    bench.write([0x12, 0x34]);
    expect([status(), status()]).toEqual([0x02, 0x02]);
    bench.write([0x30, 0x66]);
    expect(status()).toBe(0x00);
    bench.write([0x61, 0x1d, 0xcd, 0x33, 0x00]);
    expect(status()).toBe(0x01);
    bench.write([0x61, 0x1d, 0xcd, 0x33, crc8(Uint8Array.of(0xcd, 0x33), 0xff)]);
    expect(status()).toBe(0x00);
  });

  it('the heater warms it by some degrees, and the air at it is drier (4.10)', async () => {
    const bench = await sht3x();
    const measured = () => {
      const bytes = Buffer.from(bench.writeRead([0x2c, 0x06], 6));
      return [-45 + (175 * bytes.readUInt16BE(0)) / 65535, (100 * bytes.readUInt16BE(3)) / 65535] as const;
    };
    bench.write([0x30, 0x6d]);
    const [warm, dry] = measured();
    expect(warm).toBeCloseTo(28, 2);
    // Saturation: 31.67 hPa at 25 °C, 37.80 hPa at 28 °C.
    expect(dry).toBeCloseTo((50 * 31.67) / 37.8, 0);
    bench.write([0x30, 0x66]);
    expect(measured()[0]).toBeCloseTo(25, 2);
  });

  it('a limit with a wrong checksum is not taken', async () => {
    const bench = await sht3x();
    bench.write([0x61, 0x1d, 0, 0, 0]);
    expect(bench.writeRead([0xe1, 0x1f], 2)).toEqual([0xcd, 0x33]);
  });
});
