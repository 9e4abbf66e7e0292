import { describe, expect, it } from 'vitest';
import { flash } from './flash.ts';

/** All that 5Ah reads. */
async function sfdpOf(compatible: string) {
  const bench = await flash(compatible);
  const bytes = bench.exchange([0x5a, 0, 0, 0, 0], 256);
  const view = new DataView(Uint8Array.from(bytes).buffer);
  /** DWORD of a table, from 1 on as JESD216B counts. */
  return { bytes, dword: (number: number, at = 0x80) => view.getUint32(at + 4 * (number - 1), true) };
}

/** JESD216B, 6.4.13 and 6.4.14: a count of units, less one. */
const decoded = (field: number, countBits: number, unitsMs: readonly number[]) => {
  const unit = unitsMs[field >> countBits] as number;
  return { ms: ((field & (2 ** countBits - 1)) + 1) * unit, unit };
};

describe('SFDP, typical times (JESD216B, DWORDs 10 and 11)', () => {
  // Each data sheet, "AC Characteristics": 4 KiB, 32 KiB, 64 KiB, chip.
  it.each([
    ['winbond,w25q80', [45, 120, 150], 2000],
    ['macronix,mx25l12835f', [43, 180, 280], 38_000],
    ['issi,is25lp128', [70, 130, 200], 45_000],
    ['sst,sst26vf064b', [18, 18], 35],
  ])('%s', async (compatible, erases, chip) => {
    const { dword } = await sfdpOf(compatible);
    for (let type = 0; type < 4; type++) {
      const field = (dword(10) >>> (4 + 7 * type)) & 0x7f;
      const typical = erases[type];
      if (typical === undefined) expect(field).toBe(0);
      else {
        const { ms, unit } = decoded(field, 5, [1, 16, 128, 1000]);
        // Rounded up to a whole unit, of the smallest that can count it.
        expect([ms >= typical, ms - typical < unit]).toEqual([true, true]);
        expect(unit).toBe([1, 16, 128, 1000].find((each) => typical <= 32 * each));
      }
    }
    const whole = decoded((dword(11) >>> 24) & 0x7f, 5, [16, 256, 4000, 64_000]);
    // Within a tenth of what the data sheet has, beside the unit.
    expect(Math.abs(whole.ms - chip)).toBeLessThan(0.1 * chip + whole.unit);
    expect(dword(11) >>> 31).toBe(1);
  });
});

describe('SFDP, what reads and erases there are', () => {
  // DWORDs 8 and 9: size as a power of two, opcode; the smallest first.
  it.each([
    ['winbond,w25q128', [0x200c, 0x520f, 0xd810, 0]],
    ['micron,n25q128a13', [0x200c, 0xd810, 0, 0]],
    ['sst,sst26vf064b', [0x200c, 0xd810, 0, 0]],
  ])('%s: erase types', async (compatible, types) => {
    const { dword } = await sfdpOf(compatible);
    expect([8, 9].flatMap((number) => [dword(number) & 0xffff, dword(number) >>> 16])).toEqual(types);
  });

  // N25Q128A data sheet, table "Parameter Table": EBh has a mode clock and 9 more, BBh a mode clock and 7 more.
  it("the clocks of Micron's reads on two and four lines", async () => {
    const { dword } = await sfdpOf('micron,n25q128a13');
    expect([dword(3).toString(16), dword(4).toString(16)]).toEqual(['6b08eb29', 'bb273b08']);
  });

  it.each([
    ['winbond,w25q128', 0x1],
    // Bit 3 too: the flag status tells of busy.
    ['micron,mt25ql512a', 0x3],
  ])('%s: DWORD 14, how it tells that it is busy', async (compatible, polls) => {
    const { dword } = await sfdpOf(compatible);
    expect((dword(14) >>> 2) & 0x3f).toBe(polls);
  });

  it.each([
    ['winbond,w25q128', 5],
    ['macronix,mx25l12835f', 2],
    ['micron,mt25ql512a', 0],
  ])('%s: DWORD 15, quad enable', async (compatible, way) => {
    expect(((await sfdpOf(compatible)).dword(15) >>> 20) & 7).toBe(way);
  });

  it('JESD216 has nine DWORDs, and nothing behind them', async () => {
    const { bytes } = await sfdpOf('micron,n25q128a13');
    expect(bytes.slice(0, 16)).toEqual([
      ...[0x53, 0x46, 0x44, 0x50, 0, 1, 0, 0xff],
      ...[0, 0, 1, 9, 0x80, 0, 0, 0xff],
    ]);
    expect(bytes.slice(0x80 + 36).every((byte) => byte === 0xff)).toBe(true);
  });

  it.each(['winbond,w25q128', 'macronix,mx25l12835f', 'issi,is25lp128'])(
    '%s of 16 MiB has three address bytes, and no table of instructions with four',
    async (compatible) => {
      const { bytes, dword } = await sfdpOf(compatible);
      expect([bytes[6], (dword(1) >>> 17) & 3, dword(16) >>> 24, (dword(16) >>> 14) & 0x3f]).toEqual([
        0, 0, 0, 0,
      ]);
      expect(bytes.slice(16, 24)).toEqual(Array(8).fill(0xff));
    },
  );
});

describe('SFDP, the 4-byte Address Instruction Table', () => {
  const OPCODES = [0x13, 0x0c, 0x3c, 0xbc, 0x6c, 0xec, 0x12, 0x34, 0x3e];

  // Each data sheet's instruction table.
  it.each([
    ['winbond,w25q256', [0x13, 0x0c, 0x3c, 0xbc, 0x6c, 0xec, 0x12, 0x34], [0x21, 0x5c, 0xdc]],
    ['macronix,mx66l51235f', [0x13, 0x0c, 0x3c, 0xbc, 0x6c, 0xec, 0x12, 0x3e], [0x21, 0x5c, 0xdc]],
    ['micron,mt25ql512a', [0x13, 0x0c, 0x3c, 0xbc, 0x6c, 0xec, 0x12, 0x34], [0x21, 0x5c, 0xdc]],
  ])('%s', async (compatible, reads, erases) => {
    const { bytes, dword } = await sfdpOf(compatible);
    expect(bytes[6]).toBe(1);
    const supported = dword(1, 0xc0);
    expect(OPCODES.filter((_, bit) => ((supported >>> bit) & 1) === 1)).toEqual(reads);
    // A bit for each erase type, and its opcode in DWORD 2.
    expect([0, 1, 2, 3].map((type) => (supported >>> (9 + type)) & 1)).toEqual([1, 1, 1, 0]);
    expect(bytes.slice(0xc4, 0xc8)).toEqual([...erases, 0xff]);
  });
});
