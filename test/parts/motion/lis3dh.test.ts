import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

describe('LIS3DH (DocID17530)', () => {
  const lis3dh = () => i2cBench({ compatible: 'st,lis3dh-accel', reg: 0x18 });
  const x = async (control1: number, control4: number, g: number) => {
    const bench = await lis3dh();
    bench.set('accelX', g);
    bench.write([0x20, control1]);
    bench.write([0x23, control4]);
    bench.clock.advance(1000 * MS);
    return bench.writeRead([0xa8], 2);
  };
  const word = ([low = 0, high = 0]: readonly number[]) => ((high << 24) >> 16) | low;

  it('says 33h, powers up with CTRL_REG1 07h, in power-down', async () => {
    const bench = await lis3dh();
    expect([...bench.writeRead([0x0f], 1), ...bench.writeRead([0x20], 1)]).toEqual([0x33, 0x07]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
  });

  // Table 4: 1, 2, 4, 12 mg a digit of 12 bits, left-justified.
  it.each([
    [0x08, 1000],
    [0x18, 500],
    [0x28, 250],
    [0x38, 83],
  ])('1 g in high resolution, CTRL_REG4 %i: %d digits', async (control4, digits) => {
    expect(word(await x(0x57, control4, 1)) >> 4).toBe(digits);
    expect(Math.abs((word(await x(0x57, control4, -1)) >> 4) + digits)).toBeLessThanOrEqual(1);
  });

  // Table 9: 10 bits in normal mode (4 mg), 8 in low-power mode (16 mg).
  it('has 10 bits in normal mode, 8 in low power', async () => {
    expect([word(await x(0x57, 0x00, 0.5)), word(await x(0x57, 0x00, 0.503))]).toEqual([8000, 8000]);
    expect(word(await x(0x57, 0x00, 0.504))).toBe(8064);
    expect(word(await x(0x5f, 0x00, 0.5)) & 0xff).toBe(0);
  });

  it('BLE turns the bytes of an axis round; an axis that is off keeps its value', async () => {
    expect(await x(0x57, 0x48, 0.5)).toEqual([0x1f, 0x40]);
    expect(await x(0x56, 0x08, 0.5)).toEqual([0x00, 0x00]);
  });

  // Table 31: ODR.
  it.each([
    [0x17, 1000],
    [0x57, 10],
    [0x77, 2.5],
    [0x9f, 0.19],
  ])(
    'CTRL_REG1 %i: a sample each %d ms; INT1 tells with I1_ZYXDA, and a read clears',
    async (control, ms) => {
      const bench = await lis3dh();
      bench.write([0x22, 0x10]);
      bench.write([0x20, control]);
      bench.clock.advance(ms * 0.95 * MS);
      expect(bench.line('INT1').high).toBe(false);
      bench.clock.advance(ms * 0.06 * MS);
      expect(bench.line('INT1').high).toBe(true);
      expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
      bench.writeRead([0xa8], 6);
      expect([bench.line('INT1').high, ...bench.writeRead([0x27], 1)]).toEqual([false, 0x00]);
    },
  );

  it('without bit 7 of the register number a read stays where it is', async () => {
    const bench = await lis3dh();
    expect(bench.writeRead([0x0f], 2)).toEqual([0x33, 0x33]);
    expect(bench.writeRead([0xa0], 2)).toEqual([0x07, 0x00]);
  });

  it('on SPI bit 6 says so', async () => {
    const bench = await spiBench({ compatible: 'st,lis3dh-accel' });
    expect(bench.exchange([0x8f], 2, 3)).toEqual([0x33, 0x33]);
    expect(bench.exchange([0xe0], 2, 3)).toEqual([0x07, 0x00]);
  });

  it('ODR 9 is 1.344 kHz, and 5.376 kHz in low power only (table 31)', async () => {
    const samplesIn3ms = async (control: number) => {
      const bench = await lis3dh();
      const edges: boolean[] = [];
      bench.write([0x22, 0x10]);
      bench.line('INT1').listen((high) => edges.push(high));
      bench.write([0x20, control]);
      for (let part = 0; part < 30; part++) {
        bench.clock.advance(0.1 * MS);
        bench.writeRead([0xa8], 6);
      }
      return edges.filter((high) => high).length;
    };
    expect(await samplesIn3ms(0x97)).toBe(4);
    expect(await samplesIn3ms(0x9f)).toBe(16);
    // 100 Hz.
    expect(await samplesIn3ms(0x5f)).toBe(0);
  });

  it('STATUS_REG tells of overruns: a sample before the last one was read, and several at once', async () => {
    const bench = await lis3dh();
    bench.write([0x20, 0x57]);
    bench.clock.advance(10.5 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
    bench.writeRead([0xa8], 6);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
    bench.clock.advance(30 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
  });

  it('the higher byte of an axis clears its flags, the lower does not', async () => {
    const bench = await lis3dh();
    bench.write([0x20, 0x57]);
    bench.clock.advance(10.5 * MS);
    bench.writeRead([0x28], 1);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.writeRead([0x29], 1);
    expect(bench.writeRead([0x27], 1)).toEqual([0x06]);
  });

  it('INT1 is silent without I1_ZYXDA, and low when active with INT_POLARITY', async () => {
    const bench = await lis3dh();
    bench.write([0x20, 0x57]);
    bench.clock.advance(10.5 * MS);
    expect(bench.line('INT1').high).toBe(false);
    bench.write([0x22, 0x10]);
    expect(bench.line('INT1').high).toBe(true);
    bench.write([0x25, 0x02]);
    expect(bench.line('INT1').high).toBe(false);
    bench.writeRead([0xa8], 6);
    expect(bench.line('INT1').high).toBe(true);
  });

  it('a new rate counts from when it is chosen', async () => {
    const bench = await lis3dh();
    bench.write([0x20, 0x17]);
    bench.clock.advance(500 * MS);
    bench.write([0x20, 0x57]);
    bench.clock.advance(9.9 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
  });

  it('INT1 falls with a loss of power', async () => {
    const bench = await lis3dh();
    bench.write([0x22, 0x10]);
    bench.write([0x20, 0x57]);
    bench.clock.advance(10.5 * MS);
    expect(bench.line('INT1').high).toBe(true);
    bench.reset();
    expect(bench.line('INT1').high).toBe(false);
  });
});
