import type { EmulatedPins } from '../pins/index.ts';
import { ALTER_PINS, COMMAND, NOT_GPIO, PIN_SETTING, PINS, PLACE } from './protocol.ts';

/** Where settings of pins are in the flash. */
const FLASH_PINS = 4;

/** Sections of the flash (`READ_FLASH`). */
const FLASH = { CHIP: 0, PINS: 1, MAKER: 2, PRODUCT: 3, SERIAL: 4, FACTORY: 5 } as const;
const TEXTS: Readonly<Record<number, string>> = {
  [FLASH.MAKER]: 'Microchip Technology Inc.',
  [FLASH.PRODUCT]: 'MCP2221 USB-I2C/UART Combo',
  [FLASH.SERIAL]: '0000000001',
};
const STRING_DESCRIPTOR = 3;
const CHIP_BYTES = 10;
const FACTORY_BYTES = 8;
const UNKNOWN_COMMAND = 0x01;

/** Pins and settings of the chip: four inputs, unless somebody says otherwise. Nothing is stored for good. */
export class EmulatorMemory {
  readonly #pins = new Uint8Array(PINS);
  readonly #wired: EmulatedPins;

  constructor(wired: EmulatedPins) {
    this.#wired = wired;
  }

  reset(): void {
    this.#pins.fill(PIN_SETTING.INPUT);
    this.#drive();
  }

  /** Every command that is not I2C's. */
  command(report: Uint8Array, answer: Uint8Array): void {
    switch (report[0]) {
      case COMMAND.SET_GPIO:
        this.#setPins(report, answer);
        break;
      case COMMAND.GET_GPIO:
        this.#pins.forEach((_, pin) => {
          answer.set(this.#levelAndDirection(pin), 2 + 2 * pin);
        });
        break;
      case COMMAND.SET_SRAM:
        if (((report[PLACE.SET_SRAM_ALTER] as number) & ALTER_PINS) !== 0)
          this.#pins.set(report.subarray(PLACE.SET_SRAM_PINS, PLACE.SET_SRAM_PINS + PINS));
        this.#drive();
        break;
      case COMMAND.GET_SRAM:
        answer.set([0x12, 0x04], 2);
        answer.set(this.#pins, PLACE.SRAM_PINS);
        break;
      case COMMAND.READ_FLASH:
        this.#flash(report[1] as number, answer);
        break;
      case COMMAND.WRITE_FLASH:
      case COMMAND.UNLOCK_FLASH:
        break;
      default:
        answer[1] = UNKNOWN_COMMAND;
    }
  }

  #drive(): void {
    let levels = 0;
    let directions = 0;
    this.#pins.forEach((settings, pin) => {
      if ((settings & PIN_SETTING.HIGH) !== 0) levels |= 1 << pin;
      if ((settings & (PIN_SETTING.FUNCTION_MASK | PIN_SETTING.INPUT)) === 0) directions |= 1 << pin;
    });
    this.#wired.drive(levels, directions);
  }

  #levelAndDirection(pin: number): readonly number[] {
    const settings = this.#pins[pin] as number;
    if ((settings & PIN_SETTING.FUNCTION_MASK) !== 0) return NOT_GPIO;
    return [(this.#wired.levels >> pin) & 1, (settings & PIN_SETTING.INPUT) !== 0 ? 1 : 0];
  }

  /** Four bytes a pin: whether its level changes, to what, whether its direction changes, to what (1: input). */
  #setPins(report: Uint8Array, answer: Uint8Array): void {
    for (let pin = 0; pin < PINS; pin++) {
      const at = 2 + 4 * pin;
      const [changesLevel, level, changesDirection, direction] = report.subarray(at, at + 4);
      let settings = this.#pins[pin] as number;
      const isGpio = (settings & PIN_SETTING.FUNCTION_MASK) === 0;
      const changed = (bit: number, isSet: number | undefined) => (isSet ? settings | bit : settings & ~bit);
      if (changesLevel) settings = changed(PIN_SETTING.HIGH, level);
      if (changesDirection) settings = changed(PIN_SETTING.INPUT, direction);
      if (isGpio) this.#pins[pin] = settings;
      answer.set(
        isGpio ? report.subarray(at, at + 4) : [NOT_GPIO[0], NOT_GPIO[0], NOT_GPIO[0], NOT_GPIO[0]],
        at,
      );
    }
    this.#drive();
  }

  #flash(section: number, answer: Uint8Array): void {
    const text = TEXTS[section];
    if (text !== undefined) {
      const utf16 = Buffer.from(text, 'utf16le');
      answer.set([utf16.length + 2, STRING_DESCRIPTOR, ...utf16], 2);
    } else if (section === FLASH.CHIP) answer[2] = CHIP_BYTES;
    else if (section === FLASH.PINS) {
      answer[2] = PINS;
      answer.set(this.#pins, FLASH_PINS);
    } else if (section === FLASH.FACTORY) {
      answer[2] = FACTORY_BYTES;
      answer.set(Buffer.from('01234567'), 4);
    } else answer[1] = UNKNOWN_COMMAND;
  }
}
