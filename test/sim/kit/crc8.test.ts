import { describe, expect, it } from 'vitest';
import { crc8 } from '../../../src/sim/kit/crc8.ts';

describe('CRC-8', () => {
  // SHT3x data sheet, table 20; HTU21D data sheet, "CRC checksum".
  it.each([
    [[0xbe, 0xef], 0xff, 0x92],
    [[0xdc], 0x00, 0x79],
    [[0x68, 0x3a], 0x00, 0x7c],
    [[0x4e, 0x85], 0x00, 0x6b],
  ])('of %o from %i is %i', (bytes, start, crc) => {
    expect(crc8(Uint8Array.from(bytes), start)).toBe(crc);
  });
});
