import {
  type Access,
  type CalendarField,
  type DataSheet,
  type FieldBits,
  fieldsOf,
  type Property,
  type PropertyValue,
  type Register,
  usualWidth,
} from '../../parts/index.ts';
import type { PropertyDeclaration } from '../wire/property.ts';
import { type HandleClass, handleClassOf, handlesClassOf, type RegisterValues } from './register-handle.ts';

export type { RegisterValues } from './register-handle.ts';

/** A register of the table, as all parts of the data sheet share it. */
export interface CompiledRegister {
  readonly name: string;
  readonly at: number;
  readonly count: number;
  readonly width: number;
  readonly bytes: number;
  /** Place of its first value. */
  readonly index: number;
  /** Its place in the table. */
  readonly ordinal: number;
  readonly reset: number;
  readonly fields: readonly FieldBits[];
  /** Bits that have a meaning; the others are reserved. */
  readonly known: number;
  readonly writable: number;
  /** Bits that a 1, or a 0, clears. */
  readonly clearedByOne: number;
  readonly clearedByZero: number;
  readonly clearedByRead: number;
  /** Bits that read as their reset value. */
  readonly writeOnly: number;
  readonly readOnly: boolean;
  /** Where among the values that stands which lets writes through, and which bits of it must be what. */
  readonly lock?: { readonly index: number; readonly mask: number; readonly value: number };
  /** The bits that a calendar counts in. */
  readonly counter?: FieldBits & { readonly name: CalendarField };
  /** It is more than bits that are written and read back. */
  readonly special: boolean;
  readonly Handle: HandleClass;
}

/** A data sheet made ready to run: once, for all its parts. */
export interface CompiledSheet {
  readonly sheet: DataSheet;
  readonly registers: readonly CompiledRegister[];
  /** Makes the handles of a part's registers, each when it is taken. */
  readonly Handles: new (
    values: RegisterValues,
  ) => object;
  /** By register number. */
  readonly byAddress: readonly (CompiledRegister | undefined)[];
  /** What stands where by a register's value: its place among the values, its bits, and the registers of each bank. */
  readonly banks:
    | {
        readonly index: number;
        readonly mask: number;
        readonly shift: number;
        readonly byNumber: ReadonlyMap<number, readonly (CompiledRegister | undefined)[]>;
      }
    | undefined;
  /** Bits of a register number that count, and the register after which a burst begins again at 0. */
  readonly pointer: number;
  readonly last: number;
  /** Bytes of a register that says nothing else. */
  readonly usualBytes: number;
  /** All registers have one byte. */
  readonly bytewise: boolean;
  readonly resetValues: RegisterValues;
  readonly properties: readonly PropertyDeclaration[];
  /** What `senses` are after power-on. */
  readonly initial: Readonly<Record<string, PropertyValue>>;
}

const compiled = new WeakMap<DataSheet, CompiledSheet>();

/** Makes another class of one whose instances a model holds, and which an error calls `what`. */
type Guard = <Given extends readonly unknown[], C extends object>(
  what: string,
  Class: new (...given: Given) => C,
) => new (
  ...given: Given
) => C;

/**
 * The data sheet, made ready to run; the same object for the same data sheet.
 * @param guard looks after the names that a model uses: of a model that is not ours
 */
export function compile(sheet: DataSheet, guard: Guard = (_, Class) => Class): CompiledSheet {
  const known = compiled.get(sheet);
  if (known !== undefined) return known;
  const made = compileAnew(sheet, guard);
  compiled.set(sheet, made);
  return made;
}

function compileAnew(sheet: DataSheet, guard: Guard): CompiledSheet {
  const usual = usualWidth(sheet);
  let index = 0;
  const unlocked = Object.entries(sheet.registers ?? {}).map(([name, register], ordinal) => {
    const made = compileRegister(name, register, ordinal, index, usual, guard);
    index += made.count;
    return made;
  });
  const registers = unlocked.map((register) => withLock(register, sheet, unlocked));
  const { pointerBytes = 1 } = sheet.bus.i2c ?? {};
  const highest = 2 ** (8 * pointerBytes) - 1;
  const { pointer = highest, last = highest } = sheet.bus.i2c ?? {};
  const inBank = (wanted: number | undefined) =>
    byAddressOf(registers.filter(({ name }) => sheet.registers?.[name]?.bank === wanted));
  const senses = Object.entries(sheet.senses ?? {});
  const shows = Object.entries(sheet.shows ?? {});
  return {
    sheet,
    registers,
    Handles: guard('the registers', handlesClassOf(registers)),
    byAddress: inBank(undefined),
    banks: banksOf(sheet, registers, inBank),
    pointer,
    last,
    usualBytes: usual >> 3,
    bytewise: usual === 8 && registers.every(({ bytes }) => bytes === 1),
    resetValues: resetValues(registers, index),
    properties: [
      ...senses.map(([name, property]) => declarationOf(name, property, false)),
      ...shows.map(([name, property]) => declarationOf(name, property, true)),
    ],
    initial: Object.fromEntries(senses.map(([name, property]) => [name, initialOf(property)])),
  };
}

function withLock(
  register: CompiledRegister,
  { registers = {} }: DataSheet,
  all: readonly CompiledRegister[],
): CompiledRegister {
  const by = registers[register.name]?.unlockedBy;
  const key = by && all.find(({ name }) => name === by.register);
  if (by === undefined || key === undefined) return register;
  return { ...register, lock: { index: key.index, mask: by.mask, value: by.value } };
}

type ByAddress = CompiledSheet['byAddress'];

/** Holes where there is no register: numbers of 16 bits would fill an array of their own. */
function byAddressOf(registers: readonly CompiledRegister[]): ByAddress {
  const byAddress: CompiledRegister[] = [];
  for (const register of registers) {
    for (let offset = 0; offset < register.count; offset++) byAddress[register.at + offset] = register;
  }
  return byAddress;
}

function banksOf(
  { banks, registers: declared = {} }: DataSheet,
  registers: readonly CompiledRegister[],
  inBank: (bank: number) => ByAddress,
): CompiledSheet['banks'] {
  const select = registers.find(({ name }) => name === banks?.register);
  if (banks === undefined || select === undefined) return undefined;
  const { mask = 2 ** select.width - 1, shift = 0 } =
    select.fields.find(({ name }) => name === banks.field) ?? {};
  const numbers = new Set(Object.values(declared).flatMap(({ bank }) => (bank === undefined ? [] : [bank])));
  return {
    index: select.index,
    mask,
    shift,
    byNumber: new Map([...numbers].map((number) => [number, inBank(number)])),
  };
}

function resetValues(registers: readonly CompiledRegister[], length: number): RegisterValues {
  const widest = Math.max(0, ...registers.map(({ width }) => width));
  const values = new (widest <= 8 ? Uint8Array : widest <= 16 ? Uint16Array : Uint32Array)(length);
  for (const { index, count, reset } of registers) values.fill(reset, index, index + count);
  return values;
}

function compileRegister(
  name: string,
  register: Register,
  ordinal: number,
  index: number,
  usual: number,
  guard: Guard,
): CompiledRegister {
  const { at, reset = 0, count = 1, width = usual, access = 'rw' } = register;
  const all = 2 ** width - 1;
  const fields = fieldsOf(register);
  const bitsOf = (wanted: Access): number =>
    register.fields === undefined
      ? access === wanted
        ? all
        : 0
      : fields.reduce((mask, field) => (field.access === wanted ? (mask | field.mask) >>> 0 : mask), 0);
  const writeOnly = bitsOf('wo');
  const writable = register.writable ?? (bitsOf('rw') | writeOnly) >>> 0;
  const clearedByOne = bitsOf('w1c');
  const clearedByZero = bitsOf('w0c');
  const clearedByRead = bitsOf('rc');
  const known =
    register.fields === undefined
      ? (register.writable ?? all)
      : fields.reduce((mask, field) => (mask | field.mask) >>> 0, register.writable ?? 0);
  return {
    name,
    at,
    count,
    width,
    bytes: width >> 3,
    index,
    ordinal,
    reset,
    fields,
    known,
    writable,
    clearedByOne,
    clearedByZero,
    clearedByRead,
    writeOnly,
    readOnly: (writable | clearedByOne | clearedByZero | bitsOf('sc')) === 0,
    special: (clearedByOne | clearedByZero | clearedByRead | writeOnly) !== 0,
    Handle: guard(`register ${name}`, handleClassOf(fields)),
    ...counterOf(fields),
  };
}

const COUNTERS: readonly string[] = ['second', 'minute', 'hour', 'weekday', 'day', 'month', 'year'];

function counterOf(fields: readonly FieldBits[]): Pick<CompiledRegister, 'counter'> {
  const counter = fields.find(({ name }) => COUNTERS.includes(name));
  return counter === undefined ? {} : { counter: counter as NonNullable<CompiledRegister['counter']> };
}

function declarationOf(name: string, property: Property, readOnly: boolean): PropertyDeclaration {
  const { kind = 'number', unit, range, doc } = property;
  return {
    name,
    kind,
    ...(unit === undefined ? {} : { unit }),
    ...(range === undefined ? {} : { range }),
    ...(readOnly ? { readOnly } : {}),
    doc,
  };
}

function initialOf({ kind = 'number', initial }: Property): PropertyValue {
  if (initial !== undefined) return initial;
  switch (kind) {
    case 'number':
    case 'integer':
      return 0;
    case 'flag':
      return false;
    case 'text':
      return '';
    case 'bytes':
      return new Uint8Array(0);
  }
}
