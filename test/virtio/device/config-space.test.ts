import { describe, expect, it } from 'vitest';
import { ConfigSpace, readConsistent } from '../../../src/virtio/index.ts';

describe('the configuration space', () => {
  it('is read in pieces, shorter where it ends', () => {
    const space = new ConfigSpace(8);
    space.update((view) => view.setUint32(4, 0x04030201, true));
    expect([...space.read(4, 4)]).toEqual([1, 2, 3, 4]);
    expect([...space.read(6, 10)]).toEqual([3, 4]);
    expect(space.read(9, 4)).toHaveLength(0);
  });

  it('gives copies: a later change does not show in them', () => {
    const space = new ConfigSpace(1);
    const before = space.read(0, 1);
    space.update((view) => view.setUint8(0, 9));
    expect(before[0]).toBe(0);
  });

  it('2.5: counts a generation with every change', () => {
    const space = new ConfigSpace(1);
    space.update(() => {});
    space.update(() => {});
    expect(space.generation).toBe(2);
  });

  it('2.5.1: is read again when it changed in between', () => {
    const space = new ConfigSpace(8);
    let changes = 3;
    const value = readConsistent(
      () => space.generation,
      () => {
        const half = space.read(0, 4)[0];
        if (changes-- > 0) space.update((view) => view.setBigUint64(0, 0x0707_0707_0707_0707n, true));
        return [half, space.read(4, 4)[0]];
      },
    );
    expect(value).toEqual([7, 7]);
  });

  it('gives up on a device that never stops changing', () => {
    let generation = 0;
    expect(() =>
      readConsistent(
        () => generation++,
        () => 0,
      ),
    ).toThrow('faster than it can be read');
  });
});
