import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

describe('LIS3MDL (DocID024204)', () => {
  const lis3mdl = () => i2cBench({ compatible: 'st,lis3mdl-magn', reg: 0x1e });

  it('says 3Dh; powers up in power-down, with 10 Hz', async () => {
    const bench = await lis3mdl();
    expect([...bench.writeRead([0x0f], 1), ...bench.writeRead([0xa0], 3)]).toEqual([0x3d, 0x10, 0x00, 0x03]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
  });

  // Table 3: counts a gauss.
  it.each([
    [0x00, 6842],
    [0x20, 3421],
    [0x40, 2281],
    [0x60, 1711],
  ])('CTRL_REG2 %i: %d counts a gauss, little-endian; a field beyond saturates', async (full, counts) => {
    const bench = await lis3mdl();
    bench.set('magnetX', 100);
    bench.set('magnetY', -1600);
    bench.write([0x21, full]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(100 * MS);
    const bytes = Buffer.from(bench.writeRead([0xa8], 4));
    expect(bytes.readInt16LE(0)).toBe(counts);
    expect(bytes.readInt16LE(2)).toBe(Math.max(-32_768, -16 * counts));
  });

  // Tables 19 and 20: DO; FAST_ODR with OM.
  it.each([
    [0x00, 1600],
    [0x1c, 12.5],
    [0x02, 1],
    [0x62, 6.4516],
  ])('CTRL_REG1 %i: a sample each %d ms, told by STATUS_REG and DRDY', async (control, ms) => {
    const bench = await lis3mdl();
    bench.write([0x20, control]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(ms * 0.99 * MS);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([false, 0x00]);
    bench.clock.advance(ms * 0.02 * MS);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([true, 0x0f]);
    bench.writeRead([0xa8], 6);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([false, 0x00]);
  });

  it('a single measurement ends in power-down; the die has 8 counts a degree from 25 °C on', async () => {
    const bench = await lis3mdl();
    bench.set('temperature', 20);
    bench.write([0x20, 0x90]);
    bench.write([0x22, 0x01]);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x22], 1)).toEqual([0x03]);
    expect(Buffer.from(bench.writeRead([0xae], 2)).readInt16LE(0)).toBe(-40);
  });

  const sampling = async () => {
    const bench = await lis3mdl();
    // 80 Hz, continuous.
    bench.write([0x20, 0x1c]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(12.6 * MS);
    return bench;
  };

  it('without bit 7 of the register number a read stays where it is; on SPI bit 6 goes on', async () => {
    const bench = await lis3mdl();
    expect(bench.writeRead([0x20], 3)).toEqual([0x10, 0x10, 0x10]);
    const spi = await spiBench({ compatible: 'st,lis3mdl-magn' });
    expect(spi.exchange([0xe0], 3, 3)).toEqual([0x10, 0x00, 0x03]);
    expect(spi.exchange([0xa0], 2, 3)).toEqual([0x10, 0x10]);
  });

  it('BLE turns the bytes of an axis round', async () => {
    const bench = await lis3mdl();
    bench.set('magnetX', 100);
    bench.write([0x23, 0x02]);
    bench.write([0x20, 0x1c]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(12.6 * MS);
    // 6842 counts a gauss.
    expect(Buffer.from(bench.writeRead([0xa8], 2)).readInt16BE(0)).toBe(6842);
  });

  it('without TEMP_EN the temperature is not measured', async () => {
    const bench = await lis3mdl();
    bench.set('temperature', 50);
    bench.write([0x20, 0x1c]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(12.6 * MS);
    expect(bench.writeRead([0xae], 2)).toEqual([0, 0]);
  });

  it('STATUS_REG tells of overruns: a sample before the last one was read, and several at once', async () => {
    const bench = await sampling();
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.clock.advance(12.5 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
    bench.writeRead([0xa8], 6);
    bench.clock.advance(25 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0xff]);
  });

  it('the higher byte of an axis clears its flags; DRDY falls when all are read', async () => {
    const bench = await sampling();
    bench.writeRead([0x28], 1);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    bench.writeRead([0xa8], 4);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([true, 0x04]);
    bench.writeRead([0xac], 2);
    expect([bench.line('DRDY').high, ...bench.writeRead([0x27], 1)]).toEqual([false, 0x00]);
  });

  it('a new rate counts from when it is chosen', async () => {
    const bench = await lis3mdl();
    bench.write([0x20, 0x00]);
    bench.write([0x22, 0x00]);
    bench.clock.advance(100 * MS);
    bench.write([0x20, 0x1c]);
    bench.clock.advance(12.4 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
  });

  it.each([
    ['SOFT_RST', (bench: Awaited<ReturnType<typeof lis3mdl>>) => bench.write([0x21, 0x04])],
    ['a loss of power', (bench: Awaited<ReturnType<typeof lis3mdl>>) => bench.reset()],
  ])('%s brings back the power-on state, and DRDY falls', async (_, reset) => {
    const bench = await sampling();
    expect(bench.line('DRDY').high).toBe(true);
    bench.write([0x21, 0x60]);
    reset(bench);
    expect([bench.line('DRDY').high, ...bench.writeRead([0xa0], 3)]).toEqual([false, 0x10, 0x00, 0x03]);
  });

  it('REBOOT alone resets nothing', async () => {
    const bench = await sampling();
    bench.write([0x21, 0x68]);
    expect(bench.writeRead([0xa1], 2)).toEqual([0x60, 0x00]);
  });

  it('a snapshot has the level of DRDY', async () => {
    const bench = await sampling();
    expect(bench.writeRead([0x27], 1)).toEqual([0x0f]);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.writeRead([0xa8], 6);
    const read = bench.parts.snapshot('/i2c/part0');
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.line('DRDY').high).toBe(true);
    bench.parts.restore('/i2c/part0', read);
    expect(bench.line('DRDY').high).toBe(false);
  });
});
