import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { defineNumbered } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';

/** NXP PCA9685 data sheet (rev. 4), table 4. */
const REGISTER = {
  MODE1: 0x00,
  MODE2: 0x01,
  SUBADR1: 0x02,
  ALLCALLADR: 0x05,
  LED0_ON_L: 0x06,
  LED15_OFF_H: 0x45,
  ALL_LED_ON_L: 0xfa,
  ALL_LED_OFF_H: 0xfd,
  PRE_SCALE: 0xfe,
} as const;
const CHANNELS = 16;
const BYTES_OF_CHANNEL = 4;

const REGISTERS = {
  MODE1: { at: REGISTER.MODE1, reset: 0x11, writable: 0x7f },
  MODE2: { at: REGISTER.MODE2, reset: 0x04, writable: 0x1f },
  SUBADR1: { at: 0x02, reset: 0xe2, writable: 0xfe },
  SUBADR2: { at: 0x03, reset: 0xe4, writable: 0xfe },
  SUBADR3: { at: 0x04, reset: 0xe8, writable: 0xfe },
  ALLCALLADR: { at: REGISTER.ALLCALLADR, reset: 0xe0, writable: 0xfe },
  PRE_SCALE: { at: REGISTER.PRE_SCALE, reset: 0x1e, writable: 0xff },
};

const MODE1 = {
  RESTART: 0x80,
  EXTCLK: 0x40,
  AI: 0x20,
  SLEEP: 0x10,
  SUB1: 0x08,
  SUB2: 0x04,
  SUB3: 0x02,
  ALLCALL: 0x01,
};
/** LEDn_ON_H and LEDn_OFF_H bit 4: fully on, fully off. */
const FULL = 0x1000;
const COUNTS = 4096;
const OSCILLATOR_HZ = 25e6;
const LEAST_PRE_SCALE = 3;
/** Software reset: this byte after the general call. */
const SWRST = 0x06;

class Pca9685 implements ByteRegisterChip {
  readonly state;
  readonly #registers = new RegisterFile(REGISTERS);
  readonly #readdress: () => void;
  #shared: readonly number[] = [];

  constructor(context: PartContext) {
    this.#readdress = context.readdress;
    this.state = { registers: this.#registers.values };
    defineNumbered(this, 'duty', CHANNELS, (channel) => this.#duty(channel));
    this.reset();
  }

  get sharedAddresses(): readonly number[] {
    return this.#shared;
  }

  /** Frequency of the outputs in Hz. */
  get frequency(): number {
    return OSCILLATOR_HZ / (COUNTS * (this.#registers.read(REGISTER.PRE_SCALE) + 1));
  }

  reset(): void {
    this.#registers.reset();
    for (let channel = 0; channel < CHANNELS; channel++) {
      this.#registers.values[REGISTER.LED0_ON_L + BYTES_OF_CHANNEL * channel + 3] = 0x10;
    }
    this.#share();
  }

  restored(): void {
    this.#share();
  }

  generalCall(byte: number): void {
    if (byte === SWRST) this.reset();
  }

  readRegister(register: number): number {
    return register >= REGISTER.ALL_LED_ON_L && register <= REGISTER.ALL_LED_OFF_H
      ? 0
      : this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.MODE1) this.#writeMode1(value);
    else if (register >= REGISTER.LED0_ON_L && register <= REGISTER.LED15_OFF_H)
      this.#writeLed(register, value);
    else if (register >= REGISTER.ALL_LED_ON_L && register <= REGISTER.ALL_LED_OFF_H) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const offset = BYTES_OF_CHANNEL * channel + register - REGISTER.ALL_LED_ON_L;
        this.#writeLed(REGISTER.LED0_ON_L + offset, value);
      }
    } else if (register === REGISTER.PRE_SCALE) {
      // 7.3.5: only while asleep, and not below 3.
      if (this.#has(MODE1.SLEEP)) this.#registers.write(register, Math.max(LEAST_PRE_SCALE, value));
    } else this.#registers.write(register, value);
    if (register <= REGISTER.ALLCALLADR) this.#share();
  }

  /** 7.3: with AI the pointer goes on, and from LED15_OFF_H back to MODE1. */
  nextRegister(register: number): number {
    if (!this.#has(MODE1.AI)) return register;
    return register === REGISTER.LED15_OFF_H ? REGISTER.MODE1 : (register + 1) & 0xff;
  }

  /** 7.3.1.1: going to sleep while outputs run sets RESTART; writing it as 1 afterwards clears it. */
  #writeMode1(value: number): void {
    const before = this.#registers.read(REGISTER.MODE1);
    let restart = before & MODE1.RESTART;
    if ((value & MODE1.RESTART) !== 0) restart = 0;
    const fallsAsleep = (before & MODE1.SLEEP) === 0 && (value & MODE1.SLEEP) !== 0;
    if (fallsAsleep && this.#isRunning()) restart = MODE1.RESTART;
    // EXTCLK is cleared by a reset only.
    const kept = (value & ~MODE1.RESTART) | (before & MODE1.EXTCLK);
    this.#registers.values[REGISTER.MODE1] = kept | restart;
  }

  #writeLed(register: number, value: number): void {
    const high = ((register - REGISTER.LED0_ON_L) & 1) !== 0;
    this.#registers.values[register] = high ? value & 0x1f : value;
  }

  #has(bit: number): boolean {
    return this.#registers.has(REGISTER.MODE1, bit);
  }

  #isRunning(): boolean {
    return Array.from({ length: CHANNELS }).some((_, channel) => this.#duty(channel) > 0);
  }

  /** Share of the time that an output is on; "full off" wins over "full on". */
  #duty(channel: number): number {
    const at = REGISTER.LED0_ON_L + BYTES_OF_CHANNEL * channel;
    const on = this.#registers.read(at) | (this.#registers.read(at + 1) << 8);
    const off = this.#registers.read(at + 2) | (this.#registers.read(at + 3) << 8);
    if ((off & FULL) !== 0 || this.#has(MODE1.SLEEP)) return 0;
    if ((on & FULL) !== 0) return 1;
    return ((off - on + COUNTS) % COUNTS) / COUNTS;
  }

  #share(): void {
    const wanted = [
      { bit: MODE1.ALLCALL, register: REGISTER.ALLCALLADR },
      { bit: MODE1.SUB1, register: REGISTER.SUBADR1 },
      { bit: MODE1.SUB2, register: REGISTER.SUBADR1 + 1 },
      { bit: MODE1.SUB3, register: REGISTER.SUBADR1 + 2 },
    ];
    const enabled = wanted.filter(({ bit }) => this.#has(bit));
    this.#shared = [0, ...enabled.map(({ register }) => this.#registers.read(register) >> 1)];
    this.#readdress();
  }
}

const PROPERTIES: readonly PropertyDeclaration[] = [
  ...Array.from({ length: CHANNELS }, (_, channel): PropertyDeclaration => {
    return {
      name: `duty${channel}`,
      kind: 'number',
      readOnly: true,
      doc: `share of the time that LED${channel} is on`,
    };
  }),
  { name: 'frequency', kind: 'number', unit: 'Hz', readOnly: true, doc: 'frequency of the outputs' },
];

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['nxp,pca9685-pwm', 'nxp,pca9685'],
    bus: 'i2c',
    title: 'PCA9685 PWM controller, 16 channels',
    registers: REGISTER,
    properties: PROPERTIES,
    create: (node, context) => new I2cByteRegisters(new Pca9685(context), i2cAddress(node)),
  },
];
