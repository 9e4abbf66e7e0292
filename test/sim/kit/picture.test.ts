import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { toPng, toText } from '../../../src/sim/kit/picture.ts';

const ROWS = ['#.........#', '.#......#..', '..........#'] as const;
const PICTURE = { width: 11, height: 3, at: (x: number, y: number) => ROWS[y]?.[x] === '#' };

it('a PNG of one bit a dot, each row on whole bytes (PNG specification, 7.2)', () => {
  const png = Buffer.from(toPng(PICTURE));
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...(chunks.get('IHDR') as Buffer)]).toEqual([0, 0, 0, 11, 0, 0, 0, 3, 1, 0, 0, 0, 0]);
  expect([...inflateSync(chunks.get('IDAT') as Buffer)]).toEqual([
    0, 0b1000_0000, 0b0010_0000, 0, 0b0100_0000, 0b1000_0000, 0, 0, 0b0010_0000,
  ]);
});

it('two dots in a character, the last row alone', () => {
  expect(toText(PICTURE)).toBe('▀▄      ▄ ▀\n          ▀');
});
