import type { DeviceNode } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { defineNumbered } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { gpioProperties } from '../kit/gpio-pins.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** NXP data sheets PCA9550 to PCA9553, "Control register definition": INPUT, PSC0, PWM0, PSC1, PWM1, LS. */
const VARIANTS = [
  { name: 'pca9550', pins: 2 },
  { name: 'pca9551', pins: 8 },
  { name: 'pca9552', pins: 16 },
  { name: 'pca9553', pins: 4 },
] as const;

/** Two bits of LS for each output. */
const LS = { ON: 0, OFF: 1, BLINK0: 2 } as const;
const AUTO_INCREMENT = 0x10;

class Pca955x implements ByteRegisterChip {
  readonly state;
  readonly #pinCount: number;
  readonly #inputs: number;
  readonly #last: number;
  readonly #registers: RegisterFile;
  readonly #bus = { autoIncrement: false, external: 0 };

  constructor(pins: number) {
    this.#pinCount = pins;
    this.#inputs = Math.ceil(pins / 8);
    const selectors = Math.ceil(pins / 4);
    this.#last = this.#inputs + 3 + selectors;
    this.#registers = new RegisterFile(
      {
        PSC0: { at: this.#inputs, reset: 0xff, writable: 0xff },
        PWM0: { at: this.#inputs + 1, reset: 0x80, writable: 0xff },
        PSC1: { at: this.#inputs + 2, reset: 0xff, writable: 0xff },
        PWM1: { at: this.#inputs + 3, reset: 0x80, writable: 0xff },
        LS: { at: this.#inputs + 4, count: selectors, reset: 0x55, writable: 0xff },
      },
      16,
    );
    this.#bus.external = 2 ** pins - 1;
    this.state = { registers: this.#registers.values, bus: this.#bus };
    defineNumbered(this, 'led', pins, (pin) => this.#led(pin));
  }

  get inputs(): number {
    return this.#bus.external;
  }

  set inputs(levels: number) {
    this.#bus.external = levels;
  }

  /** An output that is on pulls its pin down; a blinking one counts as let go. */
  get pins(): number {
    let levels = this.#bus.external;
    for (let pin = 0; pin < this.#pinCount; pin++) if (this.#select(pin) === LS.ON) levels &= ~(1 << pin);
    return levels;
  }

  reset(): void {
    this.#registers.reset();
  }

  pointer(byte: number): number {
    this.#bus.autoIncrement = (byte & AUTO_INCREMENT) !== 0;
    return byte & 0x0f;
  }

  readRegister(register: number): number {
    if (register < this.#inputs) return (this.pins >> (8 * register)) & 0xff;
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    this.#registers.write(register, value);
  }

  nextRegister(register: number): number {
    if (!this.#bus.autoIncrement) return register;
    return register >= this.#last ? 0 : register + 1;
  }

  #select(pin: number): number {
    return (this.#registers.read(this.#inputs + 4 + (pin >> 2)) >> (2 * (pin & 3))) & 3;
  }

  /** Share of the time that the LED at `pin` is lit: (256 - PWM) / 256 while it blinks. */
  #led(pin: number): number {
    const select = this.#select(pin);
    if (select === LS.ON) return 1;
    if (select === LS.OFF) return 0;
    const pwm = this.#inputs + (select === LS.BLINK0 ? 1 : 3);
    return (256 - this.#registers.read(pwm)) / 256;
  }
}

export const models: readonly I2cPartModel[] = VARIANTS.map(({ name, pins }) => ({
  compatible: [`nxp,${name}`],
  bus: 'i2c',
  title: `${name.toUpperCase()} LED blinker, ${pins} outputs`,
  properties: [
    ...gpioProperties(pins),
    ...Array.from({ length: pins }, (_, pin) => ({
      name: `led${pin}`,
      kind: 'number' as const,
      readOnly: true,
      doc: `share of the time that LED${pin} is lit`,
    })),
  ],
  create: (node: DeviceNode) => new I2cByteRegisters(new Pca955x(pins), i2cAddress(node)),
}));
