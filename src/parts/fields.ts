import type { Access, DataSheet, Field, Register } from './data-sheet.ts';

/** Bits of a field, and what the bus may do with them. */
export interface FieldBits {
  readonly name: string;
  readonly shift: number;
  readonly mask: number;
  readonly access: Access;
}

/** Where the bits of a field are; `usual`: the access of its register. */
function fieldBits(name: string, field: Field, usual: Access): FieldBits {
  const [high, second, third] = typeof field === 'number' ? [field] : field;
  const low = typeof second === 'number' ? second : high;
  const access = typeof second === 'string' ? second : (third ?? usual);
  return { name, shift: low, mask: (2 ** (high - low + 1) - 1) * 2 ** low, access };
}

/** Bits of a register that says nothing else. */
export function usualWidth({ bus }: Pick<DataSheet, 'bus'>): number {
  return bus.i2c?.form === 'word registers' ? 16 : 8;
}

/** A register as somebody sees it who looks on: by its number, which is one of `count`. */
export interface NamedRegister {
  /** `TEMP`, `RAM[3]` */
  readonly name: string;
  /** Bytes. */
  readonly bytes: number;
  readonly fields: readonly FieldBits[];
}

/** The registers of a data sheet by their numbers. */
export function registersByNumber(
  sheet: Pick<DataSheet, 'bus' | 'registers'>,
): ReadonlyMap<number, NamedRegister> {
  const byNumber = new Map<number, NamedRegister>();
  for (const [name, register] of Object.entries(sheet.registers ?? {})) {
    // What stands there hangs on what was written before.
    if (register.bank !== undefined) continue;
    const bytes = (register.width ?? usualWidth(sheet)) >> 3;
    const fields = fieldsOf(register);
    for (let index = 0; index < (register.count ?? 1); index++) {
      const shown = index === 0 ? name : `${name}[${index}]`;
      byNumber.set(register.at + index, { name: shown, bytes, fields });
    }
  }
  return byNumber;
}

export function fieldsOf({ fields = {}, access = 'rw' }: Register): readonly FieldBits[] {
  return Object.entries(fields).map(([name, field]) => fieldBits(name, field, access));
}
