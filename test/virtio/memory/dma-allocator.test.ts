import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DmaAllocator, DmaError } from '../../../src/virtio/index.ts';

describe('the DMA allocator', () => {
  it('joins neighbours wherever the range begins', () => {
    for (const base of [0, 64, 192, 4096, 0x1_0000_0040]) {
      const dma = new DmaAllocator(base, 1 << 13);
      // The largest pieces that the range has, whole again after it was in small pieces.
      const take = (size: number) => {
        const taken: number[] = [];
        for (;;) {
          try {
            taken.push(dma.alloc(size));
          } catch {
            return taken;
          }
        }
      };
      const before = take(1024);
      for (const addr of before) dma.free(addr);
      const small = take(64);
      expect(small).toHaveLength(128);
      for (const addr of small.reverse()) dma.free(addr);
      expect(take(1024).sort((a, b) => a - b)).toEqual([...before].sort((a, b) => a - b));
    }
  });

  it('gives out blocks inside its range, aligned, and none over another', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ size: fc.integer({ min: 1, max: 5000 }), align: fc.constantFrom(1, 16, 64, 256, 4096) }),
        fc.record({
          size: fc.integer({ min: 5000, max: 400_000 }),
          align: fc.constantFrom(1, 16, 64, 256, 4096),
        }),
        fc.record({ free: fc.nat() }),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 2_000_000 })),
        steps,
        (base, size, all) => {
          const dma = new DmaAllocator(base, size);
          const whole = dma.available;
          const taken: { addr: number; end: number }[] = [];
          for (const step of all) {
            if ('free' in step) {
              const block = taken.splice(step.free % Math.max(1, taken.length), 1)[0];
              if (block !== undefined) dma.free(block.addr);
              continue;
            }
            let addr: number;
            try {
              addr = dma.alloc(step.size, step.align);
            } catch (error) {
              expect(error).toBeInstanceOf(DmaError);
              continue;
            }
            const end = addr + step.size;
            expect(addr % step.align).toBe(0);
            expect(addr).toBeGreaterThanOrEqual(base);
            expect(end).toBeLessThanOrEqual(base + size);
            for (const other of taken) expect(end <= other.addr || addr >= other.end).toBe(true);
            taken.push({ addr, end });
          }
          for (const { addr } of taken) dma.free(addr);
          expect(dma.available).toBe(whole);
        },
      ),
    );
  });

  it('joins freed neighbours again: after all is free the largest block can be had as at the start', () => {
    const dma = new DmaAllocator(0, 1 << 16);
    const pieces: number[] = [];
    for (let i = 0; i < 1024; i++) pieces.push(dma.alloc(64));
    expect(() => dma.alloc(1)).toThrow(DmaError);
    for (const i of pieces.keys()) dma.free(pieces[(i * 7) % 1024] as number);
    expect(dma.alloc(1 << 16)).toBe(0);
  });

  it.each([
    ['from address 0 on', 0, 8 << 20, 8 << 20],
    ['from a page on', 0x1000, 8 << 20, 4 << 20],
    ['far up', 2 ** 40 + 0x5000, 3 << 20, 1 << 20],
  ])('gives out all of a large range, and its largest block again: %s', (_where, base, size, largest) => {
    expect(new DmaAllocator(base, size).alloc(largest) % largest).toBe(0);
    const dma = new DmaAllocator(base, size);
    const whole = dma.available;
    expect(whole).toBe(size);
    const pieces: number[] = [];
    for (let left = whole; left > 0; left -= 4096) pieces.push(dma.alloc(4096));
    expect(dma.available).toBe(0);
    expect(new Set(pieces).size).toBe(size / 4096);
    for (const i of pieces.keys()) dma.free(pieces[(i * 7) % pieces.length] as number);
    expect(dma.available).toBe(whole);
    expect(dma.alloc(largest) % largest).toBe(0);
  });

  it('says how much was asked for and how much is free when it cannot', () => {
    const dma = new DmaAllocator(0, 4096);
    dma.alloc(64);
    expect(() => dma.alloc(4096)).toThrow(
      'out of DMA memory: 4096 bytes asked for, 4032 free in pieces; give the bus more memory',
    );
  });

  it.each([
    ['never given out', 64],
    ['inside a block', 4096 + 64],
    ['outside the range', 1 << 20],
    ['no multiple of a block', 4097],
    ['before the range', -64],
  ])('refuses to free an address that was %s', (_what, address) => {
    const dma = new DmaAllocator(0, 1 << 16);
    expect(dma.alloc(4096)).toBe(0);
    expect(dma.alloc(4096)).toBe(4096);
    expect(() => dma.free(address)).toThrow(DmaError);
  });

  it('refuses to free twice', () => {
    const dma = new DmaAllocator(0, 1 << 16);
    const addr = dma.alloc(100);
    dma.free(addr);
    expect(() => dma.free(addr)).toThrow(
      expect.objectContaining({
        name: 'DmaError',
        message: `0x${addr.toString(16)} is freed but was not allocated`,
      }),
    );
  });

  it('has nothing to give in a range too small for a block', () => {
    expect(() => new DmaAllocator(1, 63).alloc(1)).toThrow(DmaError);
  });
});
