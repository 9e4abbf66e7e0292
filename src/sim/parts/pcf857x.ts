import type { DeviceNode } from '../../bus/index.ts';
import { gpioProperties } from '../kit/gpio-pins.ts';
import { Line } from '../kit/line.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/**
 * NXP PCF8574 and PCF8575: no registers. What is written goes to the quasi-bidirectional pins: a 0 pulls a
 * pin down, a 1 lets it go, so that the outside may pull it down. Bytes are the ports in turn.
 */
class Pcf857x implements I2cPart {
  readonly addresses: readonly number[];
  readonly lines: readonly Line[];
  readonly state;
  readonly #ports: number;
  readonly #all: number;
  readonly #interrupt = new Line('INT');
  readonly #pins = { latch: 0, external: 0, seen: 0, port: 0 };

  constructor(ports: number, address: number) {
    this.addresses = [address];
    this.#ports = ports;
    this.#all = 2 ** (8 * ports) - 1;
    this.#pins.external = this.#all;
    this.lines = [this.#interrupt];
    this.state = this.#pins;
    this.reset();
  }

  get inputs(): number {
    return this.#pins.external;
  }

  set inputs(levels: number) {
    this.#pins.external = levels;
    this.#drive();
  }

  get pins(): number {
    return this.#pins.latch & this.#pins.external;
  }

  reset(): void {
    this.#pins.latch = this.#all;
    this.#settle();
  }

  restored(): void {
    this.#drive();
  }

  start(): boolean {
    this.#pins.port = 0;
    return true;
  }

  write(data: Uint8Array): number {
    for (const byte of data) {
      const shift = this.#nextShift();
      this.#pins.latch = (this.#pins.latch & ~(0xff << shift)) | (byte << shift);
    }
    this.#settle();
    return data.length;
  }

  read(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.pins >> this.#nextShift();
    this.#settle();
  }

  stop(): void {}

  #nextShift(): number {
    const { port } = this.#pins;
    this.#pins.port = (port + 1) % this.#ports;
    return 8 * port;
  }

  /** A read or a write resets the interrupt. */
  #settle(): void {
    this.#pins.seen = this.pins;
    this.#drive();
  }

  #drive(): void {
    this.#interrupt.set(this.pins === this.#pins.seen);
  }
}

function model(compatible: readonly string[], ports: number): I2cPartModel {
  return {
    compatible,
    bus: 'i2c',
    title: `${ports === 1 ? 'PCF8574' : 'PCF8575'} GPIO expander, ${8 * ports} pins`,
    properties: gpioProperties(8 * ports),
    create: (node: DeviceNode) => new Pcf857x(ports, i2cAddress(node)),
  };
}

export const models = [
  model(['nxp,pcf8574', 'nxp,pcf8574a', 'nxp,pca8574', 'nxp,pca9670', 'nxp,pca9672', 'nxp,pca9674'], 1),
  model(['nxp,pcf8575', 'nxp,pca8575', 'nxp,pca9671', 'nxp,pca9673', 'nxp,pca9675'], 2),
];
