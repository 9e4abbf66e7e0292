import { describe, expect, it } from 'vitest';
import {
  type BusFault,
  checkI2cMessages,
  I2C_FUNC,
  I2C_M,
  type I2cCapabilities,
  type I2cMessage,
} from '../../src/bus/index.ts';

const ALL: I2cCapabilities = {
  functionality: 0xffff_ffff,
  repeatedStart: 'any',
  zeroLength: 'any',
  stretching: true,
  nack: 'each byte',
};
const message = (flags = 0, length = 1, addr = 0x50): I2cMessage => ({
  addr,
  flags,
  buf: new Uint8Array(length),
});
const write = message();
const read = message(I2C_M.RD);

function refusal(capabilities: Partial<I2cCapabilities>, ...messages: I2cMessage[]): string | undefined {
  try {
    checkI2cMessages({ ...ALL, ...capabilities }, messages, 'test adapter');
    return undefined;
  } catch (error) {
    return (error as BusFault).message;
  }
}

describe('what an I2C adapter cannot do is refused before the wire', () => {
  it.each<[string, Partial<I2cCapabilities>, I2cMessage[], string]>([
    [
      'ten-bit addresses',
      { functionality: I2C_FUNC.I2C },
      [message(I2C_M.TEN)],
      'EOPNOTSUPP: test adapter cannot do ten-bit addresses',
    ],
    [
      'mangling flags',
      { functionality: I2C_FUNC.I2C },
      [message(I2C_M.IGNORE_NAK)],
      'EOPNOTSUPP: test adapter cannot do flags 0x1000',
    ],
    [
      'NOSTART',
      { functionality: I2C_FUNC.I2C },
      [write, message(I2C_M.NOSTART)],
      'EOPNOTSUPP: test adapter cannot do messages without START',
    ],
    [
      'RECV_LEN',
      { functionality: I2C_FUNC.I2C },
      [message(I2C_M.RD | I2C_M.RECV_LEN)],
      'EOPNOTSUPP: test adapter cannot do reads of unknown length',
    ],
    [
      'an empty read',
      { zeroLength: 'writes' },
      [message(I2C_M.RD, 0)],
      'EOPNOTSUPP: test adapter cannot do reads without data',
    ],
    [
      'an empty write',
      { zeroLength: 'none' },
      [message(0, 0)],
      'EOPNOTSUPP: test adapter cannot do writes without data',
    ],
    [
      'a long message',
      { maxMessageLength: 4 },
      [message(0, 5)],
      'EMSGSIZE: message of 5 bytes is too long: test adapter takes at most 4',
    ],
    [
      'two writes',
      { repeatedStart: 'write then read' },
      [write, write],
      'EOPNOTSUPP: unsupported transaction of 2 messages: test adapter takes one message, or a write and a read of the same address',
    ],
    [
      'two addresses',
      { repeatedStart: 'write then read' },
      [write, message(I2C_M.RD, 1, 0x51)],
      'EOPNOTSUPP: unsupported transaction of 2 messages: test adapter takes one message, or a write and a read of the same address',
    ],
    [
      'write and read',
      { repeatedStart: 'none' },
      [write, read],
      'EOPNOTSUPP: unsupported transaction of 2 messages: test adapter takes one message',
    ],
    ['an address of eight bits', {}, [message(0, 1, 0x80)], 'EINVAL: invalid seven-bit I2C address 0x80'],
    [
      'an address of eleven bits',
      {},
      [message(I2C_M.TEN, 1, 0x400)],
      'EINVAL: invalid ten-bit I2C address 0x400',
    ],
  ])('%s', (_, capabilities, messages, sentence) => {
    expect(refusal(capabilities, ...messages)).toBe(sentence);
  });

  it('what it can is not', () => {
    expect(refusal({ repeatedStart: 'write then read' }, write, read)).toBeUndefined();
    expect(refusal({ repeatedStart: 'none' }, write)).toBeUndefined();
    expect(refusal({ zeroLength: 'writes' }, message(0, 0))).toBeUndefined();
    expect(refusal({ maxMessageLength: 4 }, message(0, 4))).toBeUndefined();
    expect(refusal({}, message(I2C_M.TEN, 0, 0x3ff), read, write)).toBeUndefined();
  });
});
