import { type FlashChip, THREE_BYTES } from './spi-nor-chip.ts';
import type { FlashInstruction } from './spi-nor-instructions.ts';
import type { FlashKind } from './spi-nor-kind.ts';

/**
 * Serial Flash Discoverable Parameters (JEDEC JESD216B): a header, the headers of the parameter tables, and
 * the tables: the Basic Flash Parameter Table and, above 16 MiB, the 4-byte Address Instruction Table.
 */
const BFPT_AT = 0x80;
const FOUR_BYTE_AT = 0xc0;
const FOUR_BYTE_DWORDS = 2;
const SFDP_LENGTH = 0x100;

/** Times are a count of units: `count` and the number of the unit in the field's own list. */
function time(ms: number, unitsMs: readonly number[], countBits: number): { count: number; unit: number } {
  const unit = unitsMs.findIndex((length) => ms <= length * 2 ** countBits);
  const length = unitsMs[unit] ?? 1;
  return { count: Math.ceil(ms / length) - 1, unit };
}

const ERASE_UNITS = [1, 16, 128, 1000];
const CHIP_ERASE_UNITS = [16, 256, 4000, 64000];

/** Fast reads as DWORDs 3 and 4 have them: opcode, mode clocks, wait clocks. */
function fastRead(read: FlashInstruction | undefined, modeClocks: number, addressLines: number): number {
  if (read === undefined) return 0;
  const clocks = ((read.dummy ?? 0) * 8) / addressLines;
  const mode = Math.min(modeClocks, clocks);
  return (read.opcode << 8) | (mode << 5) | (clocks - mode);
}

/** What the table says of the instructions whose address is as the mode has it. */
function readsOf(kind: FlashKind) {
  const find = (opcode: number) => kind.instructions.find((each) => each.opcode === opcode);
  const [dual, dualIo, quad, quadIo] = [find(0x3b), find(0xbb), find(0x6b), find(0xeb)];
  // Micron's have one mode clock, all others as many as the four lines take for a byte.
  const quadModeClocks = quadIo?.dummy === 5 ? 1 : 2;
  const dualModeClocks = dualIo?.dummy === 2 ? 1 : 4;
  return {
    // DWORD 1, bits 16, 20, 21, 22: 1-1-2, 1-2-2, 1-4-4, 1-1-4
    supported: (dual ? 1 << 16 : 0) | (dualIo ? 1 << 20 : 0) | (quadIo ? 1 << 21 : 0) | (quad ? 1 << 22 : 0),
    quad: fastRead(quadIo, quadModeClocks, 4) | (fastRead(quad, 0, 1) << 16),
    dual: fastRead(dual, 0, 1) | (fastRead(dualIo, dualModeClocks, 2) << 16),
  };
}

/** Up to four erase types, the smallest first. */
function erasesOf(kind: FlashKind): readonly FlashInstruction[] {
  const erases = kind.instructions.filter(({ does, address }) => does === 'erase' && address === 'mode');
  const sizes = [...new Set(erases.map(({ operand = 0 }) => operand))].sort((a, b) => a - b).slice(0, 4);
  return sizes.map((size) => erases.find(({ operand }) => operand === size) as FlashInstruction);
}

function basicParameters({ kind, size }: FlashChip, dwords: number): readonly number[] {
  const fourByte = size > THREE_BYTES;
  const reads = readsOf(kind);
  const erases = erasesOf(kind);
  const type = (index: number) => {
    const erase = erases[index];
    return erase === undefined ? 0 : (erase.opcode << 8) | Math.log2(erase.operand as number);
  };
  const eraseTime = (index: number) => {
    const erase = erases[index];
    if (erase === undefined) return 0;
    const { count, unit } = time(kind.typicalMs.erase[erase.operand as number] ?? 0, ERASE_UNITS, 5);
    return (count | (unit << 5)) << (4 + 7 * index);
  };
  const wholeChip = time((kind.typicalMs.chipPerMib * size) / (1 << 20), CHIP_ERASE_UNITS, 5);
  const all = [
    // 1: 4 KiB erase by 20h, pages; fast reads; bits 18:17: 3, or 3 and 4 address bytes
    0xff80_20e5 | reads.supported | (fourByte ? 0x0002_0000 : 0),
    // 2: bits, less one; from 2 Gbit on their logarithm
    size * 8 >= 2 ** 31 ? 0x8000_0000 | Math.log2(size * 8) : size * 8 - 1,
    // 3, 4: 1-4-4 and 1-1-4, 1-1-2 and 1-2-2
    reads.quad,
    reads.dual,
    // 5 to 7: no 2-2-2, no 4-4-4
    0xffff_ffee,
    0x0000_ffff,
    0x0000_ffff,
    // 8, 9: erase types
    type(0) | (type(1) << 16),
    type(2) | (type(3) << 16),
    // 10: their typical times; the maximum is 2 * (4 + 1) times that
    4 | eraseTime(0) | eraseTime(1) | eraseTime(2) | eraseTime(3),
    // 11: pages of 2^8 bytes, 11 * 64 µs a page, 4 * 8 µs for a first byte, 3 * 1 µs for more; chip erase
    0x8000_0000 |
      (wholeChip.count << 24) |
      (wholeChip.unit << 29) |
      (2 << 19) |
      (1 << 18) |
      (3 << 14) |
      (1 << 13) |
      (10 << 8) |
      0x84,
    // 12, 13: no suspend and resume
    0x8000_0000,
    0,
    // 14: deep power-down by B9h and ABh, 3 µs to leave; busy is bit 0 of what 05h reads, or with Micron bit 7 of 70h too
    (0xb9 << 23) | (0xab << 15) | (1 << 13) | ((kind.refusal === 'flag-status' ? 3 : 1) << 2),
    // 15: quad enable
    kind.quadEnable << 20,
    // 16: reset by 66h 99h; 06h before writing the status; how four address bytes begin and end
    (1 << 12) | 1 | (fourByte ? (kind.sfdp?.fourByte ?? 0) : 0),
  ];
  return all.slice(0, dwords);
}

/** DWORD 1 of the 4-byte Address Instruction Table: a bit for each of these. */
const FOUR_BYTE_OPCODES = [0x13, 0x0c, 0x3c, 0xbc, 0x6c, 0xec, 0x12, 0x34, 0x3e];

/** Both DWORDs of that table; undefined where no instruction has four address bytes of its own. */
function fourByteInstructions({ kind, size }: FlashChip): readonly number[] | undefined {
  const own = kind.instructions.filter(({ address }) => address === 4);
  if (size <= THREE_BYTES || own.length === 0) return undefined;
  let supported = 0;
  for (const [bit, opcode] of FOUR_BYTE_OPCODES.entries())
    if (own.some((each) => each.opcode === opcode)) supported |= 1 << bit;
  let opcodes = -1;
  for (const [index, { operand }] of erasesOf(kind).entries()) {
    const erase = own.find((each) => each.does === 'erase' && each.operand === operand);
    if (erase === undefined) continue;
    supported |= 1 << (FOUR_BYTE_OPCODES.length + index);
    opcodes = (opcodes & ~(0xff << (8 * index))) | (erase.opcode << (8 * index));
  }
  return [supported, opcodes];
}

/** All that 5Ah reads; undefined for a chip that has none. */
export function sfdpOf(chip: FlashChip): Uint8Array | undefined {
  const { sfdp: layout } = chip.kind;
  if (layout === undefined) return undefined;
  const { dwords } = layout;
  // JESD216 has 9 DWORDs, and no table of instructions with four address bytes; revision B has 16.
  const minor = dwords === 9 ? 0 : 6;
  const fourByte = dwords === 9 ? undefined : fourByteInstructions(chip);
  const bytes = new Uint8Array(SFDP_LENGTH).fill(0xff);
  const view = new DataView(bytes.buffer);
  bytes.set([0x53, 0x46, 0x44, 0x50, minor, 0x01, fourByte ? 1 : 0, 0xff], 0);
  bytes.set([0x00, minor, 0x01, dwords, BFPT_AT, 0, 0, 0xff], 8);
  for (const [index, dword] of basicParameters(chip, dwords).entries())
    view.setUint32(BFPT_AT + 4 * index, dword, true);
  if (fourByte === undefined) return bytes;
  bytes.set([0x84, 0x00, 0x01, FOUR_BYTE_DWORDS, FOUR_BYTE_AT, 0, 0, 0xff], 16);
  for (const [index, dword] of fourByte.entries()) view.setUint32(FOUR_BYTE_AT + 4 * index, dword, true);
  return bytes;
}
