import { COMMAND, DIRECTION, EVENT, RESULT, readU16, u16 } from './protocol.ts';

/** Pins of a DLN-2. */
const PINS = 32;
/** Those that I2C and SPI have once they are enabled. */
const TAKEN = [0, 1, 2, 3, 4, 5];

/** What a command gives: a result, and data behind it. */
export type Outcome = readonly [result: number, ...data: readonly number[]];

/** The pins. Nothing is wired to them but what a test drives; inputs are pulled up. */
export class Dln2Pins {
  readonly #enabled = new Set<number>();
  readonly #outputs = new Set<number>();
  readonly #watched = new Set<number>();
  /** Output to the input that it is wired to. */
  readonly #wired = new Map<number, number>();
  readonly #driven = new Uint8Array(PINS);
  readonly #outside = new Uint8Array(PINS).fill(1);
  readonly #onEvent: (data: readonly number[]) => void;

  /** @param onEvent told of the data of an event */
  constructor(onEvent: (data: readonly number[]) => void) {
    this.#onEvent = onEvent;
  }

  reset(): void {
    for (const pins of [this.#enabled, this.#outputs, this.#watched]) pins.clear();
    this.#driven.fill(0);
  }

  /** Wires an output to an input. */
  join(output: number, input: number): void {
    this.#wired.set(output, input);
  }

  /** Drives a pin from outside. */
  drive(pin: number, high: boolean): void {
    const before = this.level(pin);
    this.#outside[pin] = high ? 1 : 0;
    if (this.level(pin) === before || !this.#watched.has(pin)) return;
    this.#onEvent([...u16(0), EVENT.CHANGE, ...u16(pin), this.level(pin)]);
  }

  /** What is seen at a pin. */
  level(pin: number): number {
    return (this.#outputs.has(pin) ? this.#driven[pin] : this.#outside[pin]) ?? 0;
  }

  run(command: number, data: Uint8Array): Outcome {
    if (command === COMMAND.GPIO_COUNT) return [RESULT.OK, ...u16(PINS)];
    const pin = readU16(data);
    if (pin >= PINS) return [RESULT.PIN];
    if (command === COMMAND.GPIO_ENABLE) return this.#enable(pin);
    if (!this.#enabled.has(pin)) return [RESULT.PIN];
    switch (command) {
      case COMMAND.GPIO_DISABLE:
        for (const pins of [this.#enabled, this.#outputs, this.#watched]) pins.delete(pin);
        return [RESULT.OK];
      case COMMAND.GPIO_GET:
        return [RESULT.OK, ...u16(pin), this.level(pin)];
      case COMMAND.GPIO_GET_SET:
        return [RESULT.OK, ...u16(pin), this.#driven[pin] ?? 0];
      case COMMAND.GPIO_SET:
        this.#driven[pin] = data[2] === 0 ? 0 : 1;
        this.#pass(pin);
        return [RESULT.OK, ...u16(pin)];
      case COMMAND.GPIO_SET_DIRECTION:
        if (data[2] === DIRECTION.OUT) this.#outputs.add(pin);
        else this.#outputs.delete(pin);
        this.#pass(pin);
        return [RESULT.OK, ...u16(pin)];
      case COMMAND.GPIO_GET_DIRECTION:
        return [RESULT.OK, ...u16(pin), this.#outputs.has(pin) ? DIRECTION.OUT : DIRECTION.IN];
      case COMMAND.GPIO_SET_EVENT:
        if (data[2] === EVENT.NONE) this.#watched.delete(pin);
        else this.#watched.add(pin);
        return [RESULT.OK];
      default:
        return [RESULT.NOT_SUPPORTED];
    }
  }

  /** What is driven at a pin reaches the one that it is wired to. */
  #pass(pin: number): void {
    const input = this.#wired.get(pin);
    if (input !== undefined) this.drive(input, this.level(pin) === 1);
  }

  #enable(pin: number): Outcome {
    if (TAKEN.includes(pin)) return [RESULT.PIN_IN_USE];
    this.#enabled.add(pin);
    return [RESULT.OK];
  }
}
