import {
  type Access,
  type Clock,
  type DataSheet,
  fieldsOf,
  type I2cForm,
  type Instruction,
  type Interrupts,
  type Memory,
  type Part,
  type Register,
  type SpiForm,
  type SpiHeader,
  usualWidth,
} from '../../parts/index.ts';
import {
  type Check,
  callback,
  type Fault,
  flag,
  integer,
  is,
  isInteger,
  listOf,
  namedBy,
  objectOf,
  oneOf,
  onlyTrue,
  positive,
  text,
} from './keys.ts';
import { nodeProperties } from './node-properties.ts';
import { isRange, property } from './property.ts';

/** More registers of a kind, or a higher number, than any bus can name. */
const HIGHEST_REGISTER = 0xffff;

const ACCESS: readonly Access[] = ['rw', 'ro', 'wo', 'w1c', 'w0c', 'rc', 'sc'];
const access = oneOf(...ACCESS);
const names = listOf('names', text);

/** What a handle of a register has beside its fields, and what the registers of a part have beside them. */
const NO_FIELD_NAMES = ['value', 'get', 'set', 'values', 'index'];
const NO_REGISTER_NAMES = ['values'];

const field: Check = (value, key, fault) => {
  const [high, second, third] = typeof value === 'number' ? [value] : Array.isArray(value) ? value : [];
  const said = typeof second === 'string' ? second : third;
  const low = typeof second === 'number' ? second : high;
  const size = Array.isArray(value) ? value.length : 1;
  const placed =
    isInteger(high, 0, 31) && isInteger(low, 0, high) && size <= (typeof second === 'number' ? 3 : 2);
  if (!placed) {
    const got = JSON.stringify(value) ?? String(value);
    fault(`invalid ${key}: expected a bit, [high, low], [bit, access] or [high, low, access], got ${got}`);
  } else if (said !== undefined) access(said, `access of ${key}`, fault);
};

const register = objectOf<Register>(
  {
    at: integer(0, HIGHEST_REGISTER),
    reset: integer(0, 0xffff_ffff),
    access,
    width: oneOf(8, 16, 24, 32),
    count: integer(1, HIGHEST_REGISTER + 1),
    bank: integer(0, 0xffff),
    fields: namedBy(field, NO_FIELD_NAMES),
    writable: integer(0, 0xffff_ffff),
    unlockedBy: objectOf<NonNullable<Register['unlockedBy']>>(
      { register: text, mask: integer(0, 0xffff_ffff), value: integer(0, 0xffff_ffff) },
      ['register', 'mask', 'value'],
    ),
  },
  ['at'],
);

const i2c = objectOf<I2cForm>(
  {
    form: oneOf('byte registers', 'word registers', 'commands', 'memory', 'other'),
    address: integer(0, 0x7f),
    pairs: onlyTrue,
    pointerBytes: oneOf(1, 2),
    nineBits: onlyTrue,
    also: listOf('numbers', integer(-0x77, 0x77)),
    littleEndian: onlyTrue,
    advances: flag,
    stride: oneOf(2, 4),
    pointer: integer(0, 0xffff),
    last: integer(0, 0xffff),
    control: objectOf<NonNullable<I2cForm['control']>>({ more: integer(0, 0xff), data: integer(0, 0xff) }, [
      'more',
      'data',
    ]),
  },
  ['form', 'address'],
);

const headerMask = integer(0, 0xff_ffff);

const spi = objectOf<SpiForm>(
  {
    form: oneOf('registers', 'instructions', 'other'),
    modes: integer(1, 0b1111),
    maxSpeedHz: positive,
    idleClocks: onlyTrue,
    header: objectOf<SpiHeader>(
      {
        bytes: oneOf(1, 2, 3),
        read: headerMask,
        write: headerMask,
        shift: integer(0, 23),
        address: headerMask,
        base: headerMask,
        increment: headerMask,
        opcode: is('[mask, value]', (value) => {
          return (
            Array.isArray(value) && value.length === 2 && value.every((each) => isInteger(each, 0, 0xffff))
          );
        }),
        pairs: onlyTrue,
      },
      ['read', 'address'],
    ),
    addressBytes: is('[least, most] of 0 to 4', (value) => {
      return isRange(value) && value.every((each) => isInteger(each, 0, 4));
    }),
    message: oneOf('waits', 'answers'),
  },
  ['form'],
);

const instruction = objectOf<Instruction>(
  {
    opcode: integer(0, 0xffff),
    count: integer(1, 0x100),
    name: text,
    settings: integer(0, 255),
    address: oneOf(1, 2, 3, 4, 'mode'),
    dummy: integer(0, 255),
    data: oneOf('in', 'out'),
    lines: oneOf(1, 2, 4),
    does: text,
    operand: is('a number', Number.isFinite),
  },
  ['opcode', 'name'],
);

const memory = objectOf<Memory>(
  {
    size: integer(1, 2 ** 32),
    pageSize: integer(1, 2 ** 32),
    smallestPage: integer(1, 2 ** 32),
    addressWidth: oneOf(8, 9, 16, 24, 32),
  },
  ['size', 'pageSize', 'addressWidth'],
);

const part = objectOf<Part>(
  {
    compatible: listOf('names', text, 1),
    title: text,
    level: oneOf('behaves', 'answers'),
    source: text,
    notModelled: listOf('sentences', text),
    bus: objectOf<DataSheet['bus']>({ i2c, spi }),
    node: text,
    nodeProperties,
    nodeExample: listOf('lines', text),
    registers: namedBy(register, NO_REGISTER_NAMES),
    banks: objectOf<NonNullable<DataSheet['banks']>>({ register: text, field: text }, ['register']),
    instructions: listOf('instructions', instruction),
    memory,
    partNumbers: names,
    senses: namedBy(property),
    shows: namedBy(property),
    pins: names,
    idleLow: names,
    interrupts: objectOf<Interrupts>({ pin: text, status: names, mask: names, letsThrough: oneOf(0, 1) }, [
      'pin',
      'status',
    ]),
    clock: objectOf<Clock>({
      weekday: oneOf('from-0', 'from-1'),
      twelveHours: integer(0, 0xff),
      century: objectOf<NonNullable<Clock['century']>>({ register: text, mask: integer(0, 0xff) }),
      lost: text,
      stop: text,
    }),
    battery: onlyTrue,
    model: callback,
  },
  ['compatible', 'title', 'bus'],
);

/** Every fault of a data sheet, a sentence each; none where it is one. */
export function faultsOfSheet(sheet: unknown): readonly string[] {
  const faults: string[] = [];
  const fault = (sentence: string) => void faults.push(sentence);
  part(sheet, 'the data sheet', fault);
  // What hangs together can only be looked at where each by itself is right.
  if (faults.length === 0) checkTogether(sheet as Part, fault);
  return faults;
}

/** What every object has cannot be the name of a register or a property: `part.set('__proto__', 1)` would set nothing. */
function checkNames(named: Readonly<Record<string, object>>, fault: Fault): void {
  for (const [key, each] of Object.entries(named))
    for (const name of Object.keys(each))
      if (name in Object.prototype)
        fault(`invalid ${key}.${name}: expected a name that not every object has; use another`);
}

function checkTogether(sheet: Part, fault: Fault): void {
  const { bus, registers = {}, senses = {}, shows = {}, pins = [], idleLow = [], model } = sheet;
  if (bus.i2c === undefined && bus.spi === undefined)
    fault('invalid bus: expected i2c, spi or both, got neither');
  checkNames({ registers, senses, shows }, fault);
  checkPlaces(registers, fault);
  for (const [name, each] of Object.entries(registers)) checkBits(name, each, usualWidth(sheet), fault);
  for (const [name, { field: place }] of Object.entries(shows)) {
    if (name in senses)
      fault(`invalid shows.${name}: expected a name that senses does not have, got the same`);
    else if (model === undefined && place === undefined)
      fault(`invalid shows.${name}: expected a model that gives its value, or a field, got none`);
  }
  idleLow.forEach((pin, index) => {
    if (!pins.includes(pin))
      fault(`invalid idleLow[${index}]: expected one of pins (${pins.join(', ') || 'none'}), got "${pin}"`);
  });
  checkBanks(sheet, fault);
  checkFields(sheet, fault);
  checkForm(sheet, fault);
}

/** What is bound to registers names ones that there are. */
function checkFields(
  { registers = {}, senses = {}, shows = {}, interrupts, clock, pins = [] }: Part,
  fault: Fault,
) {
  const look = (key: string, place: string): void => {
    const [register = '', field] = place.split('.');
    const found = registers[register];
    if (found === undefined || (field !== undefined && found.fields?.[field] === undefined))
      fault(`invalid ${key}: expected REGISTER or REGISTER.FIELD of the data sheet, got "${place}"`);
  };
  for (const [kind, properties] of Object.entries({ senses, shows })) {
    for (const [name, { field = [], enabledBy }] of Object.entries(properties)) {
      for (const place of [field].flat()) look(`${kind}.${name}.field`, place);
      if (enabledBy !== undefined) look(`${kind}.${name}.enabledBy`, enabledBy);
    }
  }
  for (const [name, { unlockedBy }] of Object.entries(registers))
    if (unlockedBy !== undefined) look(`registers.${name}.unlockedBy.register`, unlockedBy.register);
  for (const key of ['lost', 'stop'] as const)
    if (clock?.[key] !== undefined) look(`clock.${key}`, clock[key]);
  for (const place of [...(interrupts?.status ?? []), ...(interrupts?.mask ?? [])]) look('interrupts', place);
  if (interrupts !== undefined && !pins.includes(interrupts.pin))
    fault(
      `invalid interrupts.pin: expected one of pins (${pins.join(', ') || 'none'}), got "${interrupts.pin}"`,
    );
}

/** Who has registers in banks says what chooses them. */
function checkBanks({ banks, registers = {} }: Part, fault: Fault): void {
  if (banks === undefined) {
    const [name] = Object.entries(registers).find(([, { bank }]) => bank !== undefined) ?? [];
    if (name !== undefined)
      fault(`not found: key banks of the data sheet, which registers.${name}.bank needs; add it`);
    return;
  }
  const select = registers[banks.register];
  if (select === undefined || select.bank !== undefined)
    fault(`invalid banks.register: expected a register without a bank, got "${banks.register}"`);
  else if (banks.field !== undefined && select.fields?.[banks.field] === undefined)
    fault(`invalid banks.field: expected a field of ${banks.register}, got "${banks.field}"`);
}

/** No two registers stand at one number of a bank. */
function checkPlaces(registers: NonNullable<DataSheet['registers']>, fault: Fault): void {
  const taken = new Map<string, string>();
  for (const [name, { at, count = 1, bank = '' }] of Object.entries(registers)) {
    for (let number = at; number < at + count; number++) {
      const other = taken.get(`${bank} ${number}`);
      if (other !== undefined) {
        const shown = `0x${number.toString(16)}`;
        fault(`invalid registers.${name}.at: expected a number of its own, got ${shown}, which ${other} has`);
        break;
      }
      taken.set(`${bank} ${number}`, name);
    }
  }
}

/** What a register says of its bits fits into it. */
function checkBits(name: string, register: Register, usual: number, fault: Fault): void {
  const { width = usual, reset = 0, writable = 0 } = register;
  const all = 2 ** width - 1;
  integer(0, all)(reset, `registers.${name}.reset`, fault);
  integer(0, all)(writable, `registers.${name}.writable`, fault);
  for (const { name: field, mask } of fieldsOf(register)) {
    if (mask <= all) continue;
    const highest = Math.floor(Math.log2(mask));
    fault(`invalid registers.${name}.fields.${field}: expected bits 0 to ${width - 1}, got bit ${highest}`);
  }
}

/** The form of a bus has what it needs. */
function checkForm({ bus, registers, instructions, model }: Part, fault: Fault): void {
  const { i2c, spi } = bus;
  const byRegisters = i2c?.form.endsWith('registers') === true || spi?.form === 'registers';
  if (byRegisters && registers === undefined && model === undefined)
    fault('not found: key registers of the data sheet, which its bus form needs; add it');
  if (spi?.form === 'instructions' && instructions === undefined)
    fault('not found: key instructions of the data sheet, which its SPI form needs; add it');
  const byModel = [i2c?.form, spi?.form].find((form) => form !== undefined && !form.endsWith('registers'));
  if (byModel !== undefined && model === undefined)
    fault(`not found: key model of the data sheet, which the bus form "${byModel}" needs; add it`);
}
