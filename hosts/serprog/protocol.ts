/**
 * serprog, flashrom's protocol for SPI programmers on a serial port or a TCP connection: what each byte means,
 * both ways. No input or output here. Every command is answered with ACK and its result, or with NAK.
 * Source: flashrom, "Serial Flasher Protocol Specification", interface version 1. Numbers are little-endian.
 */

export const ANSWER = { ACK: 0x06, NAK: 0x15 } as const;

export const INTERFACE_VERSION = 1;

/** Command bytes. Commands for parallel flash (06, 09, 0a, 0c, 0d) are left out. */
export const COMMAND = {
  NOP: 0x00,
  QUERY_INTERFACE: 0x01,
  QUERY_COMMANDS: 0x02,
  QUERY_NAME: 0x03,
  QUERY_SERIAL_BUFFER: 0x04,
  QUERY_BUSES: 0x05,
  QUERY_OPERATION_BUFFER: 0x07,
  QUERY_MAX_WRITE: 0x08,
  INIT_OPERATIONS: 0x0b,
  DELAY: 0x0e,
  EXECUTE: 0x0f,
  /** Answered with NAK and ACK: nothing else is, so it finds the beginning of an answer. */
  SYNC_NOP: 0x10,
  QUERY_MAX_READ: 0x11,
  SET_BUS: 0x12,
  /** Two lengths of 24 bits, then the bytes to write. Answer: the bytes read. */
  SPI_OPERATION: 0x13,
  SET_FREQUENCY: 0x14,
  SET_PINS: 0x15,
  SET_CHIP_SELECT: 0x16,
  SET_SPI_MODE: 0x17,
  SET_CS_MODE: 0x18,
} as const;

export type Command = (typeof COMMAND)[keyof typeof COMMAND];

/** Bytes after the command byte, without the data of an SPI operation. */
export const PARAMETER_BYTES: Readonly<Partial<Record<Command, number>>> = {
  [COMMAND.DELAY]: 4,
  [COMMAND.SET_BUS]: 1,
  [COMMAND.SPI_OPERATION]: 6,
  [COMMAND.SET_FREQUENCY]: 4,
  [COMMAND.SET_PINS]: 1,
  [COMMAND.SET_CHIP_SELECT]: 1,
  [COMMAND.SET_SPI_MODE]: 1,
  [COMMAND.SET_CS_MODE]: 1,
};

/** Bytes after the ACK, without the data of an SPI operation. */
export const RESULT_BYTES: Readonly<Partial<Record<Command, number>>> = {
  [COMMAND.QUERY_INTERFACE]: 2,
  [COMMAND.QUERY_COMMANDS]: 32,
  [COMMAND.QUERY_NAME]: 16,
  [COMMAND.QUERY_SERIAL_BUFFER]: 2,
  [COMMAND.QUERY_BUSES]: 1,
  [COMMAND.QUERY_OPERATION_BUFFER]: 2,
  [COMMAND.QUERY_MAX_WRITE]: 3,
  [COMMAND.QUERY_MAX_READ]: 3,
  [COMMAND.SET_FREQUENCY]: 4,
};

/** Bits of `QUERY_BUSES` and `SET_BUS`. */
export const BUS = { PARALLEL: 0x01, LPC: 0x02, FWH: 0x04, SPI: 0x08 } as const;

/** Argument of `SET_SPI_MODE`. */
export const SPI_DUPLEX = { HALF: 0x00, FULL: 0x01 } as const;

/** Argument of `SET_CS_MODE`. */
export const CS_MODE = { AUTO: 0x00, SELECTED: 0x01, DESELECTED: 0x02 } as const;

/** A serial buffer of this size means flow control. */
export const FLOW_CONTROL = 0xffff;

/** Both lengths of an SPI operation are below this; a limit of 0 stands for it. */
export const LENGTH_MAX = 0x0100_0000;

/** Bytes of an SPI operation before its data. */
const SPI_HEADER = 7;

/** Writes `value` in `bytes` bytes, least significant first. */
export function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}

/** The number in `bytes`, least significant first. */
export function fromLittleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Writes `data`, then reads `readLength` bytes. @throws {RangeError} */
export function spiOperation(data: Uint8Array, readLength: number): Uint8Array {
  if (data.length >= LENGTH_MAX || readLength >= LENGTH_MAX) {
    throw new RangeError(`an SPI operation takes fewer than ${LENGTH_MAX} bytes each way`);
  }
  const bytes = new Uint8Array(SPI_HEADER + data.length);
  bytes[0] = COMMAND.SPI_OPERATION;
  bytes.set(littleEndian(data.length, 3), 1);
  bytes.set(littleEndian(readLength, 3), 4);
  bytes.set(data, SPI_HEADER);
  return bytes;
}

/** The lengths in the six bytes after the command byte of an SPI operation. */
export function spiLengths(header: Uint8Array): { writeLength: number; readLength: number } {
  return {
    writeLength: fromLittleEndian(header.subarray(0, 3)),
    readLength: fromLittleEndian(header.subarray(3, 6)),
  };
}

/** A map of 256 bits, command n at bit n % 8 of byte n / 8. */
export function commandMap(commands: Iterable<number>): Uint8Array {
  const map = new Uint8Array(32);
  for (const command of commands) map[command >> 3] = (map[command >> 3] as number) | (1 << (command & 7));
  return map;
}

/** Whether `map` has `command`. */
export function isInMap(map: Uint8Array, command: number): boolean {
  return (((map[command >> 3] ?? 0) >> (command & 7)) & 1) !== 0;
}
