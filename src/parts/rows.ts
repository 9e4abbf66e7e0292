import type { Clock, DataSheet, I2cForm, Interrupts, Properties, Property, Registers } from './data-sheet.ts';
import type { Part } from './model.ts';

/** Bits of a register's number and of its value, as Linux's regmap names them. */
export type RegisterForm = '8/8' | '8/16' | '16/8' | '16/16' | '7/9' | '8/24' | '8/32';

/** A part that is its registers, as a row of a table: what it differs in from its relatives. */
export interface PartRow {
  /** Names with blanks between them, the part's own first. */
  readonly names: string;
  readonly title: string;
  readonly source: string;
  /** Where it usually answers. */
  readonly at: number;
  /** Default `8/8`. */
  readonly form?: RegisterForm;
  readonly i2c?: Partial<I2cForm>;
  readonly spi?: DataSheet['bus']['spi'];
  /** What cannot be written and says which chip it is: number and value. */
  readonly ids?: Readonly<Record<string, readonly [at: number, value: number]>>;
  /** What is written and read back, and holds something after power-on: number and value. */
  readonly resets?: Readonly<Record<string, readonly [at: number, value: number]>>;
  readonly registers?: Registers;
  /** Which register chooses what stands at the numbers of registers with a `bank`. */
  readonly banks?: DataSheet['banks'];
  /** The highest register; those without a name are read back as they were written. Default: all of 8 bits, 3ffh of 16. */
  readonly last?: number;
  /** The lowest one without a name. Default 0. */
  readonly first?: number;
  readonly senses?: Properties;
  readonly shows?: Properties;
  readonly pins?: readonly string[];
  readonly interrupts?: Interrupts;
  readonly clock?: Clock;
  readonly battery?: true;
  readonly node?: string;
  readonly notModelled?: readonly string[];
}

const FORMS: Readonly<Record<RegisterForm, Omit<I2cForm, 'address'> & { readonly bits?: number }>> = {
  '8/8': { form: 'byte registers' },
  '8/16': { form: 'word registers', advances: true },
  '16/8': { form: 'byte registers', pointerBytes: 2 },
  '16/16': { form: 'word registers', pointerBytes: 2, advances: true },
  '7/9': { form: 'word registers', nineBits: true },
  '8/24': { form: 'word registers', bits: 24 },
  '8/32': { form: 'word registers', bits: 32 },
};

/** The data sheet of a row. It behaves where it senses or shows something, or ticks; else it answers. */
export function partOfRow(row: PartRow): Part {
  const { names, title, source, at, form = '8/8', i2c, spi, ids = {}, resets = {}, notModelled = [] } = row;
  const { bits, ...bus } = FORMS[form];
  const width = bits === undefined ? {} : { width: bits };
  const wide = form.startsWith('16/');
  const named: Registers = {
    ...Object.fromEntries(
      Object.entries(ids).map(([name, [number, reset]]) => [
        name,
        { at: number, reset, access: 'ro', ...width } as const,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(resets).map(([name, [number, reset]]) => [name, { at: number, reset, ...width }]),
    ),
    ...row.registers,
  };
  const last = row.last ?? (wide ? 0x3ff : form === '7/9' ? 0x7f : 0xff);
  const behaves = row.senses ?? row.shows ?? row.clock;
  return {
    compatible: names.split(' '),
    title,
    source,
    ...(behaves === undefined ? { level: 'answers' } : {}),
    notModelled: [
      behaves === undefined ? 'what its registers do' : 'what other registers do',
      ...notModelled,
    ],
    ...(row.node === undefined ? {} : { node: row.node }),
    bus:
      spi === undefined || row.i2c !== undefined
        ? { i2c: { ...bus, address: at, ...i2c }, ...(spi && { spi }) }
        : { spi },
    registers: { ...named, ...unnamed(named, row.first ?? 0, last, bus.form === 'byte registers', width) },
    ...pick(row),
  };
}

/** What a row has as a data sheet has it. */
function pick({ senses, shows, pins, interrupts, clock, battery, banks }: PartRow): Partial<DataSheet> {
  return {
    ...(senses && { senses }),
    ...(shows && { shows }),
    ...(pins && { pins }),
    ...(interrupts && { interrupts }),
    ...(clock && { clock }),
    ...(battery && { battery }),
    ...(banks && { banks }),
  };
}

/**
 * Registers in the gaps between those that have names: `R40` and those that follow.
 * @param byBytes a number is that of a byte, also where a register has several
 */
function unnamed(named: Registers, first: number, last: number, byBytes: boolean, width: object): Registers {
  const taken = new Set(
    Object.values(named)
      .filter(({ bank }) => bank === undefined)
      .flatMap(({ at, count = 1, width: bits = 8 }) =>
        Array.from({ length: byBytes ? (count * bits) / 8 : count }, (_, index) => at + index),
      ),
  );
  const gaps: Record<string, { at: number; count: number }> = {};
  for (let at = first; at <= last; at++) {
    if (taken.has(at)) continue;
    let end = at;
    while (end < last && !taken.has(end + 1)) end++;
    gaps[`R${at.toString(16).toUpperCase().padStart(2, '0')}`] = { at, count: end - at + 1, ...width };
    at = end;
  }
  return gaps;
}

/** An output that follows a selector: V at code 0, and for each step of it. */
export function output(field: string, base: number, step: number, enabledBy?: string): Property {
  return {
    unit: 'V',
    field,
    offset: base,
    gain: step,
    ...(enabledBy === undefined ? {} : { enabledBy }),
    doc: 'output voltage, as its selector says',
  };
}
