import { describe, expect, it } from 'vitest';
import { fieldsOf, registersByNumber } from '../../src/parts/fields.ts';

const BYTES = { i2c: { form: 'byte registers', address: 1 } } as const;
const WORDS = { i2c: { form: 'word registers', address: 1 } } as const;

describe('fields of a register', () => {
  it('are bits, from high to low, with the access of their register or one of their own', () => {
    const fields = { A: 7, B: [6, 4], C: [3, 'rc'], D: [2, 0, 'ro'] } as const;
    expect(fieldsOf({ at: 0, fields, access: 'wo' })).toEqual([
      { name: 'A', shift: 7, mask: 0x80, access: 'wo' },
      { name: 'B', shift: 4, mask: 0x70, access: 'wo' },
      { name: 'C', shift: 3, mask: 0x08, access: 'rc' },
      { name: 'D', shift: 0, mask: 0x07, access: 'ro' },
    ]);
    expect(fieldsOf({ at: 0, fields: { HIGH: [31, 16] } })).toEqual([
      { name: 'HIGH', shift: 16, mask: 0xffff0000, access: 'rw' },
    ]);
    expect(fieldsOf({ at: 0 })).toEqual([]);
  });
});

describe('registers by their numbers', () => {
  it('are as wide as they say, or as their bus has them', () => {
    const registers = { A: { at: 2 }, B: { at: 3, width: 24 } } as const;
    const bytes = (bus: typeof BYTES | typeof WORDS) =>
      [...registersByNumber({ bus, registers })].map(([at, { bytes }]) => [at, bytes]);
    expect(bytes(BYTES)).toEqual([
      [2, 1],
      [3, 3],
    ]);
    expect(bytes(WORDS)).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it('count those of one name from its second on, with its fields', () => {
    const byNumber = registersByNumber({
      bus: BYTES,
      registers: { RAM: { at: 8, count: 3, fields: { X: 1 } } },
    });
    const fields = [{ name: 'X', shift: 1, mask: 2, access: 'rw' }];
    expect([...byNumber]).toEqual([
      [8, { name: 'RAM', bytes: 1, fields }],
      [9, { name: 'RAM[1]', bytes: 1, fields }],
      [10, { name: 'RAM[2]', bytes: 1, fields }],
    ]);
  });

  it('leave out registers of a bank, and have none where a part has none', () => {
    const registers = { A: { at: 0 }, B: { at: 1, bank: 1 } } as const;
    expect([...registersByNumber({ bus: BYTES, registers }).keys()]).toEqual([0]);
    expect(registersByNumber({ bus: BYTES })).toEqual(new Map());
  });
});
