import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestMemory, GuestMemoryError, type MemoryRegion } from '../../../src/virtio/index.ts';

function region(guestAddress: number, size: number, byteOffset = 0): MemoryRegion {
  return { guestAddress, size, byteOffset, buffer: new SharedArrayBuffer(byteOffset + size) };
}

describe('guest memory of one buffer', () => {
  it('shows the bytes of the buffer, not a copy', () => {
    const buffer = new SharedArrayBuffer(64);
    const memory = GuestMemory.over(buffer, 0x1000);
    memory.slice(0x1008, 4).set([1, 2, 3, 4]);
    expect([...new Uint8Array(buffer, 8, 4)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['before it', 0xfff, 1],
    ['behind it', 0x1040, 1],
    ['across its end', 0x103f, 2],
    ['across its start', 0xfff, 2],
    ['a length beyond 2^53', 0x1000, 2 ** 60],
    ['an address beyond 2^53', 2 ** 63, 8],
  ])('refuses %s', (_what, address, length) => {
    const memory = GuestMemory.over(new SharedArrayBuffer(64), 0x1000);
    expect(memory.find(address, length)).toBeUndefined();
    expect(() => memory.slice(address, length)).toThrow(GuestMemoryError);
  });

  it('takes plain array buffers too', () => {
    const memory = GuestMemory.over(new ArrayBuffer(16));
    memory.slice(0, 2).set([7, 8]);
    expect(memory.slice(1, 1)[0]).toBe(8);
  });
});

describe('a table of regions', () => {
  it.each([
    [
      'find',
      (memory: GuestMemory, address: number, length: number) => memory.find(address, length)?.guestAddress,
    ],
    [
      'has',
      (memory: GuestMemory, address: number, length: number) =>
        memory.has(address, length) ? address & ~0xfff : undefined,
    ],
  ])('%s answers the same whatever was asked before', (_name, ask) => {
    const regions = [region(0, 0x1000), region(0x1000, 0x100), region(0x4000, 0x100)];
    const memory = new GuestMemory(regions);
    const probes: [number, number, number | undefined][] = [
      [0x1000, 0x100, 0x1000],
      [0x4000, 0x100, 0x4000],
      [0x4000, 0x101, undefined],
      [0x40ff, 1, 0x4000],
      [0x4100, 0, undefined],
      [0x4100, 1, undefined],
      [0x40ff, 0, 0x4000],
      [0x3fff, 1, undefined],
      [0x3fff, 2, undefined],
      [0x1100, 0, undefined],
      [0x0fff, 1, 0],
      [0x0fff, 2, undefined],
      [0x1000, 0, 0x1000],
      [0, 0, 0],
    ];
    for (const [address, size, expected] of probes)
      expect(ask(new GuestMemory(regions), address, size), `${address}+${size} at first`).toBe(expected);
    for (const [before, length] of probes) {
      for (const [address, size, expected] of probes) {
        ask(memory, before, length);
        expect(ask(memory, address, size), `${address}+${size} after ${before}+${length}`).toBe(expected);
      }
    }
  });

  it('says what is not in one region', () => {
    const memory = new GuestMemory([region(0x1000, 0x100)]);
    expect(() => memory.region(0x10ff, 2)).toThrow(
      expect.objectContaining({
        name: 'GuestMemoryError',
        message: 'guest memory 0x10ff+0x2 is not inside one region',
      }),
    );
  });

  it('may be empty', () => expect(new GuestMemory().regions).toEqual([]));

  it('finds each address in its region, at the region’s place in its buffer', () => {
    const low = region(0, 0x100, 16);
    const high = region(2 ** 40, 0x100, 32);
    const memory = new GuestMemory([high, low]);
    memory.slice(2 ** 40 + 5, 1)[0] = 9;
    memory.slice(5, 1)[0] = 8;
    expect(new Uint8Array(high.buffer)[37]).toBe(9);
    expect(new Uint8Array(low.buffer)[21]).toBe(8);
  });

  it('finds nothing across two regions, even where they touch', () => {
    const memory = new GuestMemory([region(0, 0x100), region(0x100, 0x100)]);
    expect(memory.find(0xff, 1)).toBeDefined();
    expect(memory.find(0xff, 2)).toBeUndefined();
  });

  it('agrees with a byte-by-byte map of what is mapped', () => {
    const layout = fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 });
    const probes = fc.array(fc.tuple(fc.integer({ min: 0, max: 140 }), fc.integer({ min: 1, max: 40 })));
    fc.assert(
      fc.property(layout, probes, (pages, lookups) => {
        const memory = new GuestMemory(pages.map((page) => region(page * 16, 16)));
        for (const [address, length] of lookups) {
          const page = Math.floor(address / 16);
          const inside = pages.includes(page) && (address % 16) + length <= 16;
          expect(memory.find(address, length)?.guestAddress).toBe(inside ? page * 16 : undefined);
        }
      }),
    );
  });

  it('refuses regions that overlap, and keeps the table it had', () => {
    const memory = new GuestMemory([region(0, 0x100)]);
    expect(() => memory.add(region(0xff, 2))).toThrow('memory regions 0x0+0x100 and 0xff+0x2 overlap');
    expect(memory.regions).toHaveLength(1);
  });

  it.each([
    ['an empty one', { ...region(0, 1), size: 0 }, 'is empty'],
    ['one longer than its buffer', { ...region(0, 16), size: 17 }, 'does not fit its buffer'],
    ['one that starts before its buffer', { ...region(0, 16), byteOffset: -1 }, 'does not fit its buffer'],
    ['one that leaves 2^53', region(2 ** 53 - 8, 16), 'ends beyond 2^53'],
    ['a negative address', region(-16, 16), 'ends beyond 2^53'],
  ])('refuses %s', (_what, bad, sentence) => {
    expect(() => new GuestMemory([bad])).toThrow(sentence);
  });

  it('takes away exactly the region that is named', () => {
    const memory = new GuestMemory([region(0, 0x100), region(0x1000, 0x100)]);
    expect(memory.find(0x10, 1)).toBeDefined();
    expect(() => memory.remove(0, 0x80)).toThrow('memory region not found: 0x0+0x80');
    memory.remove(0, 0x100);
    expect(memory.find(0x10, 1)).toBeUndefined();
    expect(memory.find(0x1000, 1)).toBeDefined();
  });

  it('counts every change, so that others know to look again', () => {
    const memory = new GuestMemory([region(0, 16)]);
    const before = memory.generation;
    memory.add(region(16, 16));
    memory.remove(16, 16);
    memory.replace([]);
    expect(memory.generation).toBe(before + 3);
    expect(memory.find(0, 1)).toBeUndefined();
  });
});
