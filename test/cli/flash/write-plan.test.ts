import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EraseType } from '../../../src/cli/flash/sfdp.ts';
import { planWrite } from '../../../src/cli/flash/write-plan.ts';

const PAGE = 16;
const UNIT = 64;
const types: readonly EraseType[] = [UNIT, 2 * UNIT, 4 * UNIT].map((size, index) => ({
  index,
  opcode: index,
  size,
  typicalMs: undefined,
  maximumMs: undefined,
}));

/** What a flash holds after the steps: erase makes ones, programming only zeros (any data sheet). */
function carryOut(old: Uint8Array, wanted: Uint8Array, from: number): Uint8Array {
  const flash = old.slice();
  for (const { range, erase, pages } of planWrite(old, wanted, from, types, PAGE)) {
    if (erase !== undefined) {
      expect(range.from % erase.size).toBe(0);
      expect(range.to - range.from).toBe(erase.size);
      flash.fill(0xff, range.from - from, range.to - from);
    }
    for (const page of pages) {
      expect(page.from % PAGE).toBe(0);
      for (let i = page.from - from; i < page.to - from; i++)
        flash[i] = (flash[i] as number) & (wanted[i] as number);
    }
  }
  return flash;
}

describe('the plan of a write', () => {
  it('gets from anything to anything', () => {
    const size = 8 * UNIT;
    const byte = fc.constantFrom(0x00, 0x0f, 0xf0, 0xff, 0x5a);
    const contents = fc
      .array(fc.tuple(byte, fc.integer({ min: 1, max: 100 })), { maxLength: 20 })
      .map((runs) => {
        const bytes = new Uint8Array(size).fill(0xff);
        let at = 0;
        for (const [value, length] of runs) {
          bytes.fill(value, at, at + length);
          at += length;
        }
        return bytes;
      });
    fc.assert(
      fc.property(contents, contents, (old, wanted) => {
        expect(carryOut(old, wanted, 3 * 4 * UNIT)).toEqual(wanted);
      }),
    );
  });

  it('touches only what differs', () => {
    const old = new Uint8Array(8 * UNIT).fill(0x11);
    const wanted = old.slice();
    wanted[3 * UNIT + 5] = 0x12;
    expect(planWrite(old, wanted, 0, types, PAGE).map(({ range }) => range)).toEqual([
      { from: 3 * UNIT, to: 4 * UNIT },
    ]);
    expect(planWrite(old, old, 0, types, PAGE)).toEqual([]);
  });

  it('erases nothing where bits only go to zero, and programs only those pages', () => {
    const old = new Uint8Array(2 * UNIT).fill(0xff);
    const wanted = old.slice();
    wanted[PAGE] = 0;
    expect(planWrite(old, wanted, 0, types, PAGE)).toEqual([
      { range: { from: 0, to: UNIT }, erase: undefined, pages: [{ from: PAGE, to: 2 * PAGE }] },
    ]);
  });

  it('erases together what lies in one large block, and leaves blank pages unprogrammed', () => {
    const old = new Uint8Array(5 * UNIT).fill(0);
    const wanted = new Uint8Array(5 * UNIT).fill(0xff);
    wanted[0] = 7;
    const steps = planWrite(old, wanted, 0, types, PAGE);
    expect(steps.map(({ erase }) => erase?.size)).toEqual([4 * UNIT, UNIT]);
    expect(steps.map(({ pages }) => pages.length)).toEqual([1, 0]);
  });
});
