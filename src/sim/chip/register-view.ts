import type { RegisterReport } from '../wire/register-report.ts';
import type { CompiledRegister } from './compiled-sheet.ts';
import type { SheetChip } from './sheet-chip.ts';

/** The registers of a chip by its data sheet. Looking changes nothing: a read by the bus may clear flags, this does not. */
export function registersOf(chip: SheetChip): RegisterReport[] {
  chip.catchUp();
  const { registers, sheet } = chip.compiled;
  return registers.map((register) => {
    const { name, at, width, readOnly, fields } = register;
    const bank = sheet.registers?.[name]?.bank;
    return {
      name,
      at,
      ...(bank !== undefined && { bank }),
      bits: width,
      readOnly,
      ...(isMadeWhenRead(chip, register) && { madeWhenRead: true as const }),
      values: Array.from({ length: register.count }, (_, offset) => chip.stored(register, offset)),
      fields: fields.map(({ name: field, mask, shift, access }) => ({
        name: field,
        high: 31 - Math.clz32(mask),
        low: shift,
        access,
      })),
    };
  });
}

function isMadeWhenRead({ behaviour }: SheetChip, { name, readOnly }: CompiledRegister): boolean {
  const { onRead, readAny, beforeRead, memory } = behaviour;
  if (readAny !== undefined || memory !== undefined) return true;
  return (beforeRead !== undefined && readOnly) || (onRead !== undefined && Object.hasOwn(onRead, name));
}
