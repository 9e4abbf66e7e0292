import { describe, expect, it } from 'vitest';
import { parseI2cDump } from '../../../src/sim/populate/i2cdump.ts';

// As i2cdump of i2c-tools 4.3 prints it.
const BYTES = `     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f    0123456789abcdef
00: 5a XX 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f    ZX??????????????
10: 10 11
`;
const WORDS = `     0,8  1,9  2,a  3,b  4,c  5,d  6,e  7,f
00: 1234 XXXX 0002 0003 0004 0005 0006 0007
08: 0108 0109
`;

describe('an i2cdump', () => {
  it('has a cell for each byte; what could not be read is 0', () => {
    const { values, last } = parseI2cDump(BYTES);
    expect([...values.subarray(0, 4)]).toEqual([0x5a, 0, 2, 3]);
    // Behind the cells of a row stands its text: it is no value.
    expect([...values.subarray(0x0e, 0x14)]).toEqual([0x0e, 0x0f, 0x10, 0x11, 0, 0]);
    expect([last, values.length]).toEqual([0x11, 256]);
  });

  it('of words has the low byte of each', () => {
    const { values, last } = parseI2cDump(WORDS);
    expect([...values.subarray(0, 10)]).toEqual([0x34, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(last).toBe(9);
  });

  it('may have lines of another system, and no value at all', () => {
    expect(parseI2cDump(BYTES.replaceAll('\n', '\r\n'))).toEqual(parseI2cDump(BYTES));
    expect(parseI2cDump('00: XX\n').last).toBe(-1);
    expect(parseI2cDump('00: 07\n').last).toBe(0);
  });

  it('ends at the last register', () => {
    const row = Array.from({ length: 16 }, () => 'ee').join(' ');
    const { values, last } = parseI2cDump(`f8: ${row}\n`);
    expect([values[0xf7], values[0xf8], values[0xff], last]).toEqual([0, 0xee, 0xee, 0xff]);
  });
});
