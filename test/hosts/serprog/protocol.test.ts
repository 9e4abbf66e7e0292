import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandMap,
  fromLittleEndian,
  isInMap,
  littleEndian,
  spiLengths,
  spiOperation,
} from '../../../hosts/serprog/protocol.ts';

describe('numbers', () => {
  it('have their least significant byte first', () => {
    expect([...littleEndian(0x0102_0304, 4)]).toEqual([4, 3, 2, 1]);
    expect([...littleEndian(0xff_0001, 3)]).toEqual([1, 0, 0xff]);
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
        expect(fromLittleEndian(littleEndian(value, 4))).toBe(value);
      }),
    );
  });
});

describe('an SPI operation', () => {
  it('is 13, 24 bits to write, 24 bits to read, and the data', () => {
    expect([...spiOperation(Uint8Array.of(0x9f), 3)]).toEqual([0x13, 1, 0, 0, 3, 0, 0, 0x9f]);
    expect([...spiOperation(new Uint8Array(0), 0x01_0203)]).toEqual([0x13, 0, 0, 0, 3, 2, 1]);
  });

  it('is read by the programmer as it was meant', () => {
    const data = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(data, fc.integer({ min: 0, max: 0xff_ffff }), (write, readLength) => {
        const sent = spiOperation(write, readLength);
        expect(spiLengths(sent.subarray(1, 7))).toEqual({ writeLength: write.length, readLength });
        expect(sent.subarray(7)).toEqual(write);
      }),
    );
  });

  it('is shorter than 2^24 bytes', () => {
    expect(() => spiOperation(new Uint8Array(0), 1 << 24)).toThrow(RangeError);
  });
});

describe('the map of commands', () => {
  // "cmd 0 support: byte 0 bit 0; cmd 7: byte 0 bit 7; cmd 8: byte 1 bit 0"
  it('has command n at bit n % 8 of byte n / 8', () => {
    expect([...commandMap([0, 7, 8]).subarray(0, 2)]).toEqual([0x81, 0x01]);
    expect(commandMap([])).toHaveLength(32);
  });

  it('has what was put into it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 255 })), (commands) => {
        const map = commandMap(commands);
        for (let code = 0; code < 256; code++) expect(isInMap(map, code)).toBe(commands.includes(code));
      }),
    );
  });
});
