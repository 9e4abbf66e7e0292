import type { TracedBytes } from '../event.ts';

/** What a transfer does with its part, by the names of the part's data sheet. */
export interface PartAccess {
  /** `select`: the part is told a register or an address, and nothing else. */
  readonly does: 'read' | 'write' | 'select' | 'command';
  /** Of the register or command, where the data sheet names it. */
  readonly name: string | undefined;
  /** Number of the register, address in a memory, or opcode; undefined for a read from where the part was told before. */
  readonly number: number | undefined;
  /** What was read or written behind the number. */
  readonly data: TracedBytes;
  /** Fields of the register; none where several registers, or a part of one, were read or written. */
  readonly fields: readonly (readonly [name: string, bits: number])[];
}

/** What is left of bytes behind the first `count`. */
export function from({ bytes, length }: TracedBytes, count: number): TracedBytes {
  return { bytes: bytes.subarray(count), length: Math.max(0, length - count) };
}
