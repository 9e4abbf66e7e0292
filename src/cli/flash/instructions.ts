import { type Instruction, norInstructions, opcodeOf } from '../../parts/index.ts';

/** Instructions that all SPI NOR flashes share, by their data sheet; known once `loadInstructions` has ended. */
export let OPCODE: ReturnType<typeof opcodesOf>;

/** A script that is loaded at once cannot wait for them itself. */
export async function loadInstructions(): Promise<void> {
  OPCODE ??= opcodesOf(await norInstructions());
}

function opcodesOf(instructions: readonly Instruction[]) {
  const flash = { title: 'SPI NOR flash', instructions };
  const opcode = (name: string, address?: number) => opcodeOf(flash, name, address);
  return {
    WRITE_STATUS: opcode('write status'),
    PROGRAM: opcode('program'),
    READ: opcode('read'),
    READ_STATUS: opcode('read status'),
    WRITE_ENABLE: opcode('write enable'),
    WRITE_STATUS_2: opcode('write status 2'),
    READ_STATUS_2: opcode('read status 2'),
    READ_STATUS_3: opcode('read status 3'),
    READ_BLOCK_LOCK: opcode('read block lock'),
    UNLOCK_ALL: opcode('unlock all blocks'),
    READ_SFDP: opcode('read SFDP'),
    READ_ID: opcode('read JEDEC id'),
    RELEASE_POWER_DOWN: opcode('wake up'),
    ENTER_4_BYTE: opcode('4-byte addresses on'),
    ERASE_CHIP: opcode('erase chip'),
    EXIT_4_BYTE: opcode('4-byte addresses off'),
    /** With four address bytes in any mode. */
    READ_4_BYTE: opcode('read', 4),
    PROGRAM_4_BYTE: opcode('program', 4),
    ERASE_4_KIB: opcode('erase 4 KiB'),
    ERASE_64_KIB: opcode('erase 64 KiB'),
  } as const;
}
