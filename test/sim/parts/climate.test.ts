import { describe, expect, it } from 'vitest';
import { crc8 } from '../../../src/sim/kit/crc8.ts';
import { faultOf, i2cBench } from '../support.ts';

const MS = 1e6;

describe('CRC-8', () => {
  // SHT3x data sheet, table 20; HTU21D data sheet, "CRC checksum".
  it.each([
    [[0xbe, 0xef], 0xff, 0x92],
    [[0xdc], 0x00, 0x79],
    [[0x68, 0x3a], 0x00, 0x7c],
    [[0x4e, 0x85], 0x00, 0x6b],
  ])('of %o from %i is %i', (bytes, start, crc) => {
    expect(crc8(Uint8Array.from(bytes), start)).toBe(crc);
  });
});

describe('MCP9808 (DS25095)', () => {
  const mcp9808 = () => i2cBench({ compatible: 'microchip,mcp9808', reg: 0x18 });
  const [CONFIG, UPPER, LOWER, CRIT, T_A] = [1, 2, 3, 4, 5];
  const wide = async () => {
    const bench = await mcp9808();
    bench.write([UPPER, 0x05, 0x00]);
    bench.write([CRIT, 0x05, 0xf0]);
    bench.write([LOWER, 0x00, 0x00]);
    return bench;
  };

  it('has its identification, and the flags of limits that are all zero', async () => {
    const bench = await mcp9808();
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x54]);
    expect(bench.writeRead([7], 2)).toEqual([0x04, 0x00]);
    expect(bench.writeRead([8], 1)).toEqual([0x03]);
    expect(bench.writeRead([T_A], 2)).toEqual([0xc1, 0x90]);
  });

  it.each([
    [25.25, [0x01, 0x94]],
    [0.0625, [0x00, 0x01]],
    [-0.0625, [0x3f, 0xff]],
    [-40, [0x3d, 0x80]],
  ])('%d °C', async (celsius, bytes) => {
    const bench = await wide();
    bench.set('temperature', celsius);
    expect(bench.writeRead([T_A], 2)).toEqual(bytes);
  });

  it('rounds to the resolution that is set', async () => {
    const bench = await wide();
    bench.write([8, 0]);
    bench.set('temperature', 25.3);
    expect(bench.writeRead([T_A], 2)).toEqual([0x01, 0x98]);
  });

  it('compares with hysteresis and drives ALERT when that is enabled', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x02, 0x08]);
    bench.set('temperature', 80.25);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([T_A], 1)).toEqual([0x45]);
    bench.set('temperature', 79);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 78.5);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('below T_LOWER counts from its hysteresis on, until T_LOWER is reached again', async () => {
    const bench = await wide();
    bench.write([LOWER, 0x01, 0x40]);
    bench.write([CONFIG, 0x02, 0x08]);
    const levels: boolean[] = [];
    for (const celsius of [19, 18, 19, 20]) {
      bench.set('temperature', celsius);
      levels.push(bench.line('ALERT').high);
    }
    expect(levels).toEqual([true, false, false, true]);
  });

  it('in interrupt mode keeps ALERT until it is cleared', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0x09]);
    bench.set('temperature', 81);
    bench.set('temperature', 20);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0x19]);
    bench.write([CONFIG, 0x00, 0x29]);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('locks its limits until a power-on reset', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0xc0]);
    bench.write([UPPER, 0x00, 0x00]);
    bench.write([CONFIG, 0x07, 0x00]);
    expect(bench.writeRead([UPPER], 2)).toEqual([0x05, 0x00]);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0xc0]);
    bench.reset();
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0x00]);
  });

  it('keeps its temperature while shut down', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x01, 0x00]);
    bench.set('temperature', 50);
    expect(bench.writeRead([T_A], 2)).toEqual([0x01, 0x90]);
  });
});

describe('TMP421 (SBOS398)', () => {
  it('gives high and low byte of itself and of its diode', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.set('temperature', 127.9375);
    bench.set('remote0', -25.5);
    expect(bench.writeRead([0x00], 2)).toEqual([0x7f, 0xf0]);
    expect(bench.writeRead([0x01], 2)).toEqual([0xe6, 0x80]);
    expect(bench.writeRead([0x11], 1)).toEqual([0x80]);
  });

  it('shifts by 64 °C in the extended range', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.write([0x09, 0x04]);
    bench.set('temperature', -55);
    expect(bench.writeRead([0x00], 1)).toEqual([0x09]);
    bench.set('temperature', 150);
    expect(bench.writeRead([0x00], 1)).toEqual([0xd6]);
  });

  it.each([
    ['ti,tmp421', 0x21, 0x1c],
    ['ti,tmp422', 0x22, 0x3c],
    ['ti,tmp423', 0x23, 0x7c],
  ])('%s', async (compatible, id, configuration2) => {
    const bench = await i2cBench({ compatible, reg: 0x2a });
    expect([bench.writeRead([0xfe], 1), bench.writeRead([0xff], 1)]).toEqual([[0x55], [id]]);
    expect(bench.writeRead([0x0a], 1)).toEqual([configuration2]);
  });

  it('while shut down converts once when it is told', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.write([0x09, 0x40]);
    bench.set('temperature', 50);
    expect(bench.writeRead([0x00], 1)).toEqual([0x19]);
    bench.write([0x0f, 0x00]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x32]);
    bench.write([0xfc, 0x00]);
    expect(bench.writeRead([0x09], 1)).toEqual([0x00]);
  });
});

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

  it('says what it is', async () => {
    const bench = await si7021();
    expect(bench.writeRead([0xfc, 0xc9], 2)).toEqual([0x15, 0x00]);
    expect(bench.writeRead([0xfa, 0x0f], 2)).toEqual([0x00, 0x00]);
    expect(bench.writeRead([0x84, 0xb8], 1)).toEqual([0x20]);
    const si7020 = await i2cBench({ compatible: 'silabs,si7020', reg: 0x40 });
    expect(si7020.writeRead([0xfc, 0xc9], 1)).toEqual([0x14]);
  });
});

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

describe('SHT4x (data sheet, 4)', () => {
  const sht4x = () => i2cBench({ compatible: 'sensirion,sht4x', reg: 0x44 });

  it('measures in 6.9 ms and does not acknowledge meanwhile', async () => {
    const bench = await sht4x();
    bench.write([0xfd]);
    bench.clock.advance(6.8 * MS);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
    expect(faultOf(() => bench.write([0xfd]))).toBe('ENXIO');
    bench.clock.advance(0.1 * MS);
    // 25 °C as on the SHT3x; 50 % = 56 / 125 * 65535
    expect(bench.read(6).filter((_, i) => i % 3 < 2)).toEqual([0x66, 0x66, 0x72, 0xb0]);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
  });

  it('has a serial number, and forgets a measurement at a reset', async () => {
    const bench = await sht4x();
    bench.write([0x89]);
    expect(bench.read(6).slice(0, 2)).toEqual([0x0f, 0x12]);
    bench.write([0xe0]);
    bench.clock.advance(2 * MS);
    bench.write([0x94]);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
  });
});

describe('BH1750 (data sheet, "Measurement sequence example")', () => {
  const bh1750 = () => i2cBench({ compatible: 'rohm,bh1750', reg: 0x23 });

  it('continuous H resolution: 28067 lx is 8390h, after 120 ms', async () => {
    const bench = await bh1750();
    bench.set('illuminance', 28066.67);
    bench.write([0x10]);
    bench.clock.advance(119 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x83, 0x90]);
    bench.set('illuminance', 100);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
  });

  it('one time L resolution takes 16 ms and powers down', async () => {
    const bench = await bh1750();
    bench.write([0x23]);
    bench.clock.advance(16 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.set('illuminance', 200);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.write([0x07]);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.write([0x01]);
    bench.write([0x07]);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
  });

  it('the measurement time and H resolution 2 make it finer', async () => {
    const bench = await bh1750();
    bench.write([0x44, 0x6a]);
    bench.write([0x11]);
    bench.clock.advance(240 * MS);
    // 100 lx * 1.2 * 2 * 138 / 69
    expect(bench.read(2)).toEqual([0x01, 0xe0]);
    bench.write([0x00]);
    bench.reset();
    expect(bench.read(2)).toEqual([0x00, 0x00]);
  });
});
