import { describe, expect, it } from 'vitest';
import { ownParts } from '../../../src/sim/own-part.ts';
import { GOOD } from './running.ts';

/** What is said of `GOOD` with these keys. */
function faults(change: Record<string, unknown>): readonly string[] {
  return ownParts({ parts: [{ ...GOOD, ...change }] }).faults.map((fault) =>
    fault.replace(/^(acme,answer|parts\[0\]): /, ''),
  );
}

const model = () => ({});
const REGISTERS = { i2c: { form: 'byte registers', address: 0x42 } };
const SPI_HEADER = { bytes: 1, read: 0x80, address: 0x7f };
/** A data sheet of an SPI part with this header. */
const spi = (header: Record<string, unknown>) => ({
  bus: { spi: { form: 'registers', header: { ...SPI_HEADER, ...header } } },
});

describe('what is no data sheet', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'a list of names without one',
      { compatible: [] },
      'invalid compatible: expected a list of names, got none',
    ],
    ['registers that are a list', { registers: [] }, 'invalid registers: expected an object, got an array'],
    ['registers that are nothing', { registers: null }, 'invalid registers: expected an object, got null'],
    [
      'a name with a hyphen at its end',
      { senses: { 'level-': { doc: 'x' } } },
      'invalid name in senses: expected letters, digits and _, got "level-"',
    ],
    [
      'a name with a hyphen at its beginning',
      { senses: { '-level': { doc: 'x' } } },
      'invalid name in senses: expected letters, digits and _, got "-level"',
    ],
    [
      'a negative address',
      { bus: { i2c: { form: 'byte registers', address: -1 } } },
      'invalid bus.i2c.address: expected an integer from 0 to 0x7f, got -1',
    ],
    [
      'a broken address',
      { bus: { i2c: { form: 'byte registers', address: 1.5 } } },
      'invalid bus.i2c.address: expected an integer from 0 to 0x7f, got 1.5',
    ],
    [
      'what may only be true',
      { bus: { i2c: { form: 'byte registers', address: 1, pairs: false } } },
      'invalid bus.i2c.pairs: expected true, or nothing, got false',
    ],
    [
      'what is true or false',
      { bus: { i2c: { form: 'byte registers', address: 1, advances: 1 } } },
      'invalid bus.i2c.advances: expected true or false, got 1',
    ],
    [
      'a width as text, which is close to no number',
      { registers: { A: { at: 0, width: '16' } } },
      'invalid registers.A.width: expected one of 8, 16, 24, 32, got "16"',
    ],
    [
      'no speed',
      { bus: { spi: { form: 'registers', maxSpeedHz: 0 } } },
      'invalid bus.spi.maxSpeedHz: expected a number above 0, got 0',
    ],
    [
      'a speed without end',
      { bus: { spi: { form: 'registers', maxSpeedHz: Number.POSITIVE_INFINITY } } },
      'invalid bus.spi.maxSpeedHz: expected a number above 0, got Infinity',
    ],
  ])('%s', (_what, change, sentence) => {
    expect(faults(change)).toEqual([sentence]);
  });
});

it.each([true, false])('a flag may be %s', (advances) => {
  expect(faults({ bus: { i2c: { form: 'byte registers', address: 1, advances } } })).toEqual([]);
});

describe('a range', () => {
  it.each([
    ['of one', [1], '[1]'],
    ['of three', [1, 2, 3], '[1,2,3]'],
    ['with text', [0, 'a'], '[0,"a"]'],
    ['without end', [0, Number.POSITIVE_INFINITY], '[0,null]'],
    ['that is a number', 7, '7'],
    ['that is text of two digits', '12', '"12"'],
  ])('%s is none', (_what, range, got) => {
    expect(faults({ senses: { level: { range, doc: 'x' } } })).toEqual([
      `invalid senses.level.range: expected [least, greatest], got ${got}`,
    ]);
  });

  it('of a single value is one', () => {
    expect(faults({ senses: { level: { range: [3, 3], initial: 3, doc: 'x' } } })).toEqual([]);
  });

  it('of something that is no sense at all is not looked at', () => {
    expect(faults({ senses: { level: null } })).toEqual([
      'invalid senses.level: expected an object, got null',
    ]);
  });
});

describe('a field', () => {
  const field = (of: unknown) => faults({ registers: { A: { at: 0, fields: { F: of } } } });
  const expected =
    'invalid registers.A.fields.F: expected a bit, [high, low], [bit, access] or [high, low, access], got';

  it.each([7, [7], [7, 4], [7, 'ro'], [7, 4, 'ro'], [0, 0]])('%j is one', (of) => {
    expect(field(of)).toEqual([]);
  });

  it.each([
    [{}, '{}'],
    [null, 'null'],
    ['7', '"7"'],
    [-1, '-1'],
    [[7, -1], '[7,-1]'],
    [[4, 3.5], '[4,3.5]'],
    [[32], '[32]'],
    [[7, 'ro', 4], '[7,"ro",4]'],
    [[7, 4, 'ro', 1], '[7,4,"ro",1]'],
    [[], '[]'],
  ])('%j is none', (of, got) => {
    expect(field(of)).toEqual([`${expected} ${got}`]);
  });

  it('of the highest bit fits into a register of 32', () => {
    expect(faults({ registers: { A: { at: 0, width: 32, fields: { F: 31 } } } })).toEqual([]);
  });
});

describe('an SPI header', () => {
  const refused = (header: Record<string, unknown>) => faults(spi(header));

  it('with an opcode is one', () => {
    expect(refused({ opcode: [0xf0, 0x40] })).toEqual([]);
  });

  it.each([
    [0x40, '64'],
    [[0xf0], 'a list'],
    [[0xf0, 0x40, 1], 'a list'],
    [[0xf0, 'x'], 'a list'],
    [['x', 0x40], 'a list'],
    [[0xf0, 0x1_0000], 'a list'],
    ['ab', '"ab"'],
  ])('with the opcode %j is none', (opcode, got) => {
    const [fault, ...others] = refused({ opcode });
    expect(others).toEqual([]);
    expect(fault).toContain('invalid bus.spi.header.opcode: expected [mask, value], got ');
    if (got !== 'a list') expect(fault).toContain(got);
  });

  it.each([[[0, 5]], [[-1, 4]], [[3, 2]], [[1.5, 2]], [2]])(
    'with %j address bytes is none',
    (addressBytes) => {
      const bus = { spi: { form: 'instructions', addressBytes } };
      const change = { bus, model, instructions: [{ opcode: 3, name: 'READ' }] };
      expect(faults(change)[0]).toContain(
        'invalid bus.spi.addressBytes: expected [least, most] of 0 to 4, got',
      );
      expect(faults({ ...change, bus: { spi: { form: 'instructions', addressBytes: [0, 4] } } })).toEqual([]);
    },
  );
});

describe('what a data sheet says in two places', () => {
  it('a pin that idles low, of several and of none', () => {
    expect(faults({ pins: ['A', 'B'], idleLow: ['C'] })).toEqual([
      'invalid idleLow[0]: expected one of pins (A, B), got "C"',
    ]);
    expect(faults({ pins: undefined, idleLow: ['C'] })).toEqual([
      'invalid idleLow[0]: expected one of pins (none), got "C"',
    ]);
    expect(faults({ pins: undefined, idleLow: undefined })).toEqual([]);
  });

  const SELECT = { at: 0, fields: { BANK: [1, 0] } };
  const PAGED = { at: 1, bank: 1 };

  it('registers in banks and what selects the bank', () => {
    const banks = { register: 'SELECT', field: 'BANK' };
    expect(faults({ registers: { SELECT, PAGED }, banks })).toEqual([]);
    expect(faults({ registers: { SELECT, PAGED } })).toEqual([
      'not found: key banks of the data sheet, which registers.PAGED.bank needs; add it',
    ]);
    expect(faults({ registers: { SELECT, PAGED }, banks: { register: 'SELCT' } })).toEqual([
      'invalid banks.register: expected a register without a bank, got "SELCT"',
    ]);
    expect(faults({ registers: { SELECT, PAGED }, banks: { register: 'PAGED' } })).toEqual([
      'invalid banks.register: expected a register without a bank, got "PAGED"',
    ]);
    expect(faults({ registers: { SELECT, PAGED }, banks: { register: 'SELECT', field: 'PAGE' } })).toEqual([
      'invalid banks.field: expected a field of SELECT, got "PAGE"',
    ]);
    const plain = { SELECT: { at: 0 }, PAGED };
    expect(faults({ registers: plain, banks: { register: 'SELECT', field: 'PAGE' } })).toEqual([
      'invalid banks.field: expected a field of SELECT, got "PAGE"',
    ]);
    expect(faults({ registers: plain, banks: { register: 'SELECT' } })).toEqual([]);
  });

  it('one number in two banks', () => {
    const banks = { register: 'SELECT' };
    expect(faults({ registers: { SELECT, PAGED, OTHER: { at: 1, bank: 2 } }, banks })).toEqual([]);
    expect(faults({ registers: { SELECT, PAGED, OTHER: { at: 1, bank: 1 } }, banks })).toEqual([
      'invalid registers.OTHER.at: expected a number of its own, got 0x1, which PAGED has',
    ]);
  });

  it.each([
    ['byte registers on I2C', REGISTERS],
    ['word registers on I2C', { i2c: { form: 'word registers', address: 1 } }],
    ['registers on SPI', { spi: { form: 'registers' } }],
    ['registers on both', { ...REGISTERS, spi: { form: 'registers' } }],
  ])('%s need registers, or a model', (_form, bus) => {
    const missing = 'not found: key registers of the data sheet, which its bus form needs; add it';
    expect(faults({ bus, registers: undefined })).toEqual([missing]);
    expect(faults({ bus, registers: undefined, model })).toEqual([]);
    expect(faults({ bus })).toEqual([]);
  });

  it('instructions on SPI need a list of them, and a model', () => {
    const bus = { spi: { form: 'instructions' } };
    expect(faults({ bus, registers: undefined, model })).toEqual([
      'not found: key instructions of the data sheet, which its SPI form needs; add it',
    ]);
    expect(faults({ bus, instructions: [{ opcode: 3, name: 'READ' }] })).toEqual([
      'not found: key model of the data sheet, which the bus form "instructions" needs; add it',
    ]);
    expect(faults({ bus: { spi: { form: 'other' } }, registers: undefined, model })).toEqual([]);
    expect(faults({ bus: { spi: { form: 'other' } }, registers: undefined })).toEqual([
      'not found: key model of the data sheet, which the bus form "other" needs; add it',
    ]);
  });
});

describe('what a part reads from its node', () => {
  it('is an object of declarations', () => {
    expect(faults({ nodeProperties: { 'acme,gain': { type: 'u32', doc: 'gain of the input' } } })).toEqual(
      [],
    );
    expect(faults({ nodeProperties: ['acme,gain'] })).toEqual([
      'invalid nodeProperties: expected an object, got an array',
    ]);
    expect(faults({ nodeProperties: null })).toEqual([
      'invalid nodeProperties: expected an object, got null',
    ]);
  });

  it.each([
    [
      { type: 'u16', doc: 'x' },
      'invalid nodeProperties["acme,gain"].type: expected one of "flag", "u32", "u32s", "string", "bytes", got "u16"',
    ],
    [{ doc: 'x' }, 'not found: key type of nodeProperties["acme,gain"]; add it'],
    [{ type: 'flag' }, 'not found: key doc of nodeProperties["acme,gain"]; add it'],
    [{ type: 'flag', doc: 1 }, 'invalid nodeProperties["acme,gain"].doc: expected text, got 1'],
    [
      { type: 'flag', doc: 'x', docs: 'y' },
      'not found: key docs of nodeProperties["acme,gain"]; did you mean doc',
    ],
  ])('%j is told with its name', (declared, sentence) => {
    expect(faults({ nodeProperties: { 'acme,gain': declared } })).toEqual([sentence]);
  });
});
