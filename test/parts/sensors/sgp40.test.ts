import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('SGP40 (version 1.2, 3 and 4)', () => {
  const sgp40 = () => i2cBench({ compatible: 'sensirion,sgp40', reg: 0x59 });
  /** Without compensation, as the data sheet has it: 50 % is 8000h with A2h, 25 °C is 6666h with 93h. */
  const MEASURE = [0x26, 0x0f, 0x80, 0x00, 0xa2, 0x66, 0x66, 0x93];

  it('measures in 30 ms; until then it does not acknowledge', async () => {
    const bench = await sgp40();
    // CRC of BEEFh is 92h (4.6).
    bench.set('rawVoc', 0xbeef);
    bench.write(MEASURE);
    bench.clock.advance(29 * MS);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
    bench.clock.advance(1 * MS);
    expect(bench.read(3)).toEqual([0xbe, 0xef, 0x92]);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
  });

  it('does not acknowledge a wrong checksum, and measures nothing', async () => {
    const bench = await sgp40();
    expect(faultOf(() => bench.write([0x26, 0x0f, 0x80, 0x00, 0xa3, 0x66, 0x66, 0x93]))).toBe('EREMOTEIO');
    expect(faultOf(() => bench.write([0x26, 0x0f, 0x80, 0x00, 0xa2, 0x66, 0x66, 0x94]))).toBe('EREMOTEIO');
    bench.clock.advance(30 * MS);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
  });

  it('the self test takes 320 ms and gives D400h', async () => {
    const bench = await sgp40();
    bench.write([0x28, 0x0e]);
    bench.clock.advance(320 * MS);
    expect(bench.read(2)).toEqual([0xd4, 0x00]);
  });

  it('does not acknowledge a wrong checksum of the humidity at once', async () => {
    const bench = await sgp40();
    expect(faultOf(() => bench.write([0x26, 0x0f, 0x80, 0x00, 0xa3]))).toBe('EREMOTEIO');
    expect(faultOf(() => bench.write([0x26, 0x0f, 0x80, 0x00, 0xa2]))).toBeUndefined();
  });

  it('gives no more than its last answer, of which heater off leaves nothing', async () => {
    const bench = await sgp40();
    bench.write([0x36, 0x82]);
    bench.clock.advance(1 * MS);
    bench.read(9);
    bench.write([0x28, 0x0e]);
    bench.clock.advance(320 * MS);
    expect(bench.read(5).slice(3)).toEqual([0xff, 0xff]);
    bench.write([0x28, 0x0e]);
    bench.clock.advance(320 * MS);
    bench.write([0x36, 0x15]);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
  });

  it.each([[[0x04]], [[0x04, 0x06]]])('the general call %j is no reset', async (bytes) => {
    const bench = await sgp40();
    bench.write(MEASURE);
    bench.write(bytes, 0);
    bench.clock.advance(30 * MS);
    expect(bench.read(3)).toHaveLength(3);
  });

  it('tells of commands that it does not have, when it is strict, and of no others', async () => {
    const bench = await i2cBench({
      compatible: 'sensirion,sgp40',
      reg: 0x59,
      properties: { 'dtbus,strict': true },
    });
    for (const command of [MEASURE, [0x28, 0x0e], [0x36, 0x82], [0x36, 0x15]]) {
      bench.write(command);
      bench.clock.advance(320 * MS);
    }
    expect(bench.warnings).toEqual([]);
    bench.write([0x12, 0x34]);
    expect(bench.warnings).toEqual(['/i2c/part0: command 0x1234: no such command']);
  });

  it('has a serial number of three words; the general call 06h resets', async () => {
    const bench = await sgp40();
    bench.write([0x36, 0x82]);
    bench.clock.advance(1 * MS);
    expect(bench.read(9)).toHaveLength(9);
    bench.write(MEASURE);
    bench.write([0x06], 0);
    bench.clock.advance(100 * MS);
    expect(faultOf(() => bench.read(3))).toBe('ENXIO');
  });
});
