import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baudDivisor,
  bulk,
  bulkLength,
  decodePeripherals,
  decodeSpiConfig,
  encodePeripherals,
  encodeSpiConfig,
  I2C,
  I2C_SPEEDS,
  isAtLeast,
  parseGreeting,
  SPI,
  SPI_SPEEDS,
  SPI_SPEEDS_EVERYWHERE,
  speedIndex,
  writeThenRead,
  writeThenReadLengths,
} from '../../../hosts/bus-pirate/protocol.ts';

const bytes = (least: number, most: number) => fc.uint8Array({ minLength: least, maxLength: most });

describe('bulk write, 0001xxxx', () => {
  it('carries one byte fewer in its nibble than follow it', () => {
    expect([...bulk(Uint8Array.of(0xaa))]).toEqual([0x10, 0xaa]);
    expect(bulk(new Uint8Array(16))[0]).toBe(0x1f);
  });

  it('says how many bytes follow, and those are the data', () => {
    fc.assert(
      fc.property(bytes(1, 16), (data) => {
        const sent = bulk(data);
        expect(bulkLength(sent[0] as number)).toBe(data.length);
        expect(sent.subarray(1)).toEqual(data);
      }),
    );
  });

  it('takes 1 to 16 bytes', () => {
    expect(() => bulk(new Uint8Array(0))).toThrow(RangeError);
    expect(() => bulk(new Uint8Array(17))).toThrow(RangeError);
  });
});

describe('write then read', () => {
  it('has two big-endian lengths before its data', () => {
    const sent = writeThenRead(SPI.WRITE_THEN_READ, Uint8Array.of(3, 0, 0, 0), 0x0810);
    expect([...sent]).toEqual([0x04, 0x00, 0x04, 0x08, 0x10, 3, 0, 0, 0]);
  });

  it('is read by the adapter as it was meant', () => {
    const command = fc.constantFrom(I2C.WRITE_THEN_READ, SPI.WRITE_THEN_READ, SPI.WRITE_THEN_READ_KEEP_CS);
    fc.assert(
      fc.property(command, bytes(0, 4096), fc.integer({ min: 1, max: 4096 }), (kind, data, readLength) => {
        const sent = writeThenRead(kind, data, readLength);
        expect(sent[0]).toBe(kind);
        expect(writeThenReadLengths(sent.subarray(1, 5))).toEqual({ writeLength: data.length, readLength });
        expect(sent.subarray(5)).toEqual(data);
      }),
    );
  });

  it('takes 4096 bytes each way, and not nothing', () => {
    expect(() => writeThenRead(SPI.WRITE_THEN_READ, new Uint8Array(4097), 0)).toThrow(RangeError);
    expect(() => writeThenRead(SPI.WRITE_THEN_READ, new Uint8Array(1), 4097)).toThrow(RangeError);
    expect(() => writeThenRead(SPI.WRITE_THEN_READ, new Uint8Array(0), 0)).toThrow(/needs at least one byte/);
  });
});

describe('peripherals, 0100wxyz', () => {
  it('has power, pull-ups, AUX and CS from the top', () => {
    const off = { power: false, pullUps: false, aux: false, cs: false };
    expect(encodePeripherals(off)).toBe(0b0100_0000);
    expect(encodePeripherals({ ...off, power: true })).toBe(0b0100_1000);
    expect(encodePeripherals({ ...off, pullUps: true })).toBe(0b0100_0100);
    expect(encodePeripherals({ ...off, aux: true })).toBe(0b0100_0010);
    expect(encodePeripherals({ ...off, cs: true })).toBe(0b0100_0001);
  });

  it('decodes what it encodes', () => {
    for (let command = 0x40; command < 0x50; command++) {
      expect(encodePeripherals(decodePeripherals(command))).toBe(command);
    }
  });
});

describe('SPI configuration, 1000wxyz', () => {
  // The PIC's CKE is the inverse of CPHA (PIC24 family manual, section 23): flashrom asks for mode 0 by 0x8a.
  it.each([
    [0, 0b1000_1010],
    [1, 0b1000_1000],
    [2, 0b1000_1110],
    [3, 0b1000_1100],
  ])('mode %i on driven pins', (mode, command) => {
    expect(encodeSpiConfig({ mode, openDrain: false, sampleAtEnd: false })).toBe(command);
  });

  it('decodes what it encodes', () => {
    for (let command = 0x80; command < 0x90; command++) {
      expect(encodeSpiConfig(decodeSpiConfig(command))).toBe(command);
    }
  });
});

describe('speeds', () => {
  it('are the nearest that is not above', () => {
    expect(speedIndex(I2C_SPEEDS, 100_000)).toBe(2);
    expect(speedIndex(I2C_SPEEDS, 399_999)).toBe(2);
    expect(speedIndex(I2C_SPEEDS, 1_000_000)).toBe(3);
    expect(speedIndex(I2C_SPEEDS, 4_999)).toBeUndefined();
  });

  it('of SPI are numbered as flashrom numbers them', () => {
    const flashrom = ['30k', '125k', '250k', '1M', '2M', '2.6M', '4M', '8M'];
    const hz = flashrom.map((name) => Number.parseFloat(name) * (name.endsWith('M') ? 1e6 : 1e3));
    expect(SPI_SPEEDS.slice(0, SPI_SPEEDS_EVERYWHERE)).toEqual(hz.map(Math.round));
  });

  it('may be chosen among those that every firmware knows', () => {
    expect(speedIndex(SPI_SPEEDS, 60_000)).toBe(8);
    expect(speedIndex(SPI_SPEEDS, 60_000, SPI_SPEEDS_EVERYWHERE)).toBe(0);
  });

  // The terminal's own table: 34 is 115200 baud, 207 is 19200, 416 is 9600.
  it.each([
    [115_200, 34],
    [19_200, 207],
    [9600, 416],
    [2_000_000, 1],
  ])('of the serial port: %i baud is divisor %i', (baud, divisor) => {
    expect(baudDivisor(baud)).toBe(divisor);
  });
});

describe('the greeting', () => {
  it.each([
    ['Bus Pirate v3b\r\nFirmware v5.10 (r559)  Bootloader v4.4\r\nHiZ>', 'v3b', 'v5.10'],
    ['\0\x7fBus Pirate v3.5\r\nCommunity Firmware v7.0 - goo.gl/gCzQnW [HiZ SPI]\r\n', 'v3.5', 'v7.0'],
    ['RESET\r\n\r\nBus Pirate v4\r\nElderlyPirate Firmware v8.0 [HiZ]\r\nHiZ>', 'v4', 'v8.0'],
    ['Bus Pirate v3a\r\nHiZ>', 'v3a', 'unknown'],
  ])('%j', (text, hardware, firmware) => {
    expect(parseGreeting(text)).toEqual({ hardware, firmware });
  });

  it('of something else is none', () => {
    expect(parseGreeting('OpenWrt login: ')).toBeUndefined();
  });

  it('orders versions by number, and takes an unreadable one for new', () => {
    expect(isAtLeast('v5.10', 5, 5)).toBe(true);
    expect(isAtLeast('v5.4', 5, 5)).toBe(false);
    expect(isAtLeast('v6.1', 6, 2)).toBe(false);
    expect(isAtLeast('v8', 6, 2)).toBe(true);
    expect(isAtLeast('v4', 4, 0)).toBe(true);
    expect(isAtLeast('v3.5', 4, 0)).toBe(false);
    expect(isAtLeast('unknown', 6, 2)).toBe(true);
  });
});
