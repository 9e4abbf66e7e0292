import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { i2cBench } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const map = (properties = {}) => i2cBench({ compatible: 'dtbus,register-map', reg: 0x20, properties });

// What i2c-tools 4.3 printed for a range of a real part.
const DUMP = `     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f    0123456789abcdef
00: 50 48 XX 00 00 00 00 00 00 00 00 00 00 00 00 00    PH..............
10:       9a                                              ?
`;
const WORDS = `     0,8  1,9  2,a  3,b  4,c  5,d  6,e  7,f
00: 1234 5612 0056 0000 0000 0000 0000 0000
08: 0099 0000 0000 0000 0000 0000 0000 XXXX
`;

describe('dtbus,register-map', () => {
  it('gives back what was written, from register to register', async () => {
    const bench = await map();
    bench.write([0xfe, 1, 2, 3]);
    expect(bench.writeRead([0xfe], 3)).toEqual([1, 2, 3]);
    expect(bench.writeRead([0x00], 1)).toEqual([3]);
  });

  it('keeps read-only ranges', async () => {
    const bench = await map({ 'dtbus,read-only': [0x10, 0x11] });
    bench.write([0x0f, 1, 2, 3, 4]);
    expect(bench.writeRead([0x0f], 4)).toEqual([1, 0, 0, 4]);
  });

  it('keeps a single register, and the last one', async () => {
    const bench = await map({ 'dtbus,read-only': [3, 3, 15, 15], 'dtbus,size': 16 });
    bench.write([2, 1, 2, 3]);
    bench.write([14, 1, 2]);
    expect(bench.writeRead([2], 3)).toEqual([1, 0, 3]);
    expect(bench.writeRead([14], 2)).toEqual([1, 0]);
  });

  it('may have a single register', async () => {
    const bench = await map({ 'dtbus,size': 1 });
    bench.write([0, 1, 2]);
    expect(bench.writeRead([0], 2)).toEqual([2, 2]);
  });

  it('gives its registers as a copy', async () => {
    const bench = await map({ 'dtbus,size': 4 });
    (bench.get('registers') as Uint8Array).fill(0xee);
    expect(bench.writeRead([0], 4)).toEqual([0, 0, 0, 0]);
  });

  it('stays on a register when told so', async () => {
    const bench = await map({ 'dtbus,no-auto-increment': true });
    bench.write([5, 1, 2]);
    expect(bench.writeRead([5], 3)).toEqual([2, 2, 2]);
  });

  it('has as many registers as dtbus,size says', async () => {
    const bench = await map({ 'dtbus,size': 16 });
    bench.write([0x0f, 1, 2]);
    expect(bench.writeRead([0x10], 1)).toEqual([2]);
  });

  it('loads an i2cdump, and a reset brings it back', async () => {
    const file = join(folder, 'dump.txt');
    writeFileSync(file, DUMP);
    const bench = await map({ 'dtbus,dump': file });
    expect(bench.writeRead([0], 3)).toEqual([0x50, 0x48, 0]);
    expect(bench.writeRead([0x12], 1)).toEqual([0x9a]);
    bench.write([0, 1]);
    bench.reset();
    expect(bench.writeRead([0], 1)).toEqual([0x50]);
    expect(bench.warnings).toEqual([]);
  });

  it('tells of registers of a dump that it does not have', async () => {
    const file = join(folder, 'long.txt');
    writeFileSync(file, DUMP);
    const bench = await map({ 'dtbus,dump': file, 'dtbus,size': 16 });
    expect(bench.warnings).toEqual([
      `/i2c/part0: dtbus,dump: ${file} has registers up to 0x12, the part up to 0xf (dtbus,size): the others are left out`,
    ]);
  });

  it('takes no more bytes than it has registers', async () => {
    const bench = await map({ 'dtbus,size': 2 });
    bench.set('registers', Uint8Array.of(7));
    expect(bench.get('registers')).toEqual(Uint8Array.of(7, 0));
    expect(() => bench.set('registers', new Uint8Array(3))).toThrow(
      '/i2c/part0: invalid registers: expected at most 2 bytes, got 3',
    );
    expect(bench.get('registers')).toEqual(Uint8Array.of(7, 0));
  });
});

describe('a bad node', () => {
  it.each([
    [{ 'dtbus,size': 0 }, 'dtbus,size: must be 1 to 256, not 0'],
    [{ 'dtbus,size': 257 }, 'dtbus,size: must be 1 to 256, not 257'],
    [{ 'dtbus,read-only': [4, 3] }, 'dtbus,read-only: must be pairs <first last> of registers below 256'],
    [{ 'dtbus,read-only': [15, 16], 'dtbus,size': 16 }, 'of registers below 16'],
    [{ 'dtbus,read-only': [3] }, 'dtbus,read-only: must be pairs'],
    [{ 'dtbus,dump': '/nowhere/dump.txt' }, 'dtbus,dump: cannot be loaded: not found: /nowhere'],
  ])('%o', async (properties, sentence) => {
    await expect(map(properties)).rejects.toThrow(sentence);
  });
});

describe('i2cdump text', async () => {
  const { parseI2cDump } = await import('../../../src/sim/populate/i2cdump.ts');

  it('in word mode gives the low byte of each word', () => {
    expect([...parseI2cDump(WORDS).values.subarray(0, 9)]).toEqual([0x34, 0x12, 0x56, 0, 0, 0, 0, 0, 0x99]);
  });

  it('of something else is refused', () => {
    expect(() => parseI2cDump('hello')).toThrow('no line like');
  });
});
