import type { FlashInstruction } from './spi-nor-instructions.ts';

/** Where a chip keeps its Quad Enable bit (JESD216, BFPT DWORD 15, bits 22:20). */
export const QUAD_ENABLE = { NONE: 0b000, SR1_BIT6: 0b010, SR2_BIT1: 0b101 } as const;

/** Block-protect bits of the first status register. */
export const BP2: readonly number[] = [0x04, 0x08, 0x10];
export const BP3: readonly number[] = [...BP2, 0x20];
/** JESD216B, BFPT DWORD 16: B7h, B7h after 06h, C5h, instructions with four address bytes; E9h, E9h after 06h. */
export const ENTER = {
  PLAIN: 1 << 24,
  ENABLED: 1 << 25,
  EXTENDED: 1 << 26,
  BANK: 1 << 27,
  INSTRUCTIONS: 1 << 29,
};
export const EXIT = { PLAIN: 1 << 14, ENABLED: 1 << 15 };
export const MODE_OR_INSTRUCTIONS = ENTER.PLAIN | ENTER.INSTRUCTIONS | EXIT.PLAIN;

/** A bit of a status register: which of them (05h, 35h, 15h), and its mask. */
export type StatusBit = readonly [register: 0 | 1, mask: number];

/** The block protect bits: what they keep from being changed (`protectedRange`). */
export interface Protection {
  /** BP0, BP1, … of the first status register. */
  readonly bits: readonly number[];
  /** The fewest bytes that they protect. Default: 64 KiB. */
  readonly block?: number;
  /** Set: from address 0 on. */
  readonly bottom?: StatusBit;
  /** Set: sectors of 4 KiB are counted. */
  readonly sectors?: StatusBit;
  /** Set: the rest is protected. */
  readonly complement?: StatusBit;
}

/** How long things take, in ms (the data sheet's typical values). */
interface TypicalMs {
  readonly page: number;
  /** By bytes that are erased. */
  readonly erase: Readonly<Record<number, number>>;
  readonly chipPerMib: number;
  readonly status: number;
}

/** What chips of one family have in common, as far as software can see. */
export interface FlashKind {
  /** Data sheets. */
  readonly source: string;
  readonly notModelled?: readonly string[];
  readonly instructions: readonly FlashInstruction[];
  /** Bits of the status registers that can be written. 01h writes as many of them as `together`. */
  readonly writable: readonly number[];
  readonly together: 1 | 2;
  /** The first status register after power-on, where it forgets what was written. */
  readonly powerOnStatus?: number;
  readonly quadEnable: number;
  readonly protection: Protection;
  readonly typicalMs: TypicalMs;
  /** What 5Ah answers: DWORDs of its basic table, and of DWORD 16 how four address bytes begin and end. */
  readonly sfdp?: { readonly dwords: 9 | 16; readonly fourByte?: number };
  /** 9Fh begins again after its last byte; else what follows is FFh. */
  readonly idRepeats?: true;
  /** B7h and E9h need the write enable latch. */
  readonly fourByteNeedsWriteEnable?: true;
  /** 50h lasts for the instruction that follows only. */
  readonly enableLastsOne?: true;
  /**
   * Blocks that are locked one by one, and all after power-on: Winbond's while WPS is set, Atmel's always (with the
   * status register as a switch for all of them), SST's always, by a register of their own.
   */
  readonly locks?: 'wps' | 'global' | 'register';
  /** How it tells that something was protected; by default it does not. */
  readonly refusal?: 'flag-status' | 'status';
  /** Of Micron: what the configuration registers hold after power-on: non-volatile, volatile, enhanced. */
  readonly settings?: readonly (readonly number[])[];
  /** Bytes from address 0 on where sectors of 4 KiB can be erased. Default: all. */
  readonly smallSectors?: number;
  /** Bytes go to the memory as they come; there are no pages, and it is never busy. */
  readonly direct?: true;
}
