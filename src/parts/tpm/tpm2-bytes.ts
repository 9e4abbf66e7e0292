import { parameter, RC, TpmError } from './tpm2-codes.ts';

export const u16 = (value: number) => [(value >> 8) & 0xff, value & 0xff];
export const u32 = (value: number) => [...u16(value >>> 16), ...u16(value)];
export const u64 = (value: number) => [...u32(Math.floor(value / 0x1_0000_0000)), ...u32(value >>> 0)];
/** TPM2B: bytes with their length in front. */
export const sized = (bytes: readonly number[]) => [...u16(bytes.length), ...bytes];

/** Takes the values of a command one after the other. */
export class Reader {
  readonly #bytes: readonly number[];
  #at = 0;
  /** Of the parameter that is being read, for the code of what is wrong with it; 0 before the first. */
  number = 0;

  constructor(bytes: readonly number[]) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next parameter begins. */
  next(): this {
    this.number++;
    return this;
  }

  /** @throws {TpmError} TPM_RC_INSUFFICIENT */
  take(count: number): readonly number[] {
    if (count > this.left) throw this.wrong(RC.INSUFFICIENT);
    this.#at += count;
    return this.#bytes.slice(this.#at - count, this.#at);
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u16(): number {
    return this.take(2).reduce((value, byte) => (value << 8) | byte, 0);
  }

  u32(): number {
    return this.take(4).reduce((value, byte) => ((value << 8) | byte) >>> 0, 0);
  }

  /** TPM2B of at most `most` bytes. @throws {TpmError} TPM_RC_SIZE */
  sized(most: number): readonly number[] {
    const length = this.u16();
    if (length > most) throw this.wrong(RC.SIZE);
    return this.take(length);
  }

  wrong(code: number): TpmError {
    return new TpmError(this.number === 0 ? code : parameter(code, this.number));
  }
}
