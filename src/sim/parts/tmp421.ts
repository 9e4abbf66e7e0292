import type { DeviceNode } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { defineNumbered } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { clamp } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** TMP421/422/423 data sheet (SBOS398), table 3. */
const REGISTER = {
  LOCAL_HIGH: 0x00,
  STATUS: 0x08,
  CONFIGURATION_1: 0x09,
  ONE_SHOT: 0x0f,
  LOCAL_LOW: 0x10,
  SOFTWARE_RESET: 0xfc,
} as const;
const CONFIGURATION_1 = { SHUTDOWN: 0x40, RANGE: 0x04 } as const;

interface Variant {
  readonly compatible: readonly string[];
  readonly remotes: number;
  readonly deviceId: number;
  readonly configuration2: number;
}

const VARIANTS: readonly Variant[] = [
  { compatible: ['ti,tmp421'], remotes: 1, deviceId: 0x21, configuration2: 0x1c },
  { compatible: ['ti,tmp422'], remotes: 2, deviceId: 0x22, configuration2: 0x3c },
  { compatible: ['ti,tmp423'], remotes: 3, deviceId: 0x23, configuration2: 0x7c },
];

class Tmp421 implements ByteRegisterChip {
  readonly state;
  readonly #channels: number;
  readonly #registers: RegisterFile;
  /** Local, then remotes. */
  readonly #celsius: Float64Array;

  constructor({ remotes, deviceId, configuration2 }: Variant) {
    this.#channels = remotes + 1;
    this.#celsius = new Float64Array(this.#channels).fill(25);
    this.#registers = new RegisterFile({
      CONFIGURATION_1: { at: REGISTER.CONFIGURATION_1, writable: 0x44 },
      CONFIGURATION_2: { at: 0x0a, reset: configuration2, writable: configuration2 },
      CONVERSION_RATE: { at: 0x0b, reset: 0x07, writable: 0x07 },
      N_CORRECTION: { at: 0x21, count: remotes, writable: 0xff },
      MANUFACTURER_ID: { at: 0xfe, reset: 0x55 },
      DEVICE_ID: { at: 0xff, reset: deviceId },
    });
    this.state = { registers: this.#registers.values, celsius: this.#celsius };
    const set = (remote: number, celsius: number) => this.#set(remote + 1, celsius);
    defineNumbered(this, 'remote', remotes, (remote) => this.#celsius[remote + 1] as number, set);
    this.#convert();
  }

  /** What the chip itself feels, in °C; `remote0`... are the diodes. */
  get temperature(): number {
    return this.#celsius[0] as number;
  }

  set temperature(celsius: number) {
    this.#set(0, celsius);
  }

  reset(): void {
    this.#registers.reset();
    this.#convert();
  }

  readRegister(register: number): number {
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.SOFTWARE_RESET) this.reset();
    else this.#registers.write(register, value);
    const wakes = register === REGISTER.CONFIGURATION_1 && !this.#isShutDown();
    if (wakes || register === REGISTER.ONE_SHOT) this.#convert();
  }

  /** Reading on from a high byte gives its low byte (7.5.1.4). */
  nextRegister(register: number): number {
    return register < this.#channels ? register + REGISTER.LOCAL_LOW : register;
  }

  #set(channel: number, celsius: number): void {
    this.#celsius[channel] = celsius;
    if (!this.#isShutDown()) this.#convert();
  }

  #isShutDown(): boolean {
    return this.#registers.has(REGISTER.CONFIGURATION_1, CONFIGURATION_1.SHUTDOWN);
  }

  /** Steps of 1/16 °C; the extended range is shifted by 64 °C. */
  #convert(): void {
    const extended = this.#registers.has(REGISTER.CONFIGURATION_1, CONFIGURATION_1.RANGE);
    const [low, high, offset] = extended ? [-55, 150, 64] : [-55, 127.9375, 0];
    for (let channel = 0; channel < this.#channels; channel++) {
      const celsius = clamp(this.#celsius[channel] as number, low, high) + offset;
      const sixteenths = Math.round(celsius * 16);
      this.#registers.values[REGISTER.LOCAL_HIGH + channel] = (sixteenths >> 4) & 0xff;
      this.#registers.values[REGISTER.LOCAL_LOW + channel] = (sixteenths & 0x0f) << 4;
    }
  }
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: `TMP42${variant.remotes} temperature sensor with ${variant.remotes} remote diode(s)`,
  registers: REGISTER,
  properties: [
    { name: 'temperature', kind: 'number', unit: '°C', range: [-55, 150], doc: 'what the chip itself feels' },
    ...Array.from({ length: variant.remotes }, (_, remote) => ({
      name: `remote${remote}`,
      kind: 'number' as const,
      unit: '°C',
      range: [-55, 150] as const,
      doc: `what remote diode ${remote + 1} feels`,
    })),
  ],
  create: (node: DeviceNode) => new I2cByteRegisters(new Tmp421(variant), i2cAddress(node)),
}));
