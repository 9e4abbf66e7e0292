import { describe, expect, it } from 'vitest';
import { fromWire, isPlain, packWords, toWire, unpackWords, wireLength } from '../../src/bus/index.ts';

const bytes = (...list: number[]) => Uint8Array.from(list);

describe('words in memory (little-endian) and on the wire (first bit first)', () => {
  it.each<[string, number, boolean, number[], number[]]>([
    ['8 bits', 8, false, [0x12, 0x34], [0x12, 0x34]],
    ['8 bits, LSB first', 8, true, [0x12, 0x01], [0x48, 0x80]],
    ['16 bits', 16, false, [0x34, 0x12], [0x12, 0x34]],
    ['16 bits, LSB first', 16, true, [0x34, 0x12], [0x2c, 0x48]],
    ['24 bits in 4 bytes', 24, false, [0x56, 0x34, 0x12, 0x00], [0x12, 0x34, 0x56]],
    ['32 bits', 32, false, [0x78, 0x56, 0x34, 0x12], [0x12, 0x34, 0x56, 0x78]],
    ['32 bits, LSB first', 32, true, [0x01, 0x00, 0x00, 0x80], [0x80, 0x00, 0x00, 0x01]],
    ['12 bits, two words in three bytes', 12, false, [0xbc, 0x0a, 0xef, 0x0d], [0xab, 0xcd, 0xef]],
    ['9 bits, the last byte filled up', 9, false, [0xff, 0x01], [0xff, 0x80]],
    ['1 bit', 1, false, [1, 0, 1], [0xa0]],
  ])('%s', (_, bits, lsbFirst, memory, wire) => {
    const form = { bits, lsbFirst };
    expect([...toWire(bytes(...memory), form)]).toEqual(wire);
    const back = new Uint8Array(memory.length).fill(0xee);
    fromWire(bytes(...wire), back, form);
    expect([...back]).toEqual(memory);
  });

  it('ignores what a memory word has above its bits, and returns zeros there', () => {
    const form = { bits: 24, lsbFirst: false };
    expect([...toWire(bytes(0x56, 0x34, 0x12, 0xff), form)]).toEqual([0x12, 0x34, 0x56]);
    const memory = new Uint8Array(4).fill(0xff);
    unpackWords(bytes(0x12, 0x34, 0x56), 1, form, memory);
    expect([...memory]).toEqual([0x56, 0x34, 0x12, 0x00]);
  });

  it('packs only as many words as asked for', () => {
    const wire = new Uint8Array(4).fill(0xee);
    packWords(bytes(0x34, 0x12, 0x78, 0x56), 1, { bits: 16, lsbFirst: false }, wire);
    expect([...wire]).toEqual([0x12, 0x34, 0xee, 0xee]);
  });

  it('counts the bytes on the wire', () => {
    expect(wireLength(3, { bits: 12, lsbFirst: false })).toBe(5);
    expect(wireLength(2, { bits: 24, lsbFirst: true })).toBe(6);
  });

  it('knows which form is the same in both', () => {
    expect(isPlain({ bits: 8, lsbFirst: false })).toBe(true);
    expect(isPlain({ bits: 8, lsbFirst: true })).toBe(false);
    expect(isPlain({ bits: 16, lsbFirst: false })).toBe(false);
  });
});
