import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/** Kionix KX023-1025 data sheet, "Accelerometer outputs": 16 bits, two's complement, the low byte first. */

const G = 9.80665;

describe('KX023-1025', () => {
  const made = () => i2cBench({ compatible: 'kionix,kx023-1025', reg: 0x1e });
  type Bench = Awaited<ReturnType<typeof made>>;
  const counts = (bench: Bench, axis = 0) => {
    const [low = 0, high = 0] = bench.writeRead([0x06 + 2 * axis], 2);
    return ((low | (high << 8)) << 16) >> 16;
  };

  it('measures when PC1 is set; in stand-by the outputs keep their values', async () => {
    const bench = await made();
    bench.set('z', G);
    expect(counts(bench, 2)).toBe(0);
    bench.write([0x18, 0x80]);
    expect(counts(bench, 2)).toBe(16_384);
    bench.set('z', -G);
    expect(counts(bench, 2)).toBe(-16_384);
    bench.write([0x18, 0x00]);
    bench.set('z', 0);
    expect(counts(bench, 2)).toBe(-16_384);
  });

  it.each([
    ['±2 g', 0x80, 24_576, 32_767, -32_768],
    ['±4 g', 0x88, 12_288, 24_576, -32_768],
    ['±8 g', 0x90, 6144, 12_288, -24_576],
  ] as const)('GSEL: %s', async (_, control, x, y, z) => {
    const bench = await made();
    bench.write([0x18, control]);
    bench.set('x', 1.5 * G);
    bench.set('y', 3 * G);
    bench.set('z', -6 * G);
    expect([counts(bench), counts(bench, 1), counts(bench, 2)]).toEqual([x, y, z]);
  });

  it('values at reset', async () => {
    const bench = await made();
    expect([0x0c, 0x0f, 0x18, 0x19, 0x1b].map((at) => bench.writeRead([at], 1)[0])).toEqual([
      0x55, 0x15, 0x00, 0x3f, 0x02,
    ]);
  });
});
