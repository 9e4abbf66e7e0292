import type { DeviceNode } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { gpioProperties } from '../kit/gpio-pins.ts';
import { Line } from '../kit/line.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** NXP PCA9554 (6.2) and PCA9555 (6.2): four registers for each port of 8 pins. */
const REGISTER = { INPUT: 0, OUTPUT: 1, POLARITY: 2, CONFIGURATION: 3 } as const;

interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly ports: 1 | 2;
  /** Polarity inversion after power-on. */
  readonly polarity?: number;
}

const VARIANTS: readonly Variant[] = [
  {
    compatible: [
      'nxp,pca9554',
      'nxp,pca9534',
      'nxp,pca9538',
      'onnn,pca9654',
      'ti,tca6408',
      'ti,tca9534',
      'ti,tca9538',
      'ti,tca9554',
    ],
    title: 'PCA9554 GPIO expander, 8 pins',
    ports: 1,
  },
  { compatible: ['nxp,pca9557'], title: 'PCA9557 GPIO expander, 8 pins', ports: 1, polarity: 0xf0 },
  {
    compatible: [
      'nxp,pca9555',
      'nxp,pca9535',
      'nxp,pca9539',
      'nxp,pca6416',
      'ti,tca6416',
      'ti,tca9535',
      'ti,tca9539',
      'ti,tca9555',
    ],
    title: 'PCA9555 GPIO expander, 16 pins',
    ports: 2,
  },
];

class Pca953x implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #ports: number;
  readonly #registers: RegisterFile;
  readonly #interrupt = new Line('INT');
  /** Levels from outside, and what a reader of the input port last saw. */
  readonly #pins = { external: 0, seen: 0 };

  constructor({ ports, polarity = 0 }: Variant) {
    this.#ports = ports;
    this.#registers = new RegisterFile(
      {
        OUTPUT: { at: REGISTER.OUTPUT * ports, count: ports, reset: 0xff, writable: 0xff },
        POLARITY: { at: REGISTER.POLARITY * ports, count: ports, reset: polarity, writable: 0xff },
        CONFIGURATION: { at: REGISTER.CONFIGURATION * ports, count: ports, reset: 0xff, writable: 0xff },
      },
      4 * ports,
    );
    this.#pins.external = 2 ** (8 * ports) - 1;
    this.#pins.seen = this.#pins.external;
    this.lines = [this.#interrupt];
    this.state = { registers: this.#registers.values, pins: this.#pins };
  }

  get inputs(): number {
    return this.#pins.external;
  }

  set inputs(levels: number) {
    this.#pins.external = levels;
    this.#drive();
  }

  get pins(): number {
    const inputs = this.#port(REGISTER.CONFIGURATION);
    return (this.#pins.external & inputs) | (this.#port(REGISTER.OUTPUT) & ~inputs);
  }

  reset(): void {
    this.#registers.reset();
    this.#pins.seen = this.pins;
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  pointer(byte: number): number {
    return byte % (4 * this.#ports);
  }

  readRegister(register: number): number {
    if (register >= this.#ports) return this.#registers.read(register);
    const shift = 8 * register;
    const levels = (this.pins >> shift) & 0xff;
    this.#pins.seen = (this.#pins.seen & ~(0xff << shift)) | (levels << shift);
    this.#drive();
    return levels ^ this.#registers.read(REGISTER.POLARITY * this.#ports + register);
  }

  writeRegister(register: number, value: number): void {
    this.#registers.write(register, value);
    this.#drive();
  }

  /** A burst goes round the ports of one register. */
  nextRegister(register: number): number {
    return register - (register % this.#ports) + ((register + 1) % this.#ports);
  }

  #port(register: number): number {
    const at = register * this.#ports;
    return this.#registers.read(at) | (this.#ports === 2 ? this.#registers.read(at + 1) << 8 : 0);
  }

  /** INT is low while an input differs from what was read last. */
  #drive(): void {
    const changed = (this.pins ^ this.#pins.seen) & this.#port(REGISTER.CONFIGURATION);
    this.#interrupt.set(changed === 0);
  }
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  properties: gpioProperties(8 * variant.ports),
  create: (node: DeviceNode) => new I2cByteRegisters(new Pca953x(variant), i2cAddress(node)),
}));
