import { describe, expect, it } from 'vitest';
import { type SpiProtocol, spiFramingOf } from '../../../src/backend/index.ts';

const INSTRUCTIONS: SpiProtocol['instructions'] = [
  { opcode: 0x06 },
  { opcode: 0x9f, data: 'in' },
  { opcode: 0x0b, address: 3, dummy: 1, data: 'in' },
  { opcode: 0x02, address: 'mode', data: 'out' },
  { opcode: 0x20, address: 'mode' },
];

/** Of which numbers of bytes, from one on, the framing says so. */
const when = (says: (sent: number) => boolean) => [1, 2, 3, 4, 5, 6, 7, 8].filter(says);

describe('a part of instructions', () => {
  const flash = spiFramingOf({ instructions: INSTRUCTIONS, bus: { spi: {} } });

  it.each<[string, number, number[], number[]]>([
    ['that stands alone is whole', 0x06, [], []],
    ['that gives an answer has it still to come', 0x9f, [], [1, 2, 3, 4, 5, 6, 7, 8]],
    ['with address and dummy byte wants these, then is read', 0x0b, [1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8]],
    // Data comes behind an address of 3 or 4 bytes; until it is there the command is not whole.
    ['with data to the part', 0x02, [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]],
    ['with an address of 3 or 4 bytes is whole with 3', 0x20, [1, 2, 3], [1, 2, 3]],
    ['that is not known is whole', 0x77, [], []],
  ])('an instruction %s', (_what, opcode, expectsMore, isUnfinished) => {
    expect(when((sent) => flash.expectsMore(opcode, sent))).toEqual(expectsMore);
    expect(when((sent) => flash.isUnfinished(opcode, sent))).toEqual(isUnfinished);
  });

  it('may have addresses of its own length', () => {
    const eeprom = spiFramingOf({ instructions: INSTRUCTIONS, bus: { spi: { addressBytes: [1, 2] } } });
    expect(when((sent) => eeprom.expectsMore(0x02, sent))).toEqual([1, 2, 3]);
    expect(when((sent) => eeprom.expectsMore(0x20, sent))).toEqual([1]);
  });
});

describe('a part of registers', () => {
  const READ = 0x80;
  it.each<[string, object, number[], number[], number[]]>([
    // What was written is a header whose data, or whose answer, is still to come.
    ['a byte before the data', { read: 0x80 }, [], [1, 2, 3, 4, 5, 6, 7, 8], [1]],
    ['two bytes before the data', { bytes: 2, read: 0x8000 }, [1], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2]],
  ])('has %s', (_what, header, expectsMore, reading, writing) => {
    const part = spiFramingOf({ bus: { spi: { header: header as { read: number } } } });
    expect(when((sent) => part.expectsMore(READ, sent))).toEqual(expectsMore);
    expect(when((sent) => part.expectsMore(0, sent))).toEqual(expectsMore);
    expect(when((sent) => part.isUnfinished(READ, sent))).toEqual(reading);
    expect(when((sent) => part.isUnfinished(0, sent))).toEqual(writing);
  });
});

describe('a part of which no more is known', () => {
  it.each<[string, SpiProtocol | undefined]>([
    ['no data sheet', undefined],
    ['one for another bus', { instructions: INSTRUCTIONS, bus: {} }],
    ['one without instructions', { bus: { spi: {} } }],
  ])('has commands of one transfer: %s', (_what, protocol) => {
    const part = spiFramingOf(protocol);
    for (const opcode of [0x02, 0x9f, 0x80]) {
      expect(when((sent) => part.expectsMore(opcode, sent))).toEqual([]);
      expect(when((sent) => part.isUnfinished(opcode, sent))).toEqual([]);
    }
  });
});
