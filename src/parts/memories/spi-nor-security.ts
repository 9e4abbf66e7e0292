const REGISTER_BYTES = 256;
const REGISTERS = 3;
/** LB1 of status register 2, with LB2 and LB3 above it: each locks a register for ever. */
const LB1 = 0x08;

/** The three security registers of the W25Q family (W25Q64JV data sheet, 8.2.27 to 8.2.29): 1000h, 2000h and 3000h. */
export class SecurityRegisters {
  readonly bytes = new Uint8Array(REGISTERS * REGISTER_BYTES).fill(0xff);

  /** A register is read round and round; where there is none, nothing is sent. */
  read(address: number, index: number): number {
    const start = startOf(address);
    return start === undefined ? 0xff : (this.bytes[start + ((address + index) % REGISTER_BYTES)] as number);
  }

  /** Programs the register's one page. @returns false where there is no register, or a locked one */
  program(address: number, page: Uint8Array, status2: number): boolean {
    const start = startOf(address, status2);
    if (start === undefined) return false;
    for (const [at, byte] of page.entries())
      this.bytes[start + at] = (this.bytes[start + at] as number) & byte;
    return true;
  }

  /** @returns false where there is no register, or a locked one */
  erase(address: number, status2: number): boolean {
    const start = startOf(address, status2);
    if (start === undefined) return false;
    this.bytes.fill(0xff, start, start + REGISTER_BYTES);
    return true;
  }
}

function startOf(address: number, locks = 0): number | undefined {
  const register = (address >> 12) - 1;
  const exists = register >= 0 && register < REGISTERS && (address & 0xf00) === 0;
  return exists && (locks & (LB1 << register)) === 0 ? register * REGISTER_BYTES : undefined;
}

/** 64 bits that differ from node to node and are the same at every start (FNV-1a of the path). */
export function uniqueIdOf(path: string): Uint8Array {
  const id = new Uint8Array(8);
  let hash = 0x811c_9dc5;
  for (let i = 0; i < id.length; i++) {
    for (const character of path) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193);
    id[i] = hash >>> 24;
  }
  return id;
}
