import { describe, expect, it } from 'vitest';
import { pinStream, reverseBits, selectedBy } from '../../../hosts/ch341a/protocol.ts';

const ALL = { levels: 0x37, directions: 0x3f };

describe('CH341A (flashrom ch341a_spi.c)', () => {
  it('selects by the levels of D0 to D2, all pins driven', () => {
    expect([...pinStream(ALL, 0)]).toEqual([0xab, 0xb6, 0x7f, 0x20]);
    expect([...pinStream(ALL, 2)]).toEqual([0xab, 0xb3, 0x7f, 0x20]);
    expect([...pinStream(ALL, undefined)]).toEqual([0xab, 0xb7, 0x7f, 0x20]);
  });

  it('knows what pins select', () => {
    expect(selectedBy(0x36, 0x3f)).toBe(0);
    expect(selectedBy(0x35, 0x3f)).toBe(1);
    expect(selectedBy(0x37, 0x3f)).toBeUndefined();
    // Not driven: pulled up.
    expect(selectedBy(0x36, 0)).toBeUndefined();
    expect(selectedBy(0x34, 0x3f)).toBeUndefined();
  });

  it('turns the bits of each byte round', () => {
    expect([...reverseBits(Uint8Array.of(0x9f, 0x01, 0x80, 0xff))]).toEqual([0xf9, 0x80, 0x01, 0xff]);
  });
});
