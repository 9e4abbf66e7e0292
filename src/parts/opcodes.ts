import type { DataSheet, Instruction } from './data-sheet.ts';

type Sheet = Pick<DataSheet, 'instructions' | 'title'>;

/**
 * The opcode of the instruction that the data sheet calls `name`; with `address`, of the one with so many address
 * bytes where several have the name. @throws {Error} the data sheet has no such instruction
 */
export function opcodeOf({ instructions = [], title }: Sheet, name: string, address?: number): number {
  const found = instructions.find(
    (instruction) => instruction.name === name && (address === undefined || instruction.address === address),
  );
  if (found === undefined) throw new Error(`not found: instruction "${name}" of ${title}`);
  return found.opcode;
}

/** Instructions by each of their opcodes. */
export function instructionsByOpcode(instructions: readonly Instruction[]): ReadonlyMap<number, Instruction> {
  return new Map(
    instructions.flatMap((instruction) =>
      Array.from({ length: instruction.count ?? 1 }, (_, index) => [instruction.opcode + index, instruction]),
    ),
  );
}
