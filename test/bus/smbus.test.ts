import { describe, expect, it } from 'vitest';
import {
  BusFault,
  finishSmbus,
  I2C_M,
  prepareSmbus,
  SMBUS,
  SMBUS_DATA_LENGTH,
  type SmbusProtocol,
  type SmbusRequest,
  smbusPec,
  smbusTransfer,
  smbusTransferSync,
} from '../../src/bus/index.ts';
import { FakeI2c, wire } from '../dev/fake-adapters.ts';

function request(protocol: SmbusProtocol, read: boolean, bytes: number[] = [], pec = false): SmbusRequest {
  const data = new Uint8Array(SMBUS_DATA_LENGTH);
  data.set(bytes);
  return { addr: 0x48, flags: 0, pec, read, command: 0xab, protocol, data };
}

describe('SMBus protocols as I2C messages', () => {
  // Expected: the diagrams of Linux Documentation/i2c/smbus-protocol.rst.
  const cases: [string, SmbusRequest, string[]][] = [
    ['quick, write bit', request(SMBUS.QUICK, false), ['W48:']],
    ['quick, read bit', request(SMBUS.QUICK, true), ['R48:0']],
    ['receive byte', request(SMBUS.BYTE, true), ['R48:1']],
    ['send byte', request(SMBUS.BYTE, false), ['W48:ab']],
    ['read byte', request(SMBUS.BYTE_DATA, true), ['W48:ab', 'R48:1']],
    ['write byte', request(SMBUS.BYTE_DATA, false, [0x12]), ['W48:ab12']],
    ['read word', request(SMBUS.WORD_DATA, true), ['W48:ab', 'R48:2']],
    ['write word, low byte first', request(SMBUS.WORD_DATA, false, [0x34, 0x12]), ['W48:ab3412']],
    ['process call', request(SMBUS.PROC_CALL, false, [0x34, 0x12]), ['W48:ab3412', 'R48:2']],
    ['block read', request(SMBUS.BLOCK_DATA, true), ['W48:ab', 'R48:33L']],
    ['block write', request(SMBUS.BLOCK_DATA, false, [2, 7, 8]), ['W48:ab020708']],
    ['block process call', request(SMBUS.BLOCK_PROC_CALL, false, [1, 9]), ['W48:ab0109', 'R48:33L']],
    ['I2C block read', request(SMBUS.I2C_BLOCK_DATA, true, [5]), ['W48:ab', 'R48:5']],
    ['I2C block write without a count', request(SMBUS.I2C_BLOCK_DATA, false, [2, 7, 8]), ['W48:ab0708']],
    ['nothing of the block beyond its count', request(SMBUS.BLOCK_DATA, false, [1, 7, 8]), ['W48:ab0107']],
  ];
  it.each(cases)('%s', (_, smbus, expected) => {
    expect(wire(prepareSmbus(smbus))).toEqual(expected);
  });

  it('keeps the ten-bit flag in every message', () => {
    const smbus = { ...request(SMBUS.BYTE_DATA, true), addr: 0x2a5, flags: I2C_M.TEN };
    expect(wire(prepareSmbus(smbus))).toEqual(['W2a5t:ab', 'R2a5t:1']);
  });

  it('refuses blocks of more than 32 bytes with EINVAL', () => {
    for (const [protocol, read] of [
      [SMBUS.BLOCK_DATA, false],
      [SMBUS.BLOCK_PROC_CALL, false],
      [SMBUS.I2C_BLOCK_DATA, true],
      [SMBUS.I2C_BLOCK_DATA, false],
    ] as const)
      expect(() => prepareSmbus(request(protocol, read, [33]))).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
  });

  it('knows no protocol 9', () => {
    expect(() => prepareSmbus(request(9 as SmbusProtocol, false))).toThrow(
      expect.objectContaining({ code: 'EOPNOTSUPP' }),
    );
  });
});

describe('results of SMBus calls', () => {
  function run(smbus: SmbusRequest, reply: number[]): number[] {
    const adapter = new FakeI2c();
    adapter.replies.push(reply);
    smbusTransferSync(adapter, smbus);
    return [...smbus.data];
  }

  it('a byte', () => expect(run(request(SMBUS.BYTE_DATA, true), [0x5a])[0]).toBe(0x5a));
  it('a byte without a command', () => expect(run(request(SMBUS.BYTE, true), [0x5a])[0]).toBe(0x5a));
  it('a word, low byte first', () =>
    expect(run(request(SMBUS.WORD_DATA, true), [0x34, 0x12]).slice(0, 2)).toEqual([0x34, 0x12]));
  it('a block with its count', () =>
    expect(run(request(SMBUS.BLOCK_DATA, true), [3, 7, 8, 9, 0xee]).slice(0, 5)).toEqual([3, 7, 8, 9, 0]));
  it('an I2C block keeps the count asked for', () =>
    expect(run(request(SMBUS.I2C_BLOCK_DATA, true, [2]), [7, 8]).slice(0, 4)).toEqual([2, 7, 8, 0]));
  it('a written byte stays what it was', () =>
    expect(run(request(SMBUS.BYTE_DATA, false, [7]), [])[0]).toBe(7));

  it('refuses a block count over 32 with EPROTO', () => {
    expect(() => run(request(SMBUS.BLOCK_DATA, true), [33])).toThrow(
      expect.objectContaining({ code: 'EPROTO', errno: 71 }),
    );
  });

  it('gives the same in promises', async () => {
    const adapter = new FakeI2c();
    adapter.replies.push([2, 7, 8]);
    const smbus = request(SMBUS.BLOCK_DATA, true);
    await smbusTransfer(adapter, smbus, 50);
    expect([...smbus.data.subarray(0, 3)]).toEqual([2, 7, 8]);
    expect(adapter.timeouts).toEqual([50]);
  });
});

describe('packet error code (SMBus 2.0, 5.4)', () => {
  it('is CRC-8: the catalogue check value over "123456789" is 0xf4', () => {
    expect(smbusPec(0, new TextEncoder().encode('123456789'))).toBe(0xf4);
  });

  it('continues over parts', () => {
    expect(smbusPec(smbusPec(0, Uint8Array.of(0x31, 0x32)), new TextEncoder().encode('3456789'))).toBe(0xf4);
  });

  // MLX90614 data sheet, 8.4.4: read word of 0x5a/0x07 gives d2 3a and PEC 0x30.
  function mlx(pec: number): number[] {
    const smbus = { ...request(SMBUS.WORD_DATA, true, [], true), addr: 0x5a, command: 0x07 };
    const messages = prepareSmbus(smbus);
    expect(wire(messages)).toEqual(['W5a:07', 'R5a:3']);
    messages[1]?.buf.set([0xd2, 0x3a, pec]);
    finishSmbus(smbus, messages);
    return [...smbus.data.subarray(0, 3)];
  }
  it('of a read is checked and taken off', () => expect(mlx(0x30)).toEqual([0xd2, 0x3a, 0]));
  it('that is wrong gives EBADMSG and says both', () => {
    expect(() => mlx(0x31)).toThrow('EBADMSG: the packet error code is 0x31, but 0x30 was due');
  });

  // MLX90614 data sheet, 8.4.4.2: write word c807 to 0x5a/0x22 has PEC 0x48.
  it('of a write is appended', () => {
    const smbus = { ...request(SMBUS.WORD_DATA, false, [0x07, 0xc8], true), addr: 0x5a, command: 0x22 };
    expect(wire(prepareSmbus(smbus))).toEqual(['W5a:2207c848']);
  });

  it('is read behind a block, at the place that the count says', () => {
    const smbus = request(SMBUS.BLOCK_DATA, true, [], true);
    const messages = prepareSmbus(smbus);
    expect(wire(messages)).toEqual(['W48:ab', 'R48:34L']);
    // 90 ab 91 02 07 08 by the bitwise definition (x^8 + x^2 + x + 1).
    const sum = bitwiseCrc([0x90, 0xab, 0x91, 0x02, 0x07, 0x08]);
    messages[1]?.buf.set([2, 7, 8, sum]);
    finishSmbus(smbus, messages);
    expect([...smbus.data.subarray(0, 4)]).toEqual([2, 7, 8, 0]);
    messages[1]?.buf.set([2, 7, 9, sum]);
    expect(() => finishSmbus(smbus, messages)).toThrow(BusFault);
  });

  it('of a received byte covers the address alone', () => {
    const smbus = request(SMBUS.BYTE, true, [], true);
    const messages = prepareSmbus(smbus);
    messages[0]?.buf.set([0x5a, bitwiseCrc([0x91, 0x5a])]);
    finishSmbus(smbus, messages);
    expect(smbus.data[0]).toBe(0x5a);
  });

  it('does not exist for quick and I2C blocks', () => {
    expect(wire(prepareSmbus(request(SMBUS.QUICK, false, [], true)))).toEqual(['W48:']);
    expect(wire(prepareSmbus(request(SMBUS.I2C_BLOCK_DATA, true, [4], true)))).toEqual(['W48:ab', 'R48:4']);
  });
});

function bitwiseCrc(bytes: number[]): number {
  let remainder = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const top = (remainder >> 7) ^ ((byte >> bit) & 1);
      remainder = ((remainder << 1) & 0xff) ^ (top ? 0x07 : 0);
    }
  return remainder;
}
