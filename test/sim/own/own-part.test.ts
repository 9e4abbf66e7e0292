import { describe, expect, it } from 'vitest';
import { loadParts } from '../../../src/parts/index.ts';
import { ownParts } from '../../../src/sim/own-part.ts';
import { type AnyModel, type Given, GOOD, running } from './running.ts';

type Sheet = Record<string, unknown>;
const faults = (change: (sheet: never) => unknown) => {
  const sheet: Sheet = structuredClone(GOOD);
  change(sheet as never);
  return ownParts({ parts: [sheet] }).faults;
};

describe('a data sheet of a user', () => {
  it('without fault is a part', () => {
    expect(faults(() => {})).toEqual([]);
    expect(ownParts({ parts: [GOOD] }).models.map(({ bus, title }) => [bus, title])).toEqual([
      ['i2c', 'Answer'],
    ]);
  });

  const registers = (change: Sheet) => (sheet: { registers: Sheet }) =>
    Object.assign(sheet.registers, change);
  const senses = (change: Sheet) => (sheet: { senses: Sheet }) => Object.assign(sheet.senses, change);
  const keys = (change: Sheet) => (sheet: Sheet) => Object.assign(sheet, change);

  it.each<[string, (sheet: never) => unknown, string]>([
    [
      'a key of the sheet',
      keys({ sense: {} }),
      'not found: key sense of the data sheet; did you mean senses',
    ],
    [
      'a key of a register',
      registers({ ANSWER: { at: 0, rest: 1 } }),
      'not found: key rest of registers.ANSWER; did you mean reset',
    ],
    [
      'a key of a sense',
      senses({ level: { rnage: [0, 1], doc: 'x' } }),
      'not found: key rnage of senses.level; did you mean range',
    ],
    ['a key of the bus', keys({ bus: { i2x: {} } }), 'not found: key i2x of bus; did you mean i2c'],
    ['a missing key', registers({ X: {} }), 'not found: key at of registers.X; add it'],
    ['a missing title', keys({ title: undefined }), 'not found: key title of the data sheet; add it'],
    ['no bus', keys({ bus: {} }), 'invalid bus: expected i2c, spi or both, got neither'],
    [
      'a form',
      keys({ bus: { i2c: { form: 'byte register', address: 1 } } }),
      'invalid bus.i2c.form: expected one of "byte registers", "word registers", "commands", "memory", "other", got "byte register" (did you mean "byte registers")',
    ],
    [
      'an address of eight bits',
      keys({ bus: { i2c: { form: 'byte registers', address: 0x84 } } }),
      'invalid bus.i2c.address: expected an integer from 0 to 0x7f, got 0x84',
    ],
    [
      'a reset value beyond the register',
      registers({ CONFIG: { at: 1, reset: 0x181 } }),
      'invalid registers.CONFIG.reset: expected an integer from 0 to 0xff, got 0x181',
    ],
    [
      'writable bits beyond the register',
      registers({ CONFIG: { at: 1, writable: 0x100 } }),
      'invalid registers.CONFIG.writable: expected an integer from 0 to 0xff, got 0x100',
    ],
    [
      'a field beyond the register',
      registers({ CONFIG: { at: 1, fields: { OS: [15, 'sc'] } } }),
      'invalid registers.CONFIG.fields.OS: expected bits 0 to 7, got bit 15',
    ],
    [
      'a field that runs out of the register',
      registers({ CONFIG: { at: 1, fields: { MODE: [8, 7] } } }),
      'invalid registers.CONFIG.fields.MODE: expected bits 0 to 7, got bit 8',
    ],
    [
      'a field the wrong way round',
      registers({ CONFIG: { at: 1, fields: { MODE: [0, 1] } } }),
      'invalid registers.CONFIG.fields.MODE: expected a bit, [high, low], [bit, access] or [high, low, access], got [0,1]',
    ],
    [
      'an access that there is not',
      registers({ CONFIG: { at: 1, fields: { OS: [7, 'w2c'] } } }),
      'invalid access of registers.CONFIG.fields.OS: expected one of "rw", "ro", "wo", "w1c", "w0c", "rc", "sc", got "w2c" (did you mean "w1c")',
    ],
    [
      'a field with the name of what a handle has',
      registers({ CONFIG: { at: 1, fields: { value: 0 } } }),
      'invalid name in registers.CONFIG.fields: expected another than value, get, set, values, index, got "value"',
    ],
    [
      'two registers at one address',
      registers({ ID: { at: 1 } }),
      'invalid registers.ID.at: expected a number of its own, got 0x1, which CONFIG has',
    ],
    [
      'a register within others',
      registers({ ID: { at: 0xb } }),
      'invalid registers.ID.at: expected a number of its own, got 0xb, which RAM has',
    ],
    [
      'more registers than there are numbers',
      registers({ RAM: { at: 8, count: 1e9 } }),
      'invalid registers.RAM.count: expected an integer from 1 to 0x10000, got 0x3b9aca00',
    ],
    [
      'a width that no register has',
      registers({ RAM: { at: 8, width: 12 } }),
      'invalid registers.RAM.width: expected one of 8, 16, 24, 32, got 12',
    ],
    [
      'an initial value out of range',
      senses({ level: { range: [0, 10], initial: 42, doc: 'x' } }),
      'invalid senses.level.initial: expected 0 to 10, got 42',
    ],
    [
      'no initial value where 0 is out of range',
      senses({ level: { range: [1, 10], unit: 'V', doc: 'x' } }),
      'invalid senses.level.initial: expected 1 to 10 V, got 0',
    ],
    [
      'a broken initial value of an integer',
      senses({ level: { range: [0, 10], kind: 'integer', initial: 0.5, doc: 'x' } }),
      'invalid senses.level.initial: expected an integer from 0 to 10, got 0.5',
    ],
    [
      'an initial value of another kind',
      senses({ on: { kind: 'flag', initial: 'yes', doc: 'x' } }),
      'invalid senses.on.initial: expected true or false, got "yes"',
    ],
    [
      'a range of text',
      senses({ on: { kind: 'text', range: [0, 1], doc: 'x' } }),
      'invalid senses.on.range: expected no range of kind "text", got one',
    ],
    [
      'a range the wrong way round',
      senses({ level: { range: [10, 0], doc: 'x' } }),
      'invalid senses.level.range: expected [least, greatest], got [10,0]',
    ],
    [
      'a kind that there is not',
      senses({ on: { kind: 'bool', doc: 'x' } }),
      'invalid senses.on.kind: expected one of "number", "integer", "flag", "text", "bytes", got "bool"',
    ],
    [
      'a pin that there is not',
      keys({ idleLow: ['INT1'] }),
      'invalid idleLow[0]: expected one of pins (INT), got "INT1"',
    ],
    [
      'a sense that is shown as well',
      keys({ shows: { level: { doc: 'x' } } }),
      'invalid shows.level: expected a name that senses does not have, got the same',
    ],
    [
      'a sense of a name that every object has',
      keys({ senses: { valueOf: { range: [0, 1], doc: 'x' } } }),
      'invalid senses.valueOf: expected a name that not every object has; use another',
    ],
    [
      'what nothing shows',
      keys({ shows: { lit: { doc: 'x' } } }),
      'invalid shows.lit: expected a model that gives its value, or a field, got none',
    ],
    [
      'a form that needs a model',
      keys({ bus: { i2c: { form: 'commands', address: 1 } } }),
      'not found: key model of the data sheet, which the bus form "commands" needs; add it',
    ],
    ['a list that is none', keys({ pins: 'INT' }), 'invalid pins: expected a list of names, got "INT"'],
    ['a model that is none', keys({ model: {} }), 'invalid model: expected a function, got an object'],
  ])('%s', (_what, change, sentence) => {
    expect(faults(change)).toEqual([`acme,answer: ${sentence}`]);
  });

  it('with several faults has a sentence for each, and the other parts of the file live', () => {
    const bad = { ...GOOD, compatible: ['acme,bad'], title: 7, pins: [1] };
    const { models, faults: found } = ownParts({ parts: [bad, GOOD, 7] });
    expect(models.map(({ title }) => title)).toEqual(['Answer']);
    expect(found).toEqual([
      'acme,bad: invalid title: expected text, got 7',
      'acme,bad: invalid pins[0]: expected text, got 1',
      'parts[2]: invalid the data sheet: expected an object, got 7',
    ]);
  });
});

describe('models of a user without a data sheet', () => {
  const model = { compatible: ['acme,m'], title: 'M', bus: 'i2c', properties: [], create: () => ({}) };

  it.each<[Sheet, string]>([
    [{ bus: 'i3c' }, 'invalid bus: expected one of "i2c", "spi", got "i3c" (did you mean "i2c")'],
    [{ titel: 'M' }, 'not found: key titel of the model; did you mean title'],
    [
      { properties: [{ name: 'x', kind: 'nubmer' }] },
      'invalid properties[0].kind: expected one of "number", "integer", "flag", "text", "bytes", got "nubmer" (did you mean "number")',
    ],
    [{ create: undefined }, 'not found: key create of the model; add it'],
  ])('%o', (change, sentence) => {
    expect(ownParts({ models: [{ ...model, ...change }] }).faults).toEqual([`acme,m: ${sentence}`]);
  });

  it('a file without either says so', () => {
    expect(ownParts({ default: 1, part: [] } as object).faults).toEqual([
      'not found: exported list "parts" or "models"; it exports default, part',
    ]);
    expect(ownParts({}).faults.join()).toContain('it exports nothing');
    expect(ownParts({ parts: {} }).faults).toEqual(['invalid parts: expected a list, got no list']);
  });
});

describe('a model of a user that misspells', () => {
  it.each<[string, AnyModel, string]>([
    [
      'a register',
      ({ CONFGI }) => ({ reset: () => CONFGI }),
      'not found: name CONFGI of the registers; did you mean CONFIG',
    ],
    [
      'a field that it reads',
      ({ CONFIG }) => ({ x: CONFIG?.['MOED'] }),
      'not found: name MOED of register CONFIG; did you mean MODE',
    ],
    [
      'a field that it sets',
      ({ CONFIG }) => {
        Object.assign(CONFIG as object, { SO: 1 });
      },
      'not found: name SO of register CONFIG; did you mean OS',
    ],
    [
      'a sense',
      (_, { sense }) => sense?.['levle'],
      'not found: name levle of the senses; did you mean level',
    ],
    ['a pin', (_, { pin }) => pin?.['IN'], 'not found: name IN of the pins; did you mean INT'],
    ['a member of the kit', (_, { onec }) => onec, 'not found: name onec of the kit; did you mean once'],
    [
      'a hook',
      () => ({ sesned() {} }),
      'not found: key sesned of the behaviour that the model returns; did you mean sensed',
    ],
    [
      'the register of a hook',
      () => ({ onWrite: { CONFG() {} } }),
      'not found: register CONFG of onWrite; did you mean CONFIG',
    ],
    [
      'a property',
      () => ({ properties: { leve: 1 } }),
      'not found: property leve of properties; did you mean level',
    ],
    [
      'a method of its bus',
      () => ({ i2c: { write() {}, raed() {} } }),
      'not found: key raed of i2c; did you mean read',
    ],
    ['a hook that is none', () => ({ reset: 1 }), 'invalid reset: expected a function, got 1'],
  ])('%s', (_what, model, sentence) => {
    expect(() => running(model)).toThrow(sentence);
  });

  it('a field of what was written, when it is written', () => {
    const seen: unknown[] = [];
    const onWrite = {
      CONFIG(written: Record<string, number>) {
        seen.push(written['OS']);
        seen.push(written['MOED']);
      },
    };
    const { write, warnings } = running(() => ({ onWrite }));
    expect(() => write(1, 0x80)).toThrow('EREMOTEIO');
    expect(warnings.join()).toContain('not found: name MOED of register CONFIG; did you mean MODE');
    expect(seen).toEqual([1]);
  });

  it('what it shows and does not give', () => {
    const change = { shows: { lit: { doc: 'x' } } };
    expect(() => running(() => ({}), change)).toThrow(
      'not found: lit in properties of the behaviour that the model returns; add it, as the data sheet shows it',
    );
  });

  it('one without a fault has all that it was promised', () => {
    const model = (registers: Given, { sense }: Given) => {
      const { ANSWER, CONFIG } = registers as Record<string, { value: number; MODE: number }>;
      return {
        sensed() {
          (ANSWER as { value: number }).value = Number(sense?.['level']);
          (CONFIG as { MODE: number }).MODE = 2;
        },
        properties: {
          get state() {
            return `${ANSWER?.value} ${CONFIG?.MODE} ${JSON.stringify(sense)}`;
          },
        },
      };
    };
    const { parts } = running(model, { shows: { state: { kind: 'text', doc: 'x' } } });
    parts.set('/i2c/part', 'level', 7);
    expect(parts.get('/i2c/part', 'state')).toBe('7 2 {"level":7}');
  });
});

it('our own data sheets have no fault: nobody looks at them when a board opens', async () => {
  const { faults: found, models } = ownParts({ parts: await loadParts() });
  expect(found).toEqual([]);
  expect(models.length).toBeGreaterThan(80);
});
