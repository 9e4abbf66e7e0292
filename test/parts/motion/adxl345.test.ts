import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const MS = 1e6;

describe('ADXL345 (rev. E)', () => {
  const adxl345 = () => i2cBench({ compatible: 'adi,adxl345', reg: 0x53 });
  const measuring = async () => {
    const bench = await adxl345();
    bench.write([0x2d, 0x08]);
    return bench;
  };

  it('has DEVID E5h and its power-on values', async () => {
    const bench = await adxl345();
    expect(bench.writeRead([0x00], 1)).toEqual([0xe5]);
    expect(bench.writeRead([0x2c], 2)).toEqual([0x0a, 0x00]);
    expect(bench.writeRead([0x32], 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  // Table 1: 256, 128, 64, 32 counts a g; 256 in full resolution.
  it.each([
    [0x00, [0x00, 0x01]],
    [0x01, [0x80, 0x00]],
    [0x02, [0x40, 0x00]],
    [0x03, [0x20, 0x00]],
    [0x0b, [0x00, 0x01]],
    [0x04, [0x00, 0x40]],
  ])('1 g at DATA_FORMAT %i', async (format, bytes) => {
    const bench = await measuring();
    bench.write([0x31, format]);
    bench.set('accelX', 1);
    expect(bench.writeRead([0x32], 2)).toEqual(bytes);
  });

  it('saturates, goes negative, and adds its offsets of 15.6 mg', async () => {
    const bench = await measuring();
    bench.set('accelX', 16);
    bench.set('accelY', -1);
    bench.write([0x20, 0xc0]);
    expect(bench.writeRead([0x32], 6)).toEqual([0xff, 0x01, 0x00, 0xff, 0x00, 0x00]);
  });

  it('data ready goes to INT1 or INT2, and away when the data was read', async () => {
    const bench = await adxl345();
    bench.write([0x2e, 0x80]);
    bench.write([0x2d, 0x08]);
    expect([bench.line('INT1').high, bench.line('INT2').high]).toEqual([true, false]);
    bench.writeRead([0x32], 6);
    expect(bench.line('INT1').high).toBe(false);
    bench.write([0x2f, 0x80]);
    bench.line('INT2').listen(() => {});
    bench.clock.advance(10 * MS);
    bench.writeRead([0x00], 1);
    expect([bench.line('INT1').high, bench.line('INT2').high]).toEqual([false, true]);
  });

  it('the FIFO counts samples at 100 Hz and flags its watermark', async () => {
    const bench = await measuring();
    bench.write([0x38, 0x84]);
    bench.writeRead([0x32], 6);
    bench.clock.advance(40 * MS);
    expect(bench.writeRead([0x39], 1)).toEqual([4]);
    expect(bench.writeRead([0x30], 1)).toEqual([0x82]);
    bench.writeRead([0x32], 6);
    expect(bench.writeRead([0x39], 1)).toEqual([3]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x30], 1)).toEqual([0x83]);
    expect(bench.writeRead([0x39], 1)).toEqual([32]);
  });

  it('on SPI works in mode 3; bit 6 says that several bytes follow', async () => {
    const bench = await spiBench({ compatible: 'adi,adxl345' });
    expect(bench.exchange([0x80], 1, 3)).toEqual([0xe5]);
    expect(bench.exchange([0x80], 1, 0)).toEqual([0xff]);
    bench.exchange([0x6c, 0x0b, 0x08], 0, 3);
    expect(bench.exchange([0xec], 2, 3)).toEqual([0x0b, 0x08]);
    expect(bench.exchange([0xac], 2, 3)).toEqual([0x0b, 0x0b]);
  });

  it('a reset stops it', async () => {
    const bench = await measuring();
    bench.reset();
    expect(bench.writeRead([0x2d], 1)).toEqual([0x00]);
  });
});
