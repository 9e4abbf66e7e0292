import type { Line } from '../kit/line.ts';
import type { I2cPart } from '../wire/part.ts';
import type { WordRegisterChip } from './chip.ts';
import { GENERAL_CALL, takeCall } from './general-call.ts';

/**
 * The I2C interface of chips with registers of two (or one, or three) bytes: the first byte written names a
 * register, the next ones are its value, most significant first. The pointer stays; reading on gives the
 * same register again.
 */
export class I2cWordRegisters implements I2cPart {
  readonly state;
  readonly subject: WordRegisterChip;
  readonly addresses: readonly number[];
  readonly #bus = { pointer: 0, namingRegister: false, value: 0, byte: 0, called: false };

  constructor(chip: WordRegisterChip, address: number) {
    this.subject = chip;
    this.addresses = [address];
    this.state = { chip: chip.state, bus: this.#bus };
  }

  get sharedAddresses(): readonly number[] {
    return this.subject.sharedAddresses ?? [];
  }

  get lines(): readonly Line[] {
    return this.subject.lines ?? [];
  }

  get takesRuns(): boolean {
    return this.subject.takesRuns === true;
  }

  reset(): void {
    this.#bus.pointer = 0;
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored?.();
  }

  close(): void {
    this.subject.close?.();
  }

  /** At a shared address it can only be written to: what several parts send would be no part's answer. */
  start(address: number, read: boolean): boolean {
    this.#bus.called = address === GENERAL_CALL;
    if (read && this.#bus.called) return false;
    this.#bus.namingRegister = !read;
    this.#bus.byte = 0;
    this.subject.begin?.(read);
    return true;
  }

  write(data: Uint8Array): number {
    const bus = this.#bus;
    if (bus.called) return takeCall(this.subject, data);
    for (const byte of data) {
      if (bus.namingRegister) {
        bus.namingRegister = false;
        bus.pointer = this.subject.pointer?.(byte) ?? byte;
        continue;
      }
      bus.value = bus.byte === 0 ? byte : bus.value * 256 + byte;
      bus.byte = (bus.byte + 1) % this.#width();
      if (bus.byte === 0) this.subject.writeRegister(bus.pointer, bus.value);
    }
    return data.length;
  }

  read(into: Uint8Array): void {
    const bus = this.#bus;
    const width = this.#width();
    for (let i = 0; i < into.length; i++) {
      if (bus.byte === 0) bus.value = this.subject.readRegister(bus.pointer);
      bus.byte++;
      into[i] = bus.value >>> (8 * (width - bus.byte));
      if (bus.byte === width) bus.byte = 0;
    }
  }

  stop(): void {
    this.subject.end?.();
  }

  #width(): number {
    return this.subject.width?.(this.#bus.pointer) ?? 2;
  }
}
