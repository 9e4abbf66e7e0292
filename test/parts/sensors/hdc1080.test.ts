import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('HDC1080 (SNAS672)', () => {
  const hdc1080 = () => i2cBench({ compatible: 'ti,hdc1080', reg: 0x40 });

  it('has its ids and 1000h as configuration (table 1)', async () => {
    const bench = await hdc1080();
    expect(bench.writeRead([0xfe], 2)).toEqual([0x54, 0x49]);
    expect(bench.writeRead([0xff], 2)).toEqual([0x10, 0x50]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x10, 0x00]);
  });

  // 7.5: 6.35 ms for temperature and 6.5 ms for humidity at 14 bits; 8.6: code / 2^16 * 165 - 40, code / 2^16 * 100.
  it('the pointer 00h starts both; until they are there the address is not acknowledged', async () => {
    const bench = await hdc1080();
    bench.set('temperature', 42.5);
    bench.set('humidity', 50);
    bench.write([0x00]);
    bench.clock.advance(12.8 * MS);
    expect(faultOf(() => bench.read(4))).toBe('ENXIO');
    bench.clock.advance(0.1 * MS);
    expect(bench.read(4)).toEqual([0x80, 0x00, 0x80, 0x00]);
  });

  it('with MODE 0 each is measured by its own pointer, and resolution shortens the time', async () => {
    const bench = await hdc1080();
    bench.set('humidity', 25);
    bench.write([0x02, 0x02, 0x00]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x02, 0x00]);
    bench.write([0x01]);
    bench.clock.advance(2.5 * MS);
    expect(bench.read(2)).toEqual([0x40, 0x00]);
    bench.set('humidity', 33.3);
    bench.write([0x01]);
    bench.clock.advance(2.5 * MS);
    // 8 bits.
    expect(bench.read(2)).toEqual([0x55, 0x00]);
  });

  it('with MODE 0 the pointer 00h measures temperature alone, in 6.35 ms', async () => {
    const bench = await hdc1080();
    bench.set('temperature', 42.5);
    bench.write([0x02, 0x00, 0x00]);
    bench.write([0x00]);
    bench.clock.advance(6.3 * MS);
    expect(faultOf(() => bench.read(2))).toBe('ENXIO');
    bench.clock.advance(0.1 * MS);
    expect(bench.read(2)).toEqual([0x80, 0x00]);
  });

  it('acknowledges no read before it was told to measure, nor after a reset', async () => {
    const bench = await hdc1080();
    expect(faultOf(() => bench.read(2))).toBe('ENXIO');
    bench.write([0x00]);
    bench.clock.advance(13 * MS);
    bench.reset();
    expect(faultOf(() => bench.read(2))).toBe('ENXIO');
  });

  it('a write of a read-only register changes nothing, and is told when it is strict', async () => {
    const bench = await i2cBench({
      compatible: 'ti,hdc1080',
      reg: 0x40,
      properties: { 'dtbus,strict': true },
    });
    bench.write([0x02, 0x02, 0x00]);
    bench.write([0xfe, 0x80, 0x00]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x02, 0x00]);
    expect(bench.writeRead([0xfe], 2)).toEqual([0x54, 0x49]);
    expect(bench.warnings).toEqual(['/i2c/part0: write of register 254: it is read-only']);
  });

  it('RST brings 1000h back', async () => {
    const bench = await hdc1080();
    bench.write([0x02, 0x00, 0x00]);
    bench.write([0x02, 0x80, 0x00]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x10, 0x00]);
  });
});
