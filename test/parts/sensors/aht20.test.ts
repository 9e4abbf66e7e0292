import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('AHT20 and its relatives (AHT20 data sheet, 5 and 6)', () => {
  const bench20 = () => i2cBench({ compatible: 'aosong,aht20', reg: 0x38 });

  it('measures in 80 ms: status, 20 bits of humidity, 20 bits of temperature, checksum', async () => {
    const bench = await bench20();
    bench.set('temperature', 25);
    bench.set('humidity', 50);
    bench.write([0xac, 0x33, 0x00]);
    bench.clock.advance(79 * MS);
    // Bit 7 busy, bit 3 calibrated.
    expect((bench.read(1)[0] as number) & 0x88).toBe(0x88);
    bench.clock.advance(1 * MS);
    const bytes = bench.read(7);
    expect((bytes[0] as number) & 0x88).toBe(0x08);
    // 50 % is 80000h, 25 °C is (25 + 50) / 200 * 2^20 = 60000h.
    expect(bytes.slice(1, 6)).toEqual([0x80, 0x00, 0x06, 0x00, 0x00]);
    // 6.1: polynomial x^8 + x^5 + x^4 + 1 from FFh; over all seven bytes nothing is left.
    let rest = 0xff;
    for (const byte of bytes) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++) rest = (rest & 0x80 ? (rest << 1) ^ 0x31 : rest << 1) & 0xff;
    }
    expect(rest).toBe(0);
  });

  it.each([
    [-40, [0x00, 0xcc, 0xcd]],
    [85, [0x0a, 0xcc, 0xcd]],
  ])('%d °C', async (celsius, code) => {
    const bench = await bench20();
    bench.set('humidity', 0);
    bench.set('temperature', celsius);
    bench.write([0xac, 0x33, 0x00]);
    bench.clock.advance(80 * MS);
    expect(bench.read(6).slice(3)).toEqual(code);
  });

  it('gives FFFFFh at the most', async () => {
    const bench = await bench20();
    bench.set('humidity', 100);
    bench.write([0xac, 0x33, 0x00]);
    bench.clock.advance(80 * MS);
    expect(bench.read(4).slice(1, 3)).toEqual([0xff, 0xff]);
    expect((bench.read(4)[3] as number) & 0xf0).toBe(0xf0);
  });

  it('measures again each time it is told, by the whole command only', async () => {
    const bench = await bench20();
    const busy = () => (bench.writeRead([0x71], 1)[0] as number) & 0x80;
    bench.write([0xac]);
    expect(busy()).toBe(0);
    bench.write([0xac, 0x33]);
    expect(busy()).toBe(0);
    for (const [celsius, code] of [
      [25, 0x60000],
      [50, 0x80000],
    ] as const) {
      bench.set('temperature', celsius);
      bench.write([0xac, 0x33, 0x00]);
      expect(busy()).toBe(0x80);
      bench.clock.advance(80 * MS);
      const [, , , high = 0, middle = 0, low = 0] = bench.read(6);
      expect(((high & 15) << 16) | (middle << 8) | low).toBe(code);
    }
  });

  it('neither initializing nor a command that it does not have measures', async () => {
    const bench = await i2cBench({
      compatible: 'aosong,aht20',
      reg: 0x38,
      properties: { 'dtbus,strict': true },
    });
    bench.write([0xbe, 0x08, 0x00]);
    expect((bench.writeRead([0x71], 1)[0] as number) & 0x88).toBe(0x08);
    expect(bench.warnings).toEqual([]);
    bench.write([0x55, 0x00, 0x00]);
    expect((bench.read(1)[0] as number) & 0x88).toBe(0x08);
    expect(bench.warnings).toEqual(['/i2c/part0: command 0x55: no such command']);
  });

  it('after power-on is calibrated and has no result', async () => {
    const bench = await bench20();
    bench.write([0xac, 0x33, 0x00]);
    bench.clock.advance(80 * MS);
    bench.reset();
    const [status = 0, ...rest] = bench.read(6);
    expect(status & 0x88).toBe(0x08);
    expect(rest).toEqual([0, 0, 0, 0, 0]);
  });

  it('a soft reset takes 20 ms, in which it does not answer', async () => {
    const bench = await bench20();
    bench.write([0xba]);
    bench.clock.advance(19 * MS);
    expect(faultOf(() => bench.read(1))).toBe('ENXIO');
    bench.clock.advance(1 * MS);
    expect(bench.read(1)).toHaveLength(1);
  });

  it('the AHT10 has no checksum', async () => {
    const bench = await i2cBench({ compatible: 'aosong,aht10', reg: 0x38 });
    bench.write([0xe1, 0x08, 0x00]);
    bench.write([0xac, 0x33, 0x00]);
    bench.clock.advance(80 * MS);
    expect(bench.read(7)[6]).toBe(0xff);
  });
});
