import type { Line } from '../kit/line.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart } from '../wire/part.ts';
import type { ByteRegisterChip } from './chip.ts';
import { GENERAL_CALL, takeCall } from './general-call.ts';

/**
 * The usual I2C interface: the first byte written names a register, further bytes go there and onward, a
 * read goes on from where the last access ended.
 */
export class I2cByteRegisters implements I2cPart {
  readonly state;
  readonly subject: ByteRegisterChip;
  readonly #address: readonly number[];
  readonly #bus = { pointer: 0, namingRegister: false, called: false };

  readonly #pairs: boolean;

  /** @param pairs each byte that is written to a register is followed by the number of the next */
  constructor(chip: ByteRegisterChip, address: number, pairs = false) {
    this.subject = chip;
    this.#pairs = pairs;
    this.#address = [address];
    this.state = { chip: chip.state, bus: this.#bus };
  }

  get addresses(): readonly number[] {
    return this.subject.addresses ?? this.#address;
  }

  get sharedAddresses(): readonly number[] {
    return this.subject.sharedAddresses ?? [];
  }

  get segments(): readonly I2cWire[] | undefined {
    return this.subject.segments as readonly I2cWire[] | undefined;
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

  /** At a shared address it can only be written to: what several parts send would be nobody's answer. */
  start(address: number, read: boolean): boolean {
    if (read && this.sharedAddresses.includes(address)) return false;
    this.#bus.called = address === GENERAL_CALL;
    this.#bus.namingRegister = !read;
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
      } else {
        this.subject.writeRegister(bus.pointer, byte);
        if (this.#pairs) bus.namingRegister = true;
        else this.#advance();
      }
    }
    return data.length;
  }

  read(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) {
      into[i] = this.subject.readRegister(this.#bus.pointer);
      this.#advance();
    }
  }

  stop(): void {
    this.subject.end?.();
  }

  #advance(): void {
    const bus = this.#bus;
    bus.pointer = this.subject.nextRegister?.(bus.pointer) ?? (bus.pointer + 1) & 0xff;
  }
}
