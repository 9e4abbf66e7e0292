import { isTenBit } from '../../bus/index.ts';

interface Addressed {
  readonly part: { readonly addresses: readonly number[]; readonly sharedAddresses?: readonly number[] };
}

/** Who hears an address, by `tableIndex`. */
export type AddressTable<Slot> = readonly (readonly Slot[])[];

/** Ten-bit addresses follow the 128 seven-bit ones, in tables that have some. */
const TEN_BIT_BASE = 0x80;
export const NOBODY: readonly never[] = [];

export function tableIndex(address: number): number {
  return isTenBit(address) ? TEN_BIT_BASE + (address & 0x3ff) : address & 0x7f;
}

/** Asks every part which addresses it answers, its own and those that it shares. */
export function addressTable<Slot extends Addressed>(slots: readonly Slot[]): AddressTable<Slot> {
  const table: (readonly Slot[])[] = new Array(TEN_BIT_BASE).fill(NOBODY);
  for (const slot of slots) {
    for (const address of [...slot.part.addresses, ...(slot.part.sharedAddresses ?? [])]) {
      const index = tableIndex(address);
      while (table.length <= index) table.push(NOBODY);
      table[index] = (table[index] as readonly Slot[]).concat(slot);
    }
  }
  return table;
}

/** Whether a ten-bit address that begins with A9 and A8 of `high` has a part. */
export function beginsTenBit(table: AddressTable<unknown>, high: number): boolean {
  const first = TEN_BIT_BASE + (high << 8);
  const end = Math.min(first + 0x100, table.length);
  for (let index = first; index < end; index++) if (table[index] !== NOBODY) return true;
  return false;
}
