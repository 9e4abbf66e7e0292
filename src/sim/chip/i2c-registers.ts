import type { Line } from '../kit/line.ts';
import { ALERT_RESPONSE } from '../wire/i2c-address.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart } from '../wire/part.ts';
import type { ChipPlace, RegisterChip } from './chip.ts';
import { GENERAL_CALL, takeCall } from './general-call.ts';

/** How the registers of a chip stand on I2C. */
export interface I2cRegisterForm {
  /** Bytes of a register number, the most significant first. Default 1. */
  readonly pointerBytes?: 1 | 2;
  /** Registers of several bytes have the least significant first. */
  readonly littleEndian?: boolean;
  /** After a whole register comes the one that follows; else the same again. */
  readonly advances?: boolean;
  /** How much further the number of the one that follows is: so much, or as many as the register has bytes. Default 1. */
  readonly stride?: number | 'bytes';
  /** Each register that is written is followed by the number of the next. */
  readonly pairs?: boolean;
  /** The number is in the upper seven bits of its byte, whose lowest is bit 8 of the value. */
  readonly nineBits?: boolean;
  /** It answers at these addresses beyond its own too, each with 100h registers of its own. */
  readonly also?: readonly number[];
}

/** Registers of an address, where a chip has several. */
const BLOCK = 0x100;

/** One form for all parts that have it. */
export const BYTE_REGISTERS: I2cRegisterForm = { advances: true, stride: 'bytes' };

/** What a message is about: registers, the general call, or the alert response address before and after its byte. */
const CALLED = { REGISTERS: 0, GENERAL: 1, ALERT: 2, ANSWERED: 3 } as const;

/** What an address and the bytes behind it have said. */
const busState = () => ({
  pointer: 0,
  numberDue: 0,
  value: 0,
  byte: 0,
  called: CALLED.REGISTERS as number,
  block: 0,
});
type BusState = ReturnType<typeof busState>;

/**
 * The usual I2C interface: the first bytes written name a register, the next ones are its value, further ones of the
 * registers that follow, or of the same; a read goes on from where the last access ended.
 */
export class I2cRegisters implements I2cPart {
  readonly #place: ChipPlace;
  readonly #address: number;
  readonly #form: I2cRegisterForm;
  /** Where the bus is; missing until somebody addresses the part, or asks for its state. */
  #bus: BusState | undefined;

  constructor(place: ChipPlace, address: number, form = BYTE_REGISTERS) {
    this.#place = place;
    this.#form = form;
    this.#address = address;
  }

  get subject(): RegisterChip {
    return this.#place.chip;
  }

  get state(): object {
    this.#bus ??= busState();
    return { chip: this.subject.state, bus: this.#bus };
  }

  get addresses(): readonly number[] {
    return this.#place.addresses ?? [this.#address, ...(this.#form.also ?? []).map((n) => this.#address + n)];
  }

  get sharedAddresses(): readonly number[] {
    return this.#place.sharedAddresses ?? [];
  }

  get segments(): readonly I2cWire[] | undefined {
    return this.#place.segments as readonly I2cWire[] | undefined;
  }

  get lines(): readonly Line[] {
    return this.subject.lines ?? [];
  }

  get takesRuns(): boolean {
    return this.subject.takesRuns === true;
  }

  reset(): void {
    if (this.#bus !== undefined) this.#bus.pointer = 0;
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored?.();
  }

  close(): void {
    this.#place.close?.();
  }

  /**
   * At a shared address it can only be written to: what several parts send would be nobody's answer. The alert response
   * address is read (SMBus 3.2, appendix A.2): who asserts an alert acknowledges it and sends its address.
   */
  start(address: number, read: boolean): boolean {
    this.#bus ??= busState();
    const bus = this.#bus;
    bus.called = CALLED.REGISTERS;
    if ((read || address === ALERT_RESPONSE) && !this.#isOwn(address))
      return read && address === ALERT_RESPONSE && this.#startAlert();
    bus.block = this.#form.also === undefined ? 0 : BLOCK * this.addresses.indexOf(address);
    if (address === GENERAL_CALL) bus.called = CALLED.GENERAL;
    bus.numberDue = read ? 0 : (this.#form.pointerBytes ?? 1);
    bus.byte = 0;
    this.subject.begin?.(read);
    return true;
  }

  write(data: Uint8Array): number {
    const bus = this.#bus as BusState;
    if (bus.called === CALLED.GENERAL) return takeCall(this.subject, data);
    for (const byte of data) {
      if (bus.numberDue > 0) this.#name(byte);
      else this.#take(byte);
    }
    return data.length;
  }

  read(into: Uint8Array): void {
    const bus = this.#bus as BusState;
    if (bus.called !== CALLED.REGISTERS) {
      this.#answerAlert(into);
      return;
    }
    const { advances, littleEndian } = this.#form;
    if (this.subject.bytewise) {
      this.#readBytes(into);
      return;
    }
    for (let i = 0; i < into.length; i++) {
      const width = this.subject.width?.(bus.pointer) ?? 1;
      if (bus.byte === 0) bus.value = this.subject.readRegister(bus.pointer);
      bus.byte++;
      into[i] = bus.value >>> (8 * (littleEndian ? bus.byte - 1 : width - bus.byte));
      if (bus.byte < width) continue;
      bus.byte = 0;
      if (advances) this.#advance(width);
    }
  }

  /** Registers of one byte each, which most are. */
  #readBytes(into: Uint8Array): void {
    const bus = this.#bus as BusState;
    const { subject } = this;
    const { advances, stride = 1 } = this.#form;
    const inTurn = advances && (stride === 'bytes' || stride === 1);
    const { block } = bus;
    for (let i = 0; i < into.length; i++) {
      const { pointer } = bus;
      into[i] = subject.readRegister(pointer);
      if (inTurn)
        bus.pointer = block + (subject.nextRegister?.(pointer - block) ?? (pointer - block + 1) & 0xff);
      else if (advances) this.#advance(1);
    }
  }

  loseArbitration(): void {
    (this.#bus as BusState).called = CALLED.REGISTERS;
  }

  stop(): void {
    const bus = this.#bus as BusState;
    if (bus.called === CALLED.ANSWERED) this.subject.alertAnswered?.();
    bus.called = CALLED.REGISTERS;
    this.subject.end?.();
  }

  #isOwn(address: number): boolean {
    if (address === this.#address && this.#place.addresses === undefined) return true;
    return this.#form.also === undefined
      ? this.#place.addresses?.includes(address) === true
      : this.addresses.includes(address);
  }

  #startAlert(): boolean {
    this.subject.begin?.(true);
    if (this.subject.alertResponse?.() === undefined) return false;
    (this.#bus as BusState).called = CALLED.ALERT;
    return true;
  }

  /** Its address in the upper seven bits; then it lets go of the bus. */
  #answerAlert(into: Uint8Array): void {
    into.fill(0xff);
    const bus = this.#bus as BusState;
    if (bus.called !== CALLED.ALERT || into.length === 0) return;
    into[0] = ((this.addresses[0] as number) << 1) | (this.subject.alertResponse?.() ?? 0);
    bus.called = CALLED.ANSWERED;
  }

  /** A byte of a register number. */
  #name(byte: number): void {
    const bus = this.#bus as BusState;
    const { pointerBytes = 1, nineBits } = this.#form;
    if (nineBits) {
      bus.numberDue = 0;
      bus.pointer = byte >> 1;
      // The first of the value's two bytes has come.
      bus.value = byte & 1;
      bus.byte = 1;
      return;
    }
    const number = bus.numberDue === pointerBytes ? byte : bus.value * 256 + byte;
    bus.value = number;
    if (--bus.numberDue === 0) bus.pointer = bus.block + (this.subject.pointer?.(number) ?? number);
  }

  /** A byte of a register's value. */
  #take(byte: number): void {
    const bus = this.#bus as BusState;
    const { advances, littleEndian, pairs, pointerBytes = 1 } = this.#form;
    const width = this.subject.width?.(bus.pointer) ?? 1;
    if (bus.byte === 0) bus.value = byte;
    else if (littleEndian) bus.value += byte * 256 ** bus.byte;
    else bus.value = bus.value * 256 + byte;
    if (++bus.byte < width) return;
    bus.byte = 0;
    this.subject.writeRegister(bus.pointer, bus.value);
    if (pairs) bus.numberDue = pointerBytes;
    else if (advances) this.#advance(width);
  }

  /** @param width bytes of the register that comes before */
  #advance(width: number): void {
    const bus = this.#bus as BusState;
    const { stride = 1 } = this.#form;
    let number = bus.pointer - bus.block;
    for (let left = stride === 'bytes' ? width : stride; left > 0; left--)
      number = this.subject.nextRegister?.(number) ?? (number + 1) & 0xff;
    bus.pointer = bus.block + number;
  }
}
