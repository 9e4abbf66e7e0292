import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const [ACTIVITY, INACTIVITY, FREE_FALL] = [0x10, 0x08, 0x04];

/** THRESH_ACT and THRESH_INACT count 62.5 mg, TIME_INACT seconds. */
describe('ADXL345 (rev. E), which events of movement are told', () => {
  const detecting = async (registers: readonly (readonly number[])[], enabled: number, power = 0x08) => {
    const bench = await i2cBench({ compatible: 'adi,adxl345', reg: 0x53 });
    bench.set('accelZ', 0);
    for (const bytes of registers) bench.write(bytes);
    bench.write([0x2e, enabled]);
    bench.write([0x2d, power]);
    bench.clock.advance(10 * MS);
    return bench;
  };
  type Bench = Awaited<ReturnType<typeof detecting>>;
  const source = (bench: Bench) => (bench.writeRead([0x30], 1)[0] as number) & 0x1c;
  const axes = (bench: Bench) => (bench.writeRead([0x2b], 1)[0] as number) >> 4;

  it('only those that INT_ENABLE names', async () => {
    const all = [
      [0x24, 0x08],
      [0x25, 0x08, 0x01, 0x77],
      [0x28, 0x09, 0x14],
    ];
    const seen = async (enabled: number, g: number) => {
      const bench = await detecting(all, enabled);
      bench.set('accelX', g);
      bench.clock.advance(2000 * MS);
      return source(bench);
    };
    expect([await seen(INACTIVITY, 2), await seen(FREE_FALL, 2), await seen(ACTIVITY, 2)]).toEqual([
      0,
      0,
      ACTIVITY,
    ]);
    expect([await seen(ACTIVITY, 0), await seen(INACTIVITY, 0), await seen(FREE_FALL, 0)]).toEqual([
      0,
      INACTIVITY,
      FREE_FALL,
    ]);
  });

  it('activity of the axes that take part; ACT_TAP_STATUS names no others', async () => {
    const bench = await detecting(
      [
        [0x24, 0x08],
        [0x27, 0x20],
      ],
      ACTIVITY,
    );
    bench.set('accelX', 2);
    bench.clock.advance(10 * MS);
    expect(source(bench)).toBe(0);
    bench.set('accelY', 2);
    bench.clock.advance(10 * MS);
    // ACT_Y.
    expect([source(bench), axes(bench)]).toEqual([ACTIVITY, 0b010]);
  });

  it('dc: compared with the threshold itself, wherever it began', async () => {
    const bench = await detecting(
      [
        [0x24, 0x08],
        [0x27, 0x70],
      ],
      0,
    );
    bench.set('accelX', 1);
    bench.clock.advance(10 * MS);
    bench.write([0x2e, ACTIVITY]);
    bench.clock.advance(10 * MS);
    expect(source(bench)).toBe(ACTIVITY);
  });

  it.each([
    ['INT_ENABLE', [0x2e, ACTIVITY]],
    ['ACT_INACT_CTL', [0x27, 0xf0]],
  ])('ac: what is felt after %s was written is the new reference', async (_, written) => {
    const bench = await detecting(
      [
        [0x24, 0x08],
        [0x27, 0xf0],
      ],
      ACTIVITY,
    );
    bench.set('accelX', 1);
    bench.write(written);
    bench.clock.advance(10 * MS);
    expect(source(bench)).toBe(0);
    bench.set('accelX', 0);
    bench.clock.advance(10 * MS);
    expect(source(bench)).toBe(ACTIVITY);
  });

  it('inactivity of the axes that take part, and of none where none does', async () => {
    const inactive = async (control: number) => {
      const bench = await detecting([[0x25, 0x08, 0x01, control]], INACTIVITY);
      bench.set('accelY', 2);
      bench.clock.advance(10 * MS);
      bench.clock.advance(1500 * MS);
      return source(bench);
    };
    expect([await inactive(0x04), await inactive(0x02), await inactive(0x00)]).toEqual([INACTIVITY, 0, 0]);
  });

  it('inactivity, dc: never while an axis is beyond; ac: when it no longer moves', async () => {
    const inactive = async (control: number) => {
      const bench = await detecting([[0x25, 0x08, 0x01, control]], INACTIVITY);
      bench.set('accelX', 1);
      bench.clock.advance(10 * MS);
      bench.clock.advance(1500 * MS);
      return source(bench);
    };
    expect([await inactive(0x07), await inactive(0x0f)]).toEqual([0, INACTIVITY]);
  });

  it('inactivity, ac: the reference is taken when it was last beyond, so that creeping counts', async () => {
    const bench = await detecting([[0x25, 0x08, 0x01, 0x0f]], INACTIVITY);
    // 0.5 g is the threshold: 0.6 g is beyond 0, and 0.9 g is not beyond 0.6.
    for (const g of [0.3, 0.6, 0.9]) {
      bench.set('accelX', g);
      bench.clock.advance(10 * MS);
      bench.clock.advance(390 * MS);
    }
    bench.clock.advance(150 * MS);
    expect(source(bench)).toBe(0);
    bench.clock.advance(150 * MS);
    expect(source(bench)).toBe(INACTIVITY);
  });

  it('without LINK the part is never asleep, and activity is told again and again', async () => {
    const bench = await detecting(
      [
        [0x24, 0x08],
        [0x25, 0x08, 0x01, 0xff],
      ],
      ACTIVITY | INACTIVITY,
    );
    bench.clock.advance(1500 * MS);
    expect([source(bench), (bench.writeRead([0x2b], 1)[0] as number) & 0x08]).toEqual([INACTIVITY, 0]);
    for (const g of [2, -2]) {
      bench.set('accelX', g);
      bench.clock.advance(10 * MS);
      expect(source(bench)).toBe(ACTIVITY);
    }
  });

  it('linked: activity is told once, and then inactivity is looked for', async () => {
    const bench = await detecting(
      [
        [0x24, 0x08],
        [0x25, 0x08, 0x01, 0x77],
      ],
      ACTIVITY | INACTIVITY,
      0x28,
    );
    bench.clock.advance(1500 * MS);
    expect(source(bench)).toBe(INACTIVITY);
    const told: number[] = [];
    for (const g of [2, -2, 2]) {
      bench.set('accelX', g);
      bench.clock.advance(10 * MS);
      told.push(source(bench));
    }
    expect(told).toEqual([ACTIVITY, 0, 0]);
  });
});
