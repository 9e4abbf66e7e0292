import { COMMAND, NOT_GPIO, PINS } from './protocol.ts';

/** Settings of a pin: bits 0 to 2 its function (0: GPIO), then direction and level. */
const PIN_INPUT = 0x08;
const PIN_HIGH = 0x10;
const PIN_FUNCTION_MASK = 0x07;
/** Where settings of pins are in `GET_SRAM`, in `SET_SRAM`, and in the flash. */
const SRAM_PINS = 22;
const SET_SRAM_ALTER = 7;
const SET_SRAM_PINS = 8;
const ALTER = 0x80;
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

  reset(): void {
    this.#pins.fill(PIN_INPUT);
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
        if (((report[SET_SRAM_ALTER] as number) & ALTER) !== 0)
          this.#pins.set(report.subarray(SET_SRAM_PINS, SET_SRAM_PINS + PINS));
        break;
      case COMMAND.GET_SRAM:
        answer.set([0x12, 0x04], 2);
        answer.set(this.#pins, SRAM_PINS);
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

  /** An input that nothing drives reads high. */
  #levelAndDirection(pin: number): readonly number[] {
    const settings = this.#pins[pin] as number;
    if ((settings & PIN_FUNCTION_MASK) !== 0) return NOT_GPIO;
    const isInput = (settings & PIN_INPUT) !== 0;
    return [isInput || (settings & PIN_HIGH) !== 0 ? 1 : 0, isInput ? 1 : 0];
  }

  /** Four bytes a pin: whether its level changes, to what, whether its direction changes, to what (1: input). */
  #setPins(report: Uint8Array, answer: Uint8Array): void {
    for (let pin = 0; pin < PINS; pin++) {
      const at = 2 + 4 * pin;
      const [changesLevel, level, changesDirection, direction] = report.subarray(at, at + 4);
      let settings = this.#pins[pin] as number;
      const isGpio = (settings & PIN_FUNCTION_MASK) === 0;
      if (changesLevel) settings = level ? settings | PIN_HIGH : settings & ~PIN_HIGH;
      if (changesDirection) settings = direction ? settings | PIN_INPUT : settings & ~PIN_INPUT;
      if (isGpio) this.#pins[pin] = settings;
      answer.set(
        isGpio ? report.subarray(at, at + 4) : [NOT_GPIO[0], NOT_GPIO[0], NOT_GPIO[0], NOT_GPIO[0]],
        at,
      );
    }
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
