import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadSfdp, readSfdp } from '../../../src/cli/flash/sfdp.ts';

/** Table space with these pieces in it, the rest 0xff. */
function space(pieces: Readonly<Record<number, readonly number[]>>): ReadSfdp {
  const bytes = new Uint8Array(0x400).fill(0xff);
  for (const [at, piece] of Object.entries(pieces)) bytes.set(piece, Number(at));
  return async (address, length) => bytes.slice(address, address + length);
}

function words(...values: readonly number[]): number[] {
  return values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff));
}

const SIGNATURE = [0x53, 0x46, 0x44, 0x50];

/** What a W25Q128JV answers: revision 1.5, a basic table of 16 words. */
const W25Q128JV = space({
  0: [...SIGNATURE, 0x05, 0x01, 0x00, 0xff],
  8: [0x00, 0x05, 0x01, 0x10, 0x80, 0x00, 0x00, 0xff],
  128: [
    ...[0xe5, 0x20, 0xf9, 0xff, 0xff, 0xff, 0xff, 0x07, 0x44, 0xeb, 0x08, 0x6b, 0x08, 0x3b, 0x42, 0xbb],
    ...[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff, 0x40, 0xeb, 0x0c, 0x20, 0x0f, 0x52],
    ...[0x10, 0xd8, 0x00, 0x00, 0x36, 0x02, 0xa6, 0x00, 0x82, 0xea, 0x14, 0xc9, 0xe9, 0x63, 0x76, 0x33],
    ...[0x7a, 0x75, 0x7a, 0x75, 0xf7, 0xa2, 0xd5, 0x5c, 0x19, 0xf7, 0x4d, 0xff, 0xe9, 0x30, 0xf8, 0x80],
  ],
});

describe('JESD216', () => {
  it("6.4 reads a W25Q128JV's basic parameters", async () => {
    const parameters = await readSfdp(W25Q128JV);
    expect(parameters).toMatchObject({
      revision: '1.5',
      size: 16 << 20,
      pageSize: 256,
      addressBytes: 3,
      eraseTypes: [
        { opcode: 0x20, size: 0x1000, typicalMs: 4 * 16 },
        { opcode: 0x52, size: 0x8000, typicalMs: 128 },
        { opcode: 0xd8, size: 0x10000 },
      ],
    });
    // Data sheet 9.6: sector erase 45 ms typically, 400 ms at most; page program 3 ms at most; chip erase 200 s.
    expect(parameters?.eraseTypes[0]?.maximumMs).toBeGreaterThanOrEqual(400);
    expect(parameters?.programMs).toBeGreaterThanOrEqual(3);
    expect(parameters?.chipEraseMs).toBeGreaterThanOrEqual(200_000);
  });

  it('asks once for tables that lie in the first 256 bytes', async () => {
    const asked: number[][] = [];
    await readSfdp((address, length) => {
      asked.push([address, length]);
      return W25Q128JV(address, length);
    });
    expect(asked).toEqual([[0, 256]]);
  });

  const basic = (word1: number, word2: number, word16: number) =>
    words(word1, word2, 0, 0, 0, 0, 0, 0xd810_200c, 0, 0x20, 0x80, 0, 0, 0, 0, word16);

  it('6.4.5 takes sizes of more than 4 Gbit as an exponent', async () => {
    const parameters = await readSfdp(
      space({
        0: [...SIGNATURE, 6, 1, 0, 0xff, 0, 6, 1, 16, 0x80, 0, 0, 0xff],
        128: basic(0, 0x8000_0021, 0),
      }),
    );
    expect(parameters?.size).toBe(2 ** 30);
  });

  it('6.4.19 and 6.6 prefer instructions with four address bytes, then a mode', async () => {
    const headers = [
      ...SIGNATURE,
      6,
      1,
      1,
      0xff,
      0,
      6,
      1,
      16,
      0x80,
      0,
      0,
      0xff,
      0x84,
      0,
      1,
      2,
      0,
      1,
      0,
      0xff,
    ];
    const table = basic(0x0002_0000, 2 ** 28 - 1, 0x0100_0000);
    const both = await readSfdp(space({ 0: headers, 128: table, 256: words(0x0641, 0x0000_dc21) }));
    expect(both?.fourByte).toMatchObject({
      kind: 'instructions',
      read: 0x13,
      program: 0x12,
      eraseTypes: [
        { opcode: 0x21, size: 0x1000 },
        { opcode: 0xdc, size: 0x10000 },
      ],
    });
    const mode = await readSfdp(space({ 0: headers, 128: table, 256: words(0, 0) }));
    expect(mode?.fourByte).toEqual({ kind: 'mode', writeEnable: false });
    const withEnable = await readSfdp(
      space({ 0: headers, 128: basic(0, 2 ** 28 - 1, 0x0200_0000), 256: words(0, 0) }),
    );
    expect(withEnable?.fourByte).toEqual({ kind: 'mode', writeEnable: true });
    const always = await readSfdp(
      space({ 0: headers, 128: basic(0x0004_0000, 2 ** 28 - 1, 0), 256: words(0, 0) }),
    );
    expect(always?.addressBytes).toBe(4);
  });

  it('gives nothing for what is no table', async () => {
    expect(await readSfdp(async (_, length) => new Uint8Array(length).fill(0xff))).toBeUndefined();
    expect(await readSfdp(async (_, length) => new Uint8Array(length))).toBeUndefined();
  });

  it('never takes a size, page or erase type that cannot be, whatever the chip says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 0x90, maxLength: 0x90 }), async (noise) => {
        const read: ReadSfdp = async (address, length) => {
          const bytes = new Uint8Array(length);
          bytes.set(noise.subarray(address, address + length));
          if (address === 0) bytes.set(SIGNATURE);
          return bytes;
        };
        const parameters = await readSfdp(read);
        if (parameters === undefined) return;
        expect(parameters.size).toBeGreaterThanOrEqual(256);
        expect(parameters.size).toBeLessThanOrEqual(2 ** 32);
        for (const { size } of parameters.eraseTypes) expect(Number.isInteger(Math.log2(size))).toBe(true);
      }),
    );
  });
});
