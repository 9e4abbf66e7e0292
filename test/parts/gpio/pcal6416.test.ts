import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const expander = (compatible = 'nxp,pcal6416') => i2cBench({ compatible, reg: 0x20 });
type Bench = Awaited<ReturnType<typeof expander>>;
const register = (bench: Bench, at: number) => bench.writeRead([at], 1)[0];

describe('PCAL6416A, table 5: registers after power-on', () => {
  it.each([
    ['output', [0x02, 0x03], [0xff, 0xff]],
    ['polarity', [0x04, 0x05], [0x00, 0x00]],
    ['configuration', [0x06, 0x07], [0xff, 0xff]],
    ['drive strength', [0x40, 0x41, 0x42, 0x43], [0xff, 0xff, 0xff, 0xff]],
    ['input latch', [0x44, 0x45], [0x00, 0x00]],
    ['pull enable', [0x46, 0x47], [0x00, 0x00]],
    ['pull selection', [0x48, 0x49], [0xff, 0xff]],
    ['interrupt mask', [0x4a, 0x4b], [0xff, 0xff]],
    ['interrupt status', [0x4c, 0x4d], [0x00, 0x00]],
    ['output port configuration', [0x4f], [0x00]],
  ])('%s', async (_name, numbers, values) => {
    const bench = await expander();
    expect(numbers.map((number) => register(bench, number))).toEqual(values);
  });

  it('PCAL6408A has them one after the other', async () => {
    const bench = await expander('nxp,pcal6408');
    const numbers = [0x01, 0x02, 0x03, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x4f];
    expect(numbers.map((number) => register(bench, number))).toEqual([
      0xff, 0x00, 0xff, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00,
    ]);
  });

  it('a burst goes round the two ports of a register', async () => {
    const bench = await expander();
    bench.write([0x46, 0x12, 0x34, 0x56]);
    expect(bench.writeRead([0x46], 3)).toEqual([0x56, 0x34, 0x56]);
    expect([register(bench, 0x45), register(bench, 0x48)]).toEqual([0x00, 0xff]);
  });
});

describe('pull resistors (7.4.5, 7.4.6)', () => {
  it('give an input that nothing drives its level', async () => {
    const bench = await expander();
    bench.drivePin(0, undefined);
    bench.drivePin(9, undefined);
    expect(bench.writeRead([0x00], 2)).toEqual([0xfe, 0xfd]);
    bench.write([0x46, 0x01, 0x02]);
    expect(bench.writeRead([0x00], 2)).toEqual([0xff, 0xff]);
    bench.write([0x48, 0xfe, 0xff]);
    expect(bench.writeRead([0x00], 2)).toEqual([0xfe, 0xff]);
    // A button to ground is stronger.
    bench.drivePin(9, false);
    expect(bench.writeRead([0x00], 2)).toEqual([0xfe, 0xfd]);
  });
});

describe('interrupts (7.4.7, 7.4.8)', () => {
  it('all are masked after power-on', async () => {
    const bench = await expander();
    bench.drivePin(3, false);
    expect([bench.line('INT').high, register(bench, 0x4c)]).toEqual([true, 0x00]);
    // The mask goes away while the input differs from what was read.
    bench.write([0x4a, 0xf7]);
    expect([bench.line('INT').high, register(bench, 0x4c)]).toEqual([false, 0x08]);
  });

  it('end when the pin is back, or the port is read', async () => {
    const bench = await expander();
    bench.write([0x4a, 0x00, 0x00]);
    bench.drivePin(3, false);
    expect(bench.line('INT').high).toBe(false);
    bench.drivePin(3, true);
    expect([bench.line('INT').high, register(bench, 0x4c)]).toEqual([true, 0x00]);
    bench.drivePin(12, false);
    expect(register(bench, 0x4d)).toBe(0x10);
    expect(register(bench, 0x01)).toBe(0xef);
    expect([bench.line('INT').high, register(bench, 0x4d)]).toEqual([true, 0x00]);
  });

  it('outputs have none', async () => {
    const bench = await expander();
    bench.write([0x4a, 0x00]);
    bench.write([0x06, 0xf7]);
    bench.write([0x02, 0xf7]);
    expect(bench.line('INT').high).toBe(true);
  });
});

describe('input latch (7.4.4)', () => {
  it('holds a change that is over until the port is read', async () => {
    const bench = await expander('nxp,pcal6408');
    bench.write([0x45, 0x00]);
    bench.write([0x42, 0x08]);
    bench.drivePin(3, false);
    bench.drivePin(3, true);
    expect([bench.line('INT').high, register(bench, 0x46)]).toEqual([false, 0x08]);
    expect(bench.get('pins')).toBe(0xff);
    expect(register(bench, 0x00)).toBe(0xf7);
    // Now it shows the pin, which differs from what was read.
    expect([bench.line('INT').high, register(bench, 0x46)]).toEqual([false, 0x08]);
    expect(register(bench, 0x00)).toBe(0xff);
    expect([bench.line('INT').high, register(bench, 0x46)]).toEqual([true, 0x00]);
  });

  it('without it the change is gone', async () => {
    const bench = await expander('nxp,pcal6408');
    bench.write([0x45, 0x00]);
    bench.drivePin(3, false);
    bench.drivePin(3, true);
    expect([bench.line('INT').high, register(bench, 0x00)]).toEqual([true, 0xff]);
  });
});

it('outputs, polarity and a reset are those of a PCA9555', async () => {
  const bench = await expander();
  bench.write([0x06, 0x00, 0xf0]);
  bench.write([0x02, 0x5a, 0x05]);
  expect([bench.get('pins'), bench.get('outputs')]).toEqual([0xf55a, 0x0fff]);
  bench.write([0x05, 0xf0]);
  expect(register(bench, 0x01)).toBe(0x05);
  bench.reset();
  expect([bench.get('outputs'), register(bench, 0x02)]).toEqual([0, 0xff]);
});

describe('what the outside gives the pins', () => {
  it('`inputs` drives all of them, `driven` says which', async () => {
    const bench = await expander();
    bench.write([0x46, 0xff, 0xff]);
    bench.drivePin(0, undefined);
    bench.set('inputs', 0x0f00);
    expect(bench.writeRead([0x00], 2)).toEqual([0x00, 0x0f]);
    // What nothing drives is pulled up.
    bench.set('driven', 0x00ff);
    expect(bench.writeRead([0x00], 2)).toEqual([0x00, 0xff]);
  });
});

it('a loss of power ends the interrupt, and what a latch held', async () => {
  const bench = await expander();
  bench.write([0x4a, 0x00]);
  bench.write([0x44, 0x08]);
  bench.drivePin(3, false);
  expect(bench.line('INT').high).toBe(false);
  bench.reset();
  bench.write([0x4a, 0x00]);
  expect([bench.line('INT').high, register(bench, 0x4c)]).toEqual([true, 0x00]);
});

it('4Fh has no second port: a burst stays at it', async () => {
  const bench = await expander();
  bench.write([0x4f, 0x03]);
  expect(bench.writeRead([0x4f], 2)).toEqual([0x03, 0x03]);
});
