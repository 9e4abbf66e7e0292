import { describe, expect, it } from 'vitest';
import {
  type DescriptorChain,
  I2C_IN_HDR_BYTES,
  I2C_OUT_HDR_BYTES,
  type I2cOutHdr,
  i2cErrno,
  i2cStatus,
  i2cWireAddress,
  readI2cOutHdr,
  VIRTIO_I2C_F_ZERO_LENGTH_REQUEST,
  VIRTIO_I2C_FLAGS,
  VIRTIO_ID_I2C_ADAPTER,
  writeI2cOutHdr,
} from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';

/** What a device finds when a driver sends these bytes. */
function decode(bytes: readonly number[]): { sound: boolean; header: I2cOutHdr } {
  const guest = new MockGuest(4);
  const driver = guest.driver<string>();
  driver.addBuf([guest.alloc(Uint8Array.from(bytes))], [], 'x');
  driver.kickPrepare();
  const chain = guest.device().pop() as DescriptorChain;
  const header = { addr: -1, tenBit: false, flags: -1, messageFlags: -1 };
  return { sound: readI2cOutHdr(chain.readable, header), header };
}

function encode(addr: number, tenBit: boolean, flags: number): number[] {
  const bytes = new Uint8Array(10).fill(0xaa);
  writeI2cOutHdr(new DataView(bytes.buffer), 1, addr, tenBit, flags);
  expect([bytes[0], bytes[9]]).toEqual([0xaa, 0xaa]);
  return [...bytes.subarray(1, 9)];
}

it('has the numbers of 5.16', () => {
  expect([VIRTIO_ID_I2C_ADAPTER, VIRTIO_I2C_F_ZERO_LENGTH_REQUEST]).toEqual([34, 0]);
  expect([I2C_OUT_HDR_BYTES, I2C_IN_HDR_BYTES]).toEqual([8, 1]);
  expect(VIRTIO_I2C_FLAGS).toEqual({ FAIL_NEXT: 1, M_RD: 2 });
});

describe('5.16.6.1 the request header', () => {
  it.each([
    ['a 7-bit address, shifted', 0x48, false, 0, [0x90, 0, 0, 0, 0, 0, 0, 0]],
    ['flags', 0x50, false, 3, [0xa0, 0, 0, 0, 3, 0, 0, 0]],
    ['the highest 7-bit address', 0x77, false, 1, [0xee, 0, 0, 0, 1, 0, 0, 0]],
    // A7..A0 in the upper byte; 11110 A9 A8 0 in the lower.
    ['a 10-bit address', 0x2a5, true, 2, [0xf4, 0xa5, 0, 0, 2, 0, 0, 0]],
    ['the highest 10-bit address', 0x3ff, true, 0, [0xf6, 0xff, 0, 0, 0, 0, 0, 0]],
    ['the lowest 10-bit address', 0, true, 0, [0xf0, 0, 0, 0, 0, 0, 0, 0]],
  ])('has %s', (_what, addr, tenBit, flags, bytes) => {
    expect(encode(addr, tenBit, flags)).toEqual(bytes);
    expect(decode(bytes)).toEqual({ sound: true, header: { addr, tenBit, flags, messageFlags: 0 } });
  });

  it('carries every 7-bit address that is not the mark of 10-bit ones, and every 10-bit address', () => {
    for (let addr = 0; addr < 0x80; addr++) {
      if (addr < 0x78 || addr > 0x7b)
        expect(decode(encode(addr, false, 0)).header).toMatchObject({ addr, tenBit: false });
    }
    for (let addr = 0; addr < 0x400; addr += 7) {
      expect(decode(encode(addr, true, 0)).header).toMatchObject({ addr, tenBit: true });
    }
  });

  it('has the flags of the message where the specification has padding, le16, as our own devices take them', () => {
    const bytes = new Uint8Array(8);
    writeI2cOutHdr(new DataView(bytes.buffer), 0, 0x48, false, 2, 0x8004);
    expect([...bytes]).toEqual([0x90, 0, 0x04, 0x80, 2, 0, 0, 0]);
    expect(decode([...bytes]).header.messageFlags).toBe(0x8004);
  });

  it('never writes address bits that do not belong to the form', () => {
    expect(i2cWireAddress(0xff, false)).toBe(0xfe);
    expect(i2cWireAddress(0xffff, true)).toBe(0xfff6);
  });

  it.each([
    ['with bit 0 set', [0x91, 0, 0, 0, 0, 0, 0, 0]],
    ['of 7 bits with an upper byte', [0x90, 1, 0, 0, 0, 0, 0, 0]],
    ['of 10 bits with bit 0 set', [0xf5, 0xa5, 0, 0, 0, 0, 0, 0]],
  ])('is found wrong with an address %s', (_what, bytes) => {
    expect(decode(bytes).sound).toBe(false);
  });

  it('must be there as a whole', () => {
    expect(() => decode([0x90, 0, 0, 0, 0, 0, 0])).toThrow(
      '8 bytes wanted of a descriptor chain that has 7 left',
    );
  });
});

describe('the status byte', () => {
  it('by the standard is 0 or 1, whatever went wrong', () => {
    expect([0, 5, 6, 110, 121].map((errno) => i2cStatus(errno, false))).toEqual([0, 1, 1, 1, 1]);
    expect([0, 1, 2, 255].map((status) => i2cErrno(status, false))).toEqual([0, 5, 5, 5]);
  });

  it('with DTBUS_F_ERRNO is the errno number', () => {
    for (let errno = 0; errno <= 133; errno++) {
      expect(i2cStatus(errno, true)).toBe(errno);
      expect(i2cErrno(errno, true)).toBe(errno);
    }
  });

  it('with DTBUS_F_ERRNO is EIO for what is no errno number, either way', () => {
    expect([134, 255, 4096, -6].map((errno) => i2cStatus(errno, true))).toEqual([5, 5, 5, 5]);
    expect([134, 255].map((status) => i2cErrno(status, true))).toEqual([5, 5]);
  });
});
