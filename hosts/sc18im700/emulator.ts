import type { EmulatedAdapter, EmulatedI2c } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import {
  ALL_INPUTS,
  BRG,
  COMMAND,
  clockOf,
  GAP_MS,
  PIN_COUNT,
  PIN_TYPE,
  REGISTER,
  STATUS,
  typeOf,
} from './protocol.ts';

const REGISTERS = 11;

/** An SC18IM700. */
export class Sc18im700Emulator implements EmulatedAdapter {
  readonly pins: EmulatedPins;
  readonly #wire: EmulatedI2c | undefined;
  /** The values behind a reset: all pins are inputs, I2C at 97 kHz. */
  readonly #registers = Uint8Array.of(...BRG, 0x55, 0x55, 0x0f, 0, 0x26, 0x13, 0x13, 0x66, STATUS.OK);
  #levels = 0xff;
  #command: number[] = [];
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor({ i2c, pins }: { readonly i2c?: EmulatedI2c; readonly pins?: EmulatedPins }) {
    this.#wire = i2c;
    this.pins = pins ?? new EmulatedPins();
    this.#setPins(0xff);
  }

  feed(bytes: Uint8Array): Uint8Array {
    const now = performance.now();
    if (now - this.#heardAt > GAP_MS) this.#command = [];
    this.#heardAt = now;
    const answer: number[] = [];
    for (const byte of bytes) {
      this.#command.push(byte);
      if (byte !== COMMAND.STOP || !isWhole(this.#command)) continue;
      const command = this.#command;
      this.#command = [];
      answer.push(...this.#run(command));
    }
    return Uint8Array.from(answer);
  }

  #run(command: readonly number[]): readonly number[] {
    const [code, ...rest] = command.slice(0, -1);
    switch (code) {
      case COMMAND.START:
        return this.#transaction(command);
      case COMMAND.READ_REGISTERS:
        return rest.map((register) => this.#registers[register] ?? 0xff);
      case COMMAND.WRITE_REGISTERS:
        for (let at = 0; at + 1 < rest.length; at += 2)
          this.#write(rest[at] as number, rest[at + 1] as number);
        return [];
      case COMMAND.WRITE_PINS:
        this.#setPins(rest[0] ?? 0);
        return [];
      case COMMAND.READ_PINS:
        return [this.pins.levels & 0xff];
      default:
        return [];
    }
  }

  #write(register: number, value: number): void {
    if (register >= REGISTERS - 1) return;
    this.#registers[register] = value;
    if (register === REGISTER.PORT_LOW || register === REGISTER.PORT_HIGH) this.#setPins(this.#levels);
    if (register === REGISTER.CLOCK_HIGH && this.#wire !== undefined) this.#wire.clockHz = clockOf(value);
  }

  #setPins(levels: number): void {
    this.#levels = levels;
    const [low = ALL_INPUTS & 0xff, high = ALL_INPUTS >> 8] = this.#registers.subarray(REGISTER.PORT_LOW);
    let outputs = 0;
    for (let pin = 0; pin < PIN_COUNT; pin++)
      if (typeOf(low | (high << 8), pin) === PIN_TYPE.PUSH_PULL) outputs |= 1 << pin;
    this.pins.drive(levels, outputs);
  }

  /** @returns what was read, if nothing was refused */
  #transaction(command: readonly number[]): readonly number[] {
    const read: number[] = [];
    let status: number = STATUS.OK;
    const wire = this.#wire;
    if (wire === undefined || wire.sdaHeld || wire.sclHeld) status = STATUS.TIMEOUT;
    for (let at = 0; wire !== undefined && status === STATUS.OK && command[at] === COMMAND.START; ) {
      const [, address = 0, count = 0] = command.slice(at);
      at += 3;
      wire.start();
      if (!wire.writeByte(address)) status = STATUS.ADDRESS_NACK;
      else if ((address & 1) === 1) for (let i = 0; i < count; i++) read.push(wire.readByte(i < count - 1));
      else {
        for (const byte of command.slice(at, at + count)) {
          if (wire.writeByte(byte)) continue;
          status = STATUS.DATA_NACK;
          break;
        }
        at += count;
      }
    }
    if (status !== STATUS.TIMEOUT) wire?.stop();
    this.#registers[REGISTER.STATUS] = status;
    return status === STATUS.OK ? read : [];
  }
}

/** Whether a STOP character at the end of `command` is one, and no data or value. */
function isWhole(command: readonly number[]): boolean {
  const [code] = command;
  if (code === COMMAND.WRITE_REGISTERS) return command.length % 2 === 0;
  if (code === COMMAND.WRITE_PINS) return command.length === 3;
  if (code !== COMMAND.START) return true;
  let at = 0;
  while (command[at] === COMMAND.START) {
    const [, address = 1, count = 0] = command.slice(at);
    at += (address & 1) === 1 ? 3 : 3 + count;
  }
  return at === command.length - 1;
}
