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

  it('the FIFO gives samples in their order; full, it keeps the oldest in FIFO mode and the newest in stream mode', async () => {
    const fill = async (mode: number) => {
      const bench = await measuring();
      bench.write([0x38, mode]);
      bench.writeRead([0x32], 6);
      for (let sample = 1; sample <= 40; sample++) {
        bench.set('accelX', sample / 256 / 4);
        bench.set('accelY', sample / 16);
        bench.clock.advance(10 * MS);
      }
      expect(bench.writeRead([0x39], 1)).toEqual([32]);
      return [1, 2, 3].map(() => {
        const [, , low = 0, high = 0] = bench.writeRead([0x32], 6);
        return ((high << 24) >> 16) | low;
      });
    };
    // 256 counts a g, a sixteenth of a g more each time; 33 wait.
    expect(await fill(0x40)).toEqual([16, 32, 48]);
    expect(await fill(0x80)).toEqual([128, 144, 160]);
  });

  it.each(['INT1', 'INT2'])('%s tells of data ready, whoever listens to which pin', async (pin) => {
    const map = pin === 'INT1' ? 0x00 : 0x80;
    const edges = async (watched: readonly string[]) => {
      const bench = await adxl345();
      bench.write([0x2e, 0x80, map]);
      bench.write([0x2d, 0x08]);
      const heard: boolean[] = [];
      for (const name of watched) bench.line(name).listen((high) => name === pin && heard.push(high));
      bench.writeRead([0x32], 6);
      bench.clock.advance(9.9 * MS);
      const before = bench.line(pin).high;
      bench.clock.advance(0.1 * MS);
      return { heard, levels: [before, bench.line(pin).high] };
    };
    expect((await edges([])).levels).toEqual([false, true]);
    expect((await edges(['INT1', 'INT2'])).levels).toEqual([false, true]);
    expect(await edges([pin])).toEqual({ heard: [false, true], levels: [false, true] });
  });

  describe('activity, inactivity and free fall ("Interrupts")', () => {
    const source = (bench: Awaited<ReturnType<typeof adxl345>>) => bench.writeRead([0x30], 1)[0] as number;
    const [ACTIVITY, INACTIVITY, FREE_FALL] = [0x10, 0x08, 0x04];

    it('activity, dc: an axis that takes part is beyond THRESH_ACT of 62.5 mg; reading clears it', async () => {
      const bench = await adxl345();
      bench.write([0x24, 0x10]);
      bench.write([0x27, 0x60]);
      bench.write([0x2e, ACTIVITY]);
      bench.write([0x2d, 0x08]);
      bench.clock.advance(20 * MS);
      expect([bench.line('INT1').high, source(bench) & ACTIVITY]).toEqual([false, 0]);
      bench.set('accelY', -1.1);
      expect(bench.line('INT1').high).toBe(false);
      bench.clock.advance(10 * MS);
      expect(bench.line('INT1').high).toBe(true);
      // ACT_TAP_STATUS: it was Y.
      expect(bench.writeRead([0x2b], 1)).toEqual([0x20]);
      bench.set('accelY', 0);
      expect(source(bench) & ACTIVITY).toBe(ACTIVITY);
      expect([bench.line('INT1').high, source(bench) & ACTIVITY]).toEqual([false, 0]);
    });

    it('activity, ac: compared with what it was at first, so that gravity does not count', async () => {
      const bench = await adxl345();
      bench.write([0x24, 0x08]);
      bench.write([0x27, 0xf0]);
      bench.write([0x2e, ACTIVITY]);
      bench.write([0x2d, 0x08]);
      bench.clock.advance(50 * MS);
      expect(source(bench) & ACTIVITY).toBe(0);
      bench.set('accelZ', 0.4);
      bench.clock.advance(10 * MS);
      expect(source(bench) & ACTIVITY).toBe(ACTIVITY);
    });

    it('inactivity: all axes below THRESH_INACT for TIME_INACT seconds', async () => {
      const bench = await adxl345();
      bench.write([0x25, 0x08, 0x02, 0x0f]);
      bench.write([0x2e, INACTIVITY]);
      bench.write([0x2d, 0x08]);
      bench.set('accelX', 1);
      bench.clock.advance(10 * MS);
      bench.set('accelX', 0);
      bench.clock.advance(1990 * MS);
      expect(source(bench) & INACTIVITY).toBe(0);
      bench.clock.advance(30 * MS);
      expect(bench.line('INT1').high).toBe(true);
      expect(source(bench) & INACTIVITY).toBe(INACTIVITY);
    });

    it('linked, they come by turns, and ACT_TAP_STATUS says that it is asleep', async () => {
      const bench = await adxl345();
      bench.write([0x24, 0x08, 0x08, 0x01, 0xff]);
      bench.write([0x2e, ACTIVITY | INACTIVITY]);
      bench.write([0x2d, 0x28]);
      bench.set('accelX', 2);
      bench.clock.advance(10 * MS);
      expect(source(bench) & 0x18).toBe(0);
      bench.set('accelX', 0);
      bench.clock.advance(1100 * MS);
      expect(source(bench) & 0x18).toBe(INACTIVITY);
      expect((bench.writeRead([0x2b], 1)[0] as number) & 0x08).toBe(0x08);
      bench.clock.advance(1100 * MS);
      expect(source(bench) & 0x18).toBe(0);
      bench.set('accelX', 2);
      bench.clock.advance(10 * MS);
      expect(source(bench) & 0x18).toBe(ACTIVITY);
      expect((bench.writeRead([0x2b], 1)[0] as number) & 0x08).toBe(0);
    });

    it('free fall: all axes below THRESH_FF for TIME_FF of 5 ms', async () => {
      const bench = await adxl345();
      bench.write([0x28, 0x07, 0x14]);
      bench.write([0x2e, FREE_FALL]);
      bench.write([0x2d, 0x08]);
      bench.line('INT1').listen(() => {});
      bench.clock.advance(500 * MS);
      bench.set('accelZ', 0.1);
      bench.clock.advance(90 * MS);
      expect(bench.line('INT1').high).toBe(false);
      bench.clock.advance(30 * MS);
      expect(bench.line('INT1').high).toBe(true);
    });
  });

  // Table 1, at 2.5 V.
  it('the self test adds 0.2 to 2.1 g to X, as much less to Y, 0.3 to 3.4 g to Z', async () => {
    const bench = await measuring();
    bench.set('accelZ', 0);
    bench.write([0x31, 0x8b]);
    const bytes = Buffer.from(bench.writeRead([0x32], 6));
    const [x, y, z] = [0, 2, 4].map((at) => bytes.readInt16LE(at) / 256) as [number, number, number];
    expect([x >= 0.2 && x <= 2.1, y <= -0.2 && y >= -2.1, z >= 0.3 && z <= 3.4]).toEqual([true, true, true]);
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

  it('without the FIFO: a sample before the last one was read is an overrun; the FIFO stays empty', async () => {
    const bench = await measuring();
    bench.write([0x38, 0x01]);
    bench.clock.advance(10 * MS);
    const source = () => bench.writeRead([0x30], 1)[0];
    expect(source()).toBe(0x80);
    bench.clock.advance(10 * MS);
    expect(source()).toBe(0x81);
    bench.writeRead([0x32], 6);
    expect(source()).toBe(0x00);
    bench.clock.advance(10 * MS);
    expect([source(), ...bench.writeRead([0x39], 1)]).toEqual([0x80, 0]);
    bench.writeRead([0x32], 6);
    bench.clock.advance(20 * MS);
    expect(source()).toBe(0x81);
  });

  // "Samples Bits": a value of 0 sets the watermark at once, regardless of which FIFO mode is selected.
  it.each([0x00, 0x40, 0x80])('a watermark of no samples is reached in mode %i', async (mode) => {
    const bench = await adxl345();
    bench.write([0x38, mode]);
    bench.write([0x2e, 0x02]);
    expect(bench.writeRead([0x30], 1)).toEqual([0x02]);
    expect(bench.line('INT1').high).toBe(true);
    bench.write([0x38, mode | 1]);
    expect(bench.writeRead([0x30], 1)).toEqual([0x00]);
    expect(bench.line('INT1').high).toBe(false);
  });

  it('a new rate counts from when it is chosen (table 7: 50 Hz)', async () => {
    const bench = await measuring();
    bench.writeRead([0x32], 6);
    bench.clock.advance(5 * MS);
    bench.write([0x2c, 0x09]);
    bench.clock.advance(19.9 * MS);
    expect(bench.writeRead([0x30], 1)).toEqual([0x02]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x30], 1)).toEqual([0x82]);
  });

  it('in standby nothing is measured', async () => {
    const bench = await adxl345();
    bench.set('accelX', 1);
    bench.write([0x2d, 0x00]);
    bench.clock.advance(100 * MS);
    expect([...bench.writeRead([0x30], 1), ...bench.writeRead([0x32], 2)]).toEqual([0x02, 0, 0]);
  });

  it('bypass mode empties the FIFO; the other modes keep what is in it', async () => {
    const bench = await measuring();
    bench.write([0x38, 0x84]);
    bench.clock.advance(1000 * MS);
    bench.write([0x38, 0x85]);
    expect([...bench.writeRead([0x39], 1), ...bench.writeRead([0x30], 1)]).toEqual([32, 0x83]);
    bench.write([0x38, 0x00]);
    expect([...bench.writeRead([0x39], 1), ...bench.writeRead([0x30], 1)]).toEqual([0, 0x02]);
  });

  it('the watermark is the number of samples in FIFO_CTL', async () => {
    const bench = await measuring();
    bench.write([0x38, 0x84]);
    bench.writeRead([0x32], 6);
    bench.clock.advance(30 * MS);
    expect(bench.writeRead([0x30], 1)).toEqual([0x80]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x30], 1)).toEqual([0x82]);
  });

  it('the last sample of the FIFO stays to be seen, whatever is written meanwhile', async () => {
    const bench = await adxl345();
    bench.set('accelX', 1);
    bench.write([0x38, 0x80]);
    bench.write([0x2d, 0x08]);
    bench.set('accelX', 0.5);
    bench.write([0x1d, 0x01]);
    for (let time = 0; time < 3; time++) {
      expect(bench.writeRead([0x32], 2)).toEqual([0x00, 0x01]);
      expect(bench.writeRead([0x39], 1)).toEqual([0]);
    }
  });

  it('INT_INVERT makes the pins active low', async () => {
    const bench = await measuring();
    bench.write([0x2e, 0x80]);
    bench.write([0x31, 0x20]);
    expect([bench.line('INT1').high, bench.line('INT2').high]).toEqual([false, true]);
    bench.writeRead([0x32], 6);
    expect([bench.line('INT1').high, bench.line('INT2').high]).toEqual([true, true]);
  });

  it('a loss of power empties the FIFO, and the interrupts are gone', async () => {
    const bench = await adxl345();
    bench.write([0x38, 0x84]);
    bench.write([0x2e, 0x80]);
    bench.write([0x2d, 0x08]);
    bench.clock.advance(1000 * MS);
    expect(bench.line('INT1').high).toBe(true);
    bench.reset();
    expect([bench.line('INT1').high, ...bench.writeRead([0x39], 1)]).toEqual([false, 0]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x39], 1)).toEqual([0]);
  });
});
