import {
  type Access,
  type DataSheet,
  type FieldBits,
  fieldsOf,
  type Instruction,
  type Memory,
  type Register,
  usualWidth,
} from '../../parts/index.ts';
import { exactByteCount } from '../memory/byte-count.ts';

/** Named bits of a register. */
interface FieldFacts {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly access: Access;
}

/** A register, all that its data sheet says of it. */
interface RegisterFacts {
  readonly name: string;
  readonly at: number;
  /** Registers of this kind that follow each other. */
  readonly count: number;
  readonly bits: number;
  readonly access: Access;
  /** After power-on. A read-only register without one holds what the part measures or is made with. */
  readonly reset?: number;
  /** Bits that a write changes, where neither access nor fields say it. */
  readonly writable?: number;
  readonly fields: readonly FieldFacts[];
}

/** What `dtbus parts NAME` prints of a data sheet, and `--json` gives to scripts. */
export interface SheetFacts {
  /** Number of the data sheet: `TI SBOS397`. */
  readonly source?: string;
  /** How it speaks on each bus. */
  readonly forms: DataSheet['bus'];
  readonly registers: readonly RegisterFacts[];
  readonly instructions: readonly Instruction[];
  /** How a memory is organised. */
  readonly memory?: Memory;
  /** Output pins. */
  readonly pins: readonly string[];
  /** Generic name of its node in a device tree. */
  readonly node?: string;
  /** Lines without which its node says too little. */
  readonly nodeExample: readonly string[];
  readonly notModelled: readonly string[];
}

export function sheetFacts(sheet: DataSheet): SheetFacts {
  return {
    ...(sheet.source === undefined ? {} : { source: sheet.source }),
    ...(sheet.node === undefined ? {} : { node: sheet.node }),
    ...(sheet.memory === undefined ? {} : { memory: sheet.memory }),
    nodeExample: sheet.nodeExample ?? [],
    forms: sheet.bus,
    registers: Object.entries(sheet.registers ?? {})
      .map(([name, register]) => registerFacts(name, register, usualWidth(sheet)))
      .sort((a, b) => a.at - b.at),
    instructions: sheet.instructions ?? [],
    pins: sheet.pins ?? [],
    notModelled: sheet.notModelled ?? [],
  };
}

function registerFacts(name: string, register: Register, usualBits: number): RegisterFacts {
  const { at, count = 1, width = usualBits, access = 'rw', writable } = register;
  const reset = register.reset ?? (access === 'ro' ? undefined : 0);
  return {
    name,
    at,
    count,
    bits: width,
    access,
    ...(reset === undefined ? {} : { reset }),
    ...(writable === undefined ? {} : { writable }),
    fields: fieldsOf(register).map(fieldFacts),
  };
}

function fieldFacts({ name, shift, mask, access }: FieldBits): FieldFacts {
  return { name, high: Math.floor(Math.log2(mask)), low: shift, access };
}

/** `i2c, word registers, usually at 0x48` for each bus. */
export function formLines({ i2c, spi }: DataSheet['bus']): string[] {
  return [
    ...(i2c === undefined ? [] : [`i2c, ${i2c.form}, usually at ${hex(i2c.address, 2)}`]),
    ...(spi === undefined ? [] : [`spi, ${spi.form}${modesOf(spi.modes)}${speedOf(spi.maxSpeedHz)}`]),
  ];
}

function modesOf(modes: number | undefined): string {
  if (modes === undefined) return '';
  const works = [0, 1, 2, 3].filter((mode) => (modes >> mode) & 1);
  return `, mode ${works.join(', ')}`;
}

const speedOf = (hz: number | undefined) => (hz === undefined ? '' : `, to ${hz / 1e6} MHz`);

/** The data sheet as lines for a person, without those of the bus. */
export function sheetLines(facts: SheetFacts): string[] {
  const { registers, instructions, memory, pins, notModelled, source } = facts;
  return [
    ...(memory === undefined ? [] : [memoryLine(memory)]),
    ...section('registers', registerLines(registers)),
    ...section('instructions', instructions.map(instructionLine)),
    ...(pins.length === 0 ? [] : [`  pins        ${pins.join(', ')}`]),
    ...section('not modelled', notModelled),
    ...(source === undefined ? [] : [`  source      ${source}`]),
  ];
}

const memoryLine = ({ size, pageSize }: Memory) =>
  `  memory      ${exactByteCount(size)}${pageSize > 1 && pageSize < size ? `, pages of ${pageSize} bytes` : ''}`;

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];

function registerLines(registers: readonly RegisterFacts[]): string[] {
  const named = registers.map((register) => ({
    ...register,
    label: register.count === 1 ? register.name : `${register.name}[${register.count}]`,
  }));
  const width = Math.max(0, ...named.map(({ label }) => label.length));
  return named.flatMap(({ label, at, access, bits, reset, writable, fields }) => [
    [
      `${hex(at, 2)}  ${label.padEnd(width)}  ${access.padEnd(3)}  ${`${bits} bits`.padEnd(7)}`,
      ...(reset === undefined ? [] : [`reset ${hex(reset, bits / 4)}`]),
      ...(writable === undefined ? [] : [`writable ${hex(writable, bits / 4)}`]),
    ]
      .join('  ')
      .trimEnd(),
    ...(fields.length === 0 ? [] : [`      ${fields.map((field) => fieldText(field, access)).join(', ')}`]),
  ]);
}

/** `TM[9]`, `CR[7:6]`, `AL[5] ro`: the access where it is not the register's. */
function fieldText({ name, high, low, access }: FieldFacts, usual: Access): string {
  const bits = high === low ? high : `${high}:${low}`;
  return `${name}[${bits}]${access === usual ? '' : ` ${access}`}`;
}

function instructionLine(instruction: Instruction): string {
  const { opcode, count = 1, name, settings = 0, address, dummy, data, lines = 1, does } = instruction;
  const parts = [
    ...(settings === 0 ? [] : [`settings of ${bytes(settings)}`]),
    ...(address === undefined ? [] : [address === 'mode' ? 'address' : `address of ${bytes(address)}`]),
    ...(dummy === undefined || dummy === 0 ? [] : [`dummy of ${bytes(dummy)}`]),
    ...(data === undefined ? [] : [`data ${data}${lines === 1 ? '' : ` on ${lines} lines`}`]),
    ...(does === undefined ? ['ignored'] : []),
  ];
  const codes = count === 1 ? hex(opcode, 2) : `${hex(opcode, 2)} to ${hex(opcode + count - 1, 2)}`;
  return `${codes}  ${name}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

const bytes = (count: number) => (count === 1 ? '1 byte' : `${count} bytes`);
const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(Math.ceil(digits), '0')}`;
