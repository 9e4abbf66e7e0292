import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/* RMI4 interface guide: the page description table begins at E9h and goes down, six bytes a function. */

describe('RMI4', () => {
  const screen = (children: readonly { readonly name: string }[] = []) =>
    i2cBench({ compatible: 'syna,rmi4-i2c', reg: 0x20, children });

  it('lists functions 01 and 12, and no more', async () => {
    const bench = await screen();
    const [query, command, control, data, sources, number] = bench.writeRead([0xe9], 6);
    expect([sources, number]).toEqual([1, 0x01]);
    expect([query, command, control, data]).toEqual([0x80, 0x70, 0x20, 0x10]);
    expect(bench.writeRead([0xe3], 6)).toEqual([0xa0, 0x71, 0x30, 0x12, 1, 0x12]);
    expect(bench.writeRead([0xdd], 6)).toEqual([0, 0, 0, 0, 0, 0]);
    // Manufacturer 1 is Synaptics.
    expect(bench.writeRead([0x80], 1)).toEqual([1]);
    // Nothing on other pages.
    bench.write([0xff, 1]);
    expect(bench.writeRead([0xe9], 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is unconfigured after a reset, and tells so by ATTN', async () => {
    const bench = await screen();
    expect(bench.line('ATTN').high).toBe(false);
    expect(bench.writeRead([0x10], 2)).toEqual([0x81, 0x01]);
    expect(bench.line('ATTN').high).toBe(true);
    bench.write([0x20, 0x80]);
    expect([bench.writeRead([0x10], 2), bench.get('configured')]).toEqual([[0, 0], true]);
    bench.write([0x70, 0x01]);
    expect([bench.line('ATTN').high, bench.get('configured')]).toEqual([false, false]);
  });

  it('F12 says by its descriptors where its greatest coordinates and ten objects are', async () => {
    const bench = await screen();
    // A packet register is whole at its number; the one behind it follows.
    expect(bench.writeRead([0xa4], 6)).toEqual([3, 2, 0x00, 0x01, 14, 0x0f]);
    expect(bench.writeRead([0xa7], 6)).toEqual([2, 3, 0x02, 80, 0xff, 0x07]);
    expect(bench.writeRead([0x30], 4)).toEqual([0xff, 0x0f, 0xff, 0x0f]);
  });

  it('F12 reports a finger, and ATTN goes when the interrupt status was read', async () => {
    const bench = await screen();
    bench.writeRead([0x11], 1);
    bench.set('x', 0x123);
    bench.set('y', 0x456);
    expect(bench.line('ATTN').high).toBe(true);
    bench.set('touching', true);
    expect(bench.line('ATTN').high).toBe(false);
    expect(bench.writeRead([0x11], 1)).toEqual([0x02]);
    expect(bench.line('ATTN').high).toBe(true);
    expect(bench.writeRead([0x12], 9)).toEqual([1, 0x23, 0x01, 0x56, 0x04, 40, 3, 3, 0]);
    bench.write([0x21, 0x00]);
    bench.set('touching', false);
    expect([bench.line('ATTN').high, bench.get('waiting')]).toEqual([true, false]);
    expect(bench.writeRead([0x12], 1)).toEqual([0]);
  });

  it('F11 has a byte at each number', async () => {
    const bench = await screen([{ name: 'rmi4-f11@11' }]);
    expect(bench.writeRead([0xe3], 6)[5]).toBe(0x11);
    bench.set('x', 0x123);
    bench.set('y', 0x456);
    bench.set('touching', true);
    expect(bench.writeRead([0x12], 8)).toEqual([1, 0, 0, 0x12, 0x45, 0x63, 0x33, 40]);
    expect(bench.writeRead([0x36], 4)).toEqual([0xff, 0x0f, 0xff, 0x0f]);
    bench.write([0x30, 0x08]);
    expect(bench.writeRead([0x30], 2)).toEqual([0x08, 0]);
  });
});
