/**
 * Where a message ends when its driver does not say. Linux's virtio-spi driver sends each transfer of a
 * message by itself and clears `cs_change` even on the last one, so "write enable" and the command after it
 * look like one message, and the parts of a command like several. What tells them apart is what the part
 * expects next, by the protocol of its kind.
 */
export interface SpiFraming {
  /**
   * Does the command that has been sent so far want more to be written?
   * @param opcode its first byte
   * @param sent bytes written so far, at least 1
   */
  expectsMore(opcode: number, sent: number): boolean;
  /**
   * Does it want more, or an answer that is read? To deselect the part now would spoil the message.
   * @param opcode as above
   * @param sent as above
   */
  isUnfinished(opcode: number, sent: number): boolean;
}

/** A command is one transfer; what is read after it belongs to it. True of most parts. */
const SINGLE_TRANSFER: SpiFraming = { expectsMore: () => false, isUnfinished: () => false };

/**
 * SPI NOR flash (JESD216, and every data sheet of the kind): an opcode, then for some an address of three or
 * four bytes, then for some data.
 */
const NOR_OPCODES = {
  /** Read, fast, dual and quad, SFDP: address, then what is read. */
  read: [0x03, 0x13, 0x0b, 0x0c, 0x3b, 0x3c, 0x6b, 0x6c, 0xbb, 0xbc, 0xeb, 0xec, 0x5a, 0x4b, 0x48],
  /** Erase of 4, 32 or 64 KiB: address. */
  erase: [0x20, 0x21, 0x52, 0x5c, 0xd8, 0xdc],
  /** Page program, also of security registers: address and data. */
  program: [0x02, 0x12, 0x32, 0x34, 0x38, 0x3e, 0x42],
  /** Status, configuration, id: what is read. */
  readRegister: [0x05, 0x35, 0x15, 0x70, 0x9f, 0x90, 0xab],
  /** Status, configuration, extended address: data. */
  writeRegister: [0x01, 0x31, 0x11, 0xc5, 0x17, 0x61, 0xb1],
} as const;

const OPCODE_BYTES = 1;
const SHORTEST_ADDRESS = 3;
const LONGEST_ADDRESS = 4;

const includes = (opcodes: readonly number[], opcode: number): boolean => opcodes.includes(opcode);

const SPI_NOR: SpiFraming = {
  expectsMore(opcode, sent) {
    if (includes(NOR_OPCODES.writeRegister, opcode)) return sent === OPCODE_BYTES;
    if (includes(NOR_OPCODES.program, opcode)) return sent <= OPCODE_BYTES + LONGEST_ADDRESS;
    // After a read's address there may be dummy bytes, written by a transfer of their own.
    if (includes(NOR_OPCODES.read, opcode)) return sent <= OPCODE_BYTES + LONGEST_ADDRESS;
    if (includes(NOR_OPCODES.erase, opcode)) return sent < OPCODE_BYTES + SHORTEST_ADDRESS;
    return false;
  },
  isUnfinished(opcode, sent) {
    const { read, readRegister } = NOR_OPCODES;
    return includes(readRegister, opcode) || includes(read, opcode) || this.expectsMore(opcode, sent);
  },
};

/** SPI EEPROMs (25xx data sheets, table of instructions): write status; read and write with an address. */
const AT25_OPCODES = { WRSR: 0x01, WRITE: 0x02, READ: 0x03, RDSR: 0x05 } as const;

const AT25: SpiFraming = {
  expectsMore(opcode, sent) {
    if (opcode === AT25_OPCODES.WRSR) return sent === OPCODE_BYTES;
    // The shortest command is one byte of address; Linux sends opcode and address in one transfer.
    return (opcode === AT25_OPCODES.WRITE || opcode === AT25_OPCODES.READ) && sent <= OPCODE_BYTES + 2;
  },
  isUnfinished(opcode, sent) {
    return opcode === AT25_OPCODES.READ || opcode === AT25_OPCODES.RDSR || this.expectsMore(opcode, sent);
  },
};

/** Microchip's port expanders: control byte and register in one transfer or two, then data in its own. */
const MCP23S: SpiFraming = {
  expectsMore: (_control, sent) => sent === 1,
  // Bit 0 of the control byte: a register is read. Else its value is to come.
  isUnfinished: (control, sent) => (control & 1) !== 0 || sent <= 2,
};

const FRAMINGS: Readonly<Record<string, SpiFraming>> = {
  'jedec,spi-nor': SPI_NOR,
  'atmel,at25': AT25,
  'microchip,mcp23s08': MCP23S,
  'microchip,mcp23s17': MCP23S,
};

/** The framing for a client with these compatibles. */
export function spiFramingOf(compatible: readonly string[]): SpiFraming {
  for (const name of compatible) {
    const framing = Object.hasOwn(FRAMINGS, name) ? FRAMINGS[name] : undefined;
    if (framing !== undefined) return framing;
  }
  return SINGLE_TRANSFER;
}
