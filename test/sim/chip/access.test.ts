import { describe, expect, it } from 'vitest';
import { onI2c } from './own-sheet.ts';

const STRICT = { 'dtbus,strict': true };
const sheetOf = (registers: object, more = {}) => ({
  compatible: ['test,access'],
  title: 'Access',
  bus: { i2c: { form: 'byte registers', address: 0x29 } },
  registers,
  ...more,
});

/** What README.md of `parts` says of `access`. */
describe('access to a register as a whole', () => {
  it.each([
    ['rw', 0x5a, 0x5a],
    ['ro', 0xf0, 0xf0],
    // A 1 clears, a 0 clears.
    ['w1c', 0x5a, 0xf0 & ~0x5a],
    ['w0c', 0x5a, 0xf0 & 0x5a],
    // What is written is not shown.
    ['wo', 0x5a, 0xf0],
  ])('%s', (access, written, shown) => {
    const { read, write } = onI2c(sheetOf({ IT: { at: 3, reset: 0xf0, access } }));
    expect(read([3], 1)).toEqual([0xf0]);
    write(3, written);
    expect(read([3], 1)).toEqual([shown]);
  });

  it('rc: a read clears it, each of several by itself', () => {
    const { read } = onI2c(
      sheetOf({ IT: { at: 3, count: 3, reset: 0xf0, access: 'rc' }, NEXT: { at: 6, reset: 1 } }),
    );
    expect([read([4], 1), read([3], 4), read([3], 4)]).toEqual([
      [0xf0],
      [0xf0, 0x00, 0xf0, 0x01],
      [0x00, 0x00, 0x00, 0x01],
    ]);
  });

  it('`writable` bits are all that can be written', () => {
    const { read, write } = onI2c(sheetOf({ IT: { at: 3, reset: 0xf0, writable: 0x3c } }));
    write(3, 0x0f);
    expect(read([3], 1)).toEqual([0xcc]);
  });
});

describe('access to fields', () => {
  const fields = { RO: [7, 6, 'ro'], W1C: [5, 'w1c'], W0C: [4, 'w0c'], RC: [3, 'rc'], WO: [2, 'wo'], RW: 1 };

  it('is that of each; bits without one cannot be written', () => {
    const { read, write } = onI2c(sheetOf({ IT: { at: 3, reset: 0b1011_1101, fields } }));
    expect(read([3], 1)).toEqual([0b1011_1101]);
    // The read has cleared RC.
    expect(read([3], 1)).toEqual([0b1011_0101]);
    write(3, 0b0010_0010);
    expect(read([3], 1)).toEqual([0b1000_0111]);
    write(3, 0b0001_0000);
    expect(read([3], 1)).toEqual([0b1000_0101]);
  });

  it('strict: bits without a field are reserved, and must keep what they are after power-on', () => {
    const { write, warnings } = onI2c(sheetOf({ IT: { at: 3, reset: 0b1, fields } }), STRICT);
    write(3, 0xff);
    expect(warnings).toEqual([]);
    write(3, 0xfe);
    expect(warnings).toEqual(['/i2c/part: write of 0xfe to IT: reserved bits 0x01 must keep 0x01']);
  });

  it.each(['ro', 'rc', 'wo', 'w1c', 'w0c', 'sc', 'rw'])(
    'strict: a register whose only field is %s is read-only where that cannot be written',
    (access) => {
      const { write, warnings } = onI2c(sheetOf({ IT: { at: 3, fields: { F: [7, 0, access] } } }), STRICT);
      write(3, 0x01);
      const readOnly = access === 'ro' || access === 'rc';
      expect(warnings).toEqual(readOnly ? ['/i2c/part: write of 0x01 to IT: the register is read-only'] : []);
    },
  );

  it('strict: `writable` bits and whole registers have no reserved bits but the others', () => {
    const registers = {
      ALL: { at: 2 },
      SOME: { at: 3, writable: 0x0f },
      MORE: { at: 4, writable: 0x0f, fields: { F: 7 } },
    };
    const { write, warnings } = onI2c(sheetOf(registers), STRICT);
    write(2, 0xff, 0x0f, 0x8f);
    expect(warnings).toEqual([]);
    write(2, 0xff, 0x1f, 0x9f);
    expect(warnings).toEqual([
      '/i2c/part: write of 0x1f to SOME: reserved bits 0x10 must keep 0x00',
      '/i2c/part: write of 0x9f to MORE: reserved bits 0x10 must keep 0x00',
    ]);
  });
});

describe('numbers of registers', () => {
  it('behind the last of several there is none: reads give 0, writes nothing', () => {
    const { read, write, warnings } = onI2c(sheetOf({ IT: { at: 3, count: 2, reset: 0x11 } }), STRICT);
    expect(read([3], 3)).toEqual([0x11, 0x11, 0x00]);
    write(5, 0x55);
    expect(read([5], 1)).toEqual([0x00]);
    expect(warnings).toEqual([
      '/i2c/part: read of register 0x05: no such register',
      '/i2c/part: write of register 0x05, value 0x55: no such register',
    ]);
  });

  it('`pointer` has the bits that count, and after `last` comes 0 again', () => {
    const i2c = { form: 'byte registers', address: 0x29, pointer: 0x0f, last: 5 };
    const registers = { IT: { at: 0, count: 6 } };
    const { read, write } = onI2c(sheetOf(registers, { bus: { i2c } }));
    write(0, 10, 11, 12, 13, 14, 15, 20);
    expect(read([5], 2)).toEqual([15, 20]);
    // 13h is 3; 7 is 1.
    expect([read([0x13], 1), read([7], 1), read([6], 1)]).toEqual([[13], [11], [20]]);
  });

  it.each([
    [8, 0xa5],
    [16, 0xa5b6],
    [32, 0xa5b6_c7d8],
  ])('a register of %d bits holds all of them, beside narrower ones', (width, value) => {
    const registers = { NARROW: { at: 0, reset: 0x12 }, WIDE: { at: 1, width, reset: value } };
    const { read, write } = onI2c(sheetOf(registers));
    const bytes = Array.from({ length: width / 8 }, (_, i) => (value >>> (width - 8 - 8 * i)) & 0xff);
    expect([read([1], width / 8), read([0], 1)]).toEqual([bytes, [0x12]]);
    const turned = bytes.map((byte) => byte ^ 0xff);
    write(1, ...turned);
    expect(read([1], width / 8)).toEqual(turned);
  });
});

describe('banks', () => {
  it('may be chosen by a whole register; in one that there is not are the common registers only', () => {
    const registers = {
      PAGE: { at: 0x10 },
      FIRST: { at: 1, bank: 0, reset: 0x11 },
      SECOND: { at: 1, bank: 1, reset: 0x22 },
    };
    const { read, write } = onI2c(sheetOf(registers, { banks: { register: 'PAGE' } }));
    const seen = [0, 1, 2].map((page) => {
      write(0x10, page);
      return [...read([1], 1), ...read([0x10], 1)];
    });
    expect(seen).toEqual([
      [0x11, 0],
      [0x22, 1],
      [0x00, 2],
    ]);
  });

  it('chosen by a field: the other bits of its register say nothing', () => {
    const registers = {
      PAGE: { at: 0x10, fields: { OTHER: [7, 6], SELECT: [3, 2], LOW: [1, 0] } },
      FIRST: { at: 1, bank: 0, reset: 0x11 },
      SECOND: { at: 1, bank: 1, reset: 0x22 },
    };
    const { read, write } = onI2c(sheetOf(registers, { banks: { register: 'PAGE', field: 'SELECT' } }));
    write(0x10, 0xc3);
    expect(read([1], 1)).toEqual([0x11]);
    write(0x10, 0xc7);
    expect(read([1], 1)).toEqual([0x22]);
  });
});

describe('senses and shows', () => {
  const senses = {
    level: { unit: 'lx', range: [-1, 10], doc: 'a number' },
    set: { initial: 4, doc: 'a number' },
    count: { kind: 'integer', doc: 'an integer' },
    switched: { kind: 'flag', doc: 'a flag' },
    label: { kind: 'text', doc: 'a text' },
    image: { kind: 'bytes', doc: 'bytes' },
  };
  const model = () => ({ properties: { seen: 7 } });
  const sheet = sheetOf({}, { senses, shows: { seen: { doc: 'a number' } }, model });

  it('begin as the data sheet says, else with nothing', () => {
    const { parts } = onI2c(sheet);
    expect(Object.keys(senses).map((name) => parts.get('/i2c/part', name))).toEqual([
      0,
      4,
      0,
      false,
      '',
      new Uint8Array(0),
    ]);
  });

  it('have units and ranges; what is shown cannot be set', () => {
    const { parts, models } = onI2c(sheet);
    const units = models[0]?.properties.map(({ name, unit }) => [name, unit]);
    expect(units).toEqual(
      [...Object.keys(senses), 'seen'].map((name) => [name, name === 'level' ? 'lx' : undefined]),
    );
    for (const wrong of [-2, 11]) expect(() => parts.set('/i2c/part', 'level', wrong)).toThrow('level');
    parts.set('/i2c/part', 'level', 10);
    parts.set('/i2c/part', 'set', 1e9);
    expect(parts.get('/i2c/part', 'seen')).toBe(7);
    expect(() => parts.set('/i2c/part', 'seen', 1)).toThrow('seen');
  });
});
