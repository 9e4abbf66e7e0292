import type { NamedRegister } from '../../parts/index.ts';
import type { TracedBytes } from '../event.ts';
import { hexNumber, numberOf } from './bytes-text.ts';

/** Registers of a part by number, by the names of its data sheet. */
export type RegisterNames = ReadonlyMap<number, NamedRegister>;

/** `TEMP (0x00)`, `0x40` */
export function registerText(number: number, bytes: number, names: RegisterNames): string {
  const name = names.get(number)?.name;
  const hex = hexNumber(number, bytes);
  return name === undefined ? hex : `${name} (${hex})`;
}

/** The fields of one register by their names. Of several registers: none. */
export function fieldValues(
  number: number,
  names: RegisterNames,
  data: TracedBytes,
  from = 0,
): readonly (readonly [name: string, bits: number])[] {
  const register = names.get(number);
  if (register === undefined || data.length - from !== register.bytes) return [];
  const value = numberOf(data, from, register.bytes) ?? 0;
  return register.fields.map(({ name, mask, shift }) => [name, (value & mask) >>> shift] as const);
}

/** The fields of one register that are not 0, behind its bytes: ` [SD=1 CR=2]`. Of several registers: nothing. */
export function fieldsText(number: number, names: RegisterNames, data: TracedBytes, from = 0): string {
  const fields = fieldValues(number, names, data, from)
    .filter(([, bits]) => bits !== 0)
    .map(([name, bits]) => `${name}=${bits < 10 ? bits : `0x${bits.toString(16)}`}`);
  return fields.length === 0 ? '' : ` [${fields.join(' ')}]`;
}
