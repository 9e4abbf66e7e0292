import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

describe('PCA9685 (rev. 4)', () => {
  const pca9685 = () => i2cBench({ compatible: 'nxp,pca9685-pwm', reg: 0x40 });
  const awake = async () => {
    const bench = await pca9685();
    bench.write([0x00, 0x20]);
    return bench;
  };

  it('powers up asleep, answering its all-call address, all outputs off', async () => {
    const bench = await pca9685();
    expect(bench.writeRead([0x00], 1)).toEqual([0x11]);
    expect(bench.writeRead([0x01], 1)).toEqual([0x04]);
    expect(bench.writeRead([0x05], 1)).toEqual([0xe0]);
    expect(bench.writeRead([0xfe], 1)).toEqual([0x1e]);
    expect(bench.writeRead([0x09], 1)).toEqual([0x10]);
    expect(faultOf(() => bench.write([0x00], 0x70))).toBeUndefined();
    expect(faultOf(() => bench.read(1, 0x70))).toBe('ENXIO');
  });

  // 7.3.3, example 1: on at 199h, off at 4CCh: a fifth of the time (819 of 4096 counts).
  it('an output is on between its two counts', async () => {
    const bench = await awake();
    bench.write([0x06, 0x99, 0x01, 0xcc, 0x04]);
    expect(bench.get('duty0')).toBeCloseTo(819 / 4096, 10);
    bench.write([0x0a, 0x00, 0x0c, 0x00, 0x04]);
    expect(bench.get('duty1')).toBe(0.5);
  });

  it('full off wins over full on', async () => {
    const bench = await awake();
    bench.write([0x42, 0x00, 0x10, 0x00, 0x00]);
    expect(bench.get('duty15')).toBe(1);
    bench.write([0x45, 0x10]);
    expect(bench.get('duty15')).toBe(0);
  });

  it('ALL_LED writes all and reads as zero', async () => {
    const bench = await awake();
    bench.write([0xfa, 0x00, 0x00, 0x00, 0x08]);
    expect([bench.get('duty0'), bench.get('duty7')]).toEqual([0.5, 0.5]);
    expect(bench.writeRead([0xfd], 1)).toEqual([0x00]);
  });

  it('goes on only with AI, and from LED15_OFF_H to MODE1', async () => {
    const bench = await awake();
    expect(bench.writeRead([0x45], 2)).toEqual([0x10, 0x20]);
    bench.write([0x00, 0x00]);
    expect(bench.writeRead([0x01], 2)).toEqual([0x04, 0x04]);
  });

  // 7.3.5: prescale = round(25 MHz / (4096 * 200 Hz)) - 1 = 30.
  it('takes its prescale while asleep, not below 3', async () => {
    const bench = await pca9685();
    expect(bench.get('frequency')).toBeCloseTo(196.9, 1);
    bench.write([0xfe, 0x79]);
    expect(bench.get('frequency')).toBeCloseTo(50.03, 2);
    bench.write([0xfe, 0x01]);
    expect(bench.get('frequency')).toBeCloseTo(1526, 0);
    bench.write([0x00, 0x00]);
    bench.write([0xfe, 0x79]);
    expect(bench.writeRead([0xfe], 1)).toEqual([0x03]);
  });

  it('sets RESTART when it goes to sleep with outputs running; writing it clears it', async () => {
    const bench = await awake();
    bench.write([0x06, 0x00, 0x00, 0x00, 0x08]);
    bench.write([0x00, 0x30]);
    expect(bench.writeRead([0x00], 1)).toEqual([0xb0]);
    bench.write([0x00, 0xa0]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x20]);
  });

  it('sets no RESTART without running outputs, nor while it does not fall asleep; a 0 does not clear it', async () => {
    const bench = await awake();
    bench.write([0x00, 0x30]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x30]);
    bench.write([0x00, 0x20]);
    bench.write([0x06, 0x00, 0x00, 0x00, 0x08]);
    bench.write([0x00, 0x20]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x20]);
    bench.write([0x00, 0x30]);
    bench.write([0x00, 0x30]);
    expect(bench.writeRead([0x00], 1)).toEqual([0xb0]);
  });

  it('ALL_LED writes each of its bytes to that byte of all outputs; five bits of the high ones are there', async () => {
    const bench = await awake();
    bench.write([0xfa, 0x11, 0x02, 0xff, 0xe4]);
    expect(bench.writeRead([0x06], 4)).toEqual([0x11, 0x02, 0xff, 0x04]);
    expect(bench.writeRead([0x42], 4)).toEqual([0x11, 0x02, 0xff, 0x04]);
    bench.write([0xfb, 0xf1]);
    expect(bench.writeRead([0x06], 2)).toEqual([0x11, 0x11]);
  });

  it('answers another all-call address as soon as it is written', async () => {
    const bench = await pca9685();
    bench.write([0x05, 0xe6]);
    expect(faultOf(() => bench.write([0x00], 0x73))).toBeUndefined();
    expect(faultOf(() => bench.write([0x00], 0x70))).toBe('ENXIO');
  });

  it('answers subaddresses that are enabled, and resets by the general call', async () => {
    const bench = await pca9685();
    bench.write([0x00, 0x08]);
    expect(faultOf(() => bench.write([0x01, 0x10], 0x71))).toBeUndefined();
    expect(bench.writeRead([0x01], 1)).toEqual([0x10]);
    expect(faultOf(() => bench.write([0x00], 0x70))).toBe('ENXIO');
    bench.write([0x06], 0);
    expect(bench.writeRead([0x00], 2)).toEqual([0x11, 0x11]);
    expect(faultOf(() => bench.write([0x00], 0x71))).toBe('ENXIO');
  });

  it('a snapshot brings shared addresses back', async () => {
    const bench = await pca9685();
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.write([0x00, 0x10]);
    expect(faultOf(() => bench.write([0x00], 0x70))).toBe('ENXIO');
    bench.parts.restore('/i2c/part0', saved);
    expect(faultOf(() => bench.write([0x00], 0x70))).toBeUndefined();
  });
});
