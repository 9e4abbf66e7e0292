import { type Clock, MS } from '../kit/clock.ts';
import { clamp } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** ROHM BH1750FVI data sheet, "Instruction Set Architecture". */
const OPCODE = { POWER_DOWN: 0x00, POWER_ON: 0x01, RESET: 0x07 } as const;
/** Upper nibble of a measuring opcode; the lower two bits are the resolution mode. */
const CONTINUOUS = 0x10;
const ONE_TIME = 0x20;
const L_RESOLUTION = 3;
const H_RESOLUTION_2 = 1;
/** Measurement time register: 69 is 120 ms in the H modes; results grow in proportion. */
const MT_RESET = 69;

class Bh1750 implements I2cPart {
  readonly addresses: readonly number[];
  readonly state;
  readonly #clock: Clock;
  readonly #registers = { powered: false, mode: 0, mt: MT_RESET, readyAt: 0, data: 0, position: 0 };
  readonly #sense = { illuminance: 100 };

  constructor(address: number, clock: Clock) {
    this.addresses = [address];
    this.#clock = clock;
    this.state = { registers: this.#registers, sense: this.#sense };
  }

  /** Light on the sensor in lux. */
  get illuminance(): number {
    return this.#sense.illuminance;
  }

  set illuminance(lux: number) {
    this.#finish();
    this.#sense.illuminance = lux;
    if ((this.#registers.mode & CONTINUOUS) !== 0 && this.#registers.readyAt === 0) this.#measure();
  }

  reset(): void {
    Object.assign(this.#registers, { powered: false, mode: 0, mt: MT_RESET, readyAt: 0, data: 0 });
  }

  start(): boolean {
    this.#finish();
    this.#registers.position = 0;
    return true;
  }

  write(data: Uint8Array): number {
    for (const opcode of data) this.#opcode(opcode);
    return data.length;
  }

  read(into: Uint8Array): void {
    const { data } = this.#registers;
    for (let i = 0; i < into.length; i++) into[i] = this.#registers.position++ % 2 === 0 ? data >> 8 : data;
  }

  stop(): void {}

  #opcode(opcode: number): void {
    const registers = this.#registers;
    const measures = opcode & 0xf0;
    if (opcode === OPCODE.POWER_DOWN) Object.assign(registers, { powered: false, mode: 0, readyAt: 0 });
    else if (opcode === OPCODE.POWER_ON) registers.powered = true;
    else if (opcode === OPCODE.RESET) registers.data = registers.powered ? 0 : registers.data;
    else if ((opcode & 0xf8) === 0x40) registers.mt = (registers.mt & 0x1f) | ((opcode & 7) << 5);
    else if ((opcode & 0xe0) === 0x60) registers.mt = (registers.mt & 0xe0) | (opcode & 0x1f);
    else if (measures === CONTINUOUS || measures === ONE_TIME) {
      registers.powered = true;
      registers.mode = opcode;
      registers.readyAt = this.#clock.now() + this.#duration(opcode & 3);
    }
  }

  #duration(resolution: number): number {
    return ((resolution === L_RESOLUTION ? 16 : 120) * MS * this.#registers.mt) / MT_RESET;
  }

  /** A measurement that has ended: one time is followed by power-down. */
  #finish(): void {
    const registers = this.#registers;
    if (registers.readyAt === 0 || this.#clock.now() < registers.readyAt) return;
    registers.readyAt = 0;
    this.#measure();
    if ((registers.mode & ONE_TIME) !== 0) Object.assign(registers, { powered: false, mode: 0 });
  }

  #measure(): void {
    const { mode, mt } = this.#registers;
    const fine = (mode & 3) === H_RESOLUTION_2 ? 2 : 1;
    const counts = Math.round((this.#sense.illuminance * 1.2 * mt * fine) / MT_RESET);
    this.#registers.data = clamp(counts, 0, 0xffff);
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['rohm,bh1750'],
    bus: 'i2c',
    title: 'BH1750 ambient light sensor',
    properties: [
      { name: 'illuminance', kind: 'number', unit: 'lx', range: [0, 100_000], doc: 'light on the sensor' },
    ],
    create: (node, { clock }) => new Bh1750(i2cAddress(node), clock),
  },
];
