import type { Memory } from '../memory/memory.ts';

/** An EEPROM behind a node: read at will, written page by page. */
export interface Eeprom extends Memory {
  /** Bytes that one write may change; they lie in one page. */
  readonly pageSize: number;
  /** Lines for a person: how it is addressed. */
  layout(): readonly (readonly [what: string, value: string])[];
  /** What it says of itself. @throws {BusFault} */
  state(): Promise<readonly (readonly [what: string, value: string])[]>;
  /** What keeps it from being written, as a sentence. */
  protection(): Promise<string | undefined>;
  /** Writes bytes of one page; returns when the part takes the write, which then goes on by itself. @throws {BusFault} */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Waits until the last write has ended. @throws {BusFault} `ETIMEDOUT` */
  settle(): Promise<void>;
}
