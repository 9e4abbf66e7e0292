import type { Instruction } from './data-sheet.ts';

/** Instructions of a flash that says no more than `jedec,spi-nor`, without the sheets and models of those that say more. */
export async function norInstructions(): Promise<readonly Instruction[]> {
  return (await import('./memories/spi-nor-instructions.ts')).PLAIN_NOR_INSTRUCTIONS;
}
