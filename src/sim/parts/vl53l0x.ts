import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { MS } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { clamp } from '../kit/numbers.ts';
import { Periodic } from '../kit/periodic.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/**
 * ST VL53L0X. ST documents its registers only as names in its API (STSW-IMG005, `vl53l0x_device.h`); what
 * the bits do is what that API relies on.
 */
const REGISTER = {
  SYSRANGE_START: 0x00,
  SYSTEM_SEQUENCE_CONFIG: 0x01,
  SYSTEM_INTERMEASUREMENT_PERIOD: 0x04,
  SYSTEM_INTERRUPT_CONFIG_GPIO: 0x0a,
  SYSTEM_INTERRUPT_CLEAR: 0x0b,
  RESULT_INTERRUPT_STATUS: 0x13,
  RESULT_RANGE_STATUS: 0x14,
  RESULT_RANGE_MM: 0x1e,
  SPAD_STATUS: 0x83,
  GPIO_HV_MUX_ACTIVE_HIGH: 0x84,
  I2C_SLAVE_DEVICE_ADDRESS: 0x8a,
  STOP_VARIABLE: 0x91,
  SPAD_INFO: 0x92,
  SPAD_ENABLES_REF_0: 0xb0,
  SOFT_RESET: 0xbf,
  MODEL_ID: 0xc0,
  OSC_CALIBRATE_VAL: 0xf8,
  PAGE: 0xff,
} as const;

const SYSRANGE = { START_STOP: 0x01, BACK_TO_BACK: 0x02, TIMED: 0x04 } as const;
const INTERRUPT_NEW_SAMPLE = 4;
/** Device range status in bits 6 to 3: 11 range valid, 4 no target (phase failure). */
const RANGE_VALID = 11 << 3;
const RANGE_NO_TARGET = 4 << 3;
/** What is reported where nothing reflects, and how far it sees (2 m). */
const NO_TARGET_MM = 8190;
const FARTHEST_MM = 2000;
/** Default timing budget. */
const MEASUREMENT_NS = 33 * MS;
/** Reference SPADs: five, of the aperture type. */
const SPAD_COUNT_AND_TYPE = 0x85;

const PAGES = 8;

/** Page 0 after power-on. */
const POWER_ON: readonly (readonly [register: number, value: number])[] = [
  [REGISTER.SYSTEM_SEQUENCE_CONFIG, 0xff],
  [REGISTER.I2C_SLAVE_DEVICE_ADDRESS, 0x29],
  [REGISTER.GPIO_HV_MUX_ACTIVE_HIGH, 0x11],
  [0x44, 0x00],
  [0x45, 0x20],
  [0x46, 0x02],
  [0x50, 0x06],
  [0x51, 0x00],
  [0x52, 0x96],
  [0x61, 0x00],
  [0x62, 0x80],
  [0x70, 0x04],
  [0x71, 0x02],
  [0x72, 0x08],
  [REGISTER.MODEL_ID, 0xee],
  [0xc1, 0xaa],
  [0xc2, 0x10],
  [REGISTER.SOFT_RESET, 0x01],
  [REGISTER.OSC_CALIBRATE_VAL, 0x04],
  [REGISTER.OSC_CALIBRATE_VAL + 1, 0x00],
];

class Vl53l0x implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #readdress: () => void;
  readonly #clock;
  readonly #home: number;
  readonly #registers = new Uint8Array(PAGES * 0x100);
  readonly #ranging: Periodic;
  readonly #interrupt = new Line('GPIO1');
  readonly #sense = { distance: 100, page: 0, mode: 0, readyAt: 0 };
  #addresses: readonly number[];

  constructor(address: number, context: PartContext) {
    this.#readdress = context.readdress;
    this.#clock = context.clock;
    this.#home = address;
    this.#addresses = [address];
    this.lines = [this.#interrupt];
    this.#ranging = new Periodic(
      context.clock,
      () => this.#period(),
      () => this.#measure(),
      this.#interrupt,
    );
    this.state = { registers: this.#registers, ranging: this.#ranging.state, sense: this.#sense };
    this.reset();
  }

  get addresses(): readonly number[] {
    return this.#addresses;
  }

  /** Distance of the target in mm; beyond 2 m it sees none. */
  get distance(): number {
    return this.#sense.distance;
  }

  set distance(mm: number) {
    this.begin();
    this.#sense.distance = mm;
  }

  reset(): void {
    this.#registers.fill(0);
    for (const [register, value] of POWER_ON) this.#registers[register] = value;
    this.#registers.fill(0xff, REGISTER.SPAD_ENABLES_REF_0, REGISTER.SPAD_ENABLES_REF_0 + 5);
    this.#registers[REGISTER.SPAD_ENABLES_REF_0 + 5] = 0x0f;
    Object.assign(this.#sense, { page: 0, mode: 0, readyAt: 0 });
    this.#setAddress(this.#home);
    this.#drive();
  }

  restored(): void {
    this.#setAddress(this.#registers[REGISTER.I2C_SLAVE_DEVICE_ADDRESS] as number);
    this.#drive();
  }

  begin(): void {
    this.#ranging.catchUp();
    const { readyAt } = this.#sense;
    if (readyAt === 0 || this.#clock.now() < readyAt) return;
    this.#sense.readyAt = 0;
    this.#measure();
  }

  readRegister(register: number): number {
    if (register === REGISTER.PAGE) return this.#sense.page;
    // The identification can be read from every page.
    if (register >= REGISTER.MODEL_ID && register <= REGISTER.MODEL_ID + 2)
      return this.#registers[register] as number;
    if (this.#sense.page === 1 && register === REGISTER.STOP_VARIABLE) return 0x3c;
    // The memory that holds the SPADs answers at once: ready, and what was asked for.
    if (this.#sense.page === 7 && register === REGISTER.SPAD_STATUS) return 0x01;
    if (this.#sense.page === 7 && register === REGISTER.SPAD_INFO) return SPAD_COUNT_AND_TYPE;
    return this.#registers[this.#at(register)] as number;
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.PAGE) this.#sense.page = value % PAGES;
    else if (this.#sense.page !== 0) this.#registers[this.#at(register)] = value;
    else this.#writeSystem(register, value);
  }

  #writeSystem(register: number, value: number): void {
    switch (register) {
      case REGISTER.SYSRANGE_START:
        this.#start(value);
        return;
      case REGISTER.SYSTEM_INTERRUPT_CLEAR:
        if ((value & 1) !== 0) this.#setInterrupt(0);
        return;
      case REGISTER.I2C_SLAVE_DEVICE_ADDRESS:
        this.#setAddress(value & 0x7f);
        return;
      case REGISTER.SOFT_RESET:
        // Held in reset by a 0, released by a 1.
        if (value === 0) this.reset();
        this.#registers[register] = value;
        return;
      case REGISTER.RESULT_INTERRUPT_STATUS:
        return;
      default:
        this.#registers[register] = value;
    }
    if (register === REGISTER.GPIO_HV_MUX_ACTIVE_HIGH) this.#drive();
  }

  #at(register: number): number {
    return this.#sense.page * 0x100 + register;
  }

  /** START_STOP begins a single measurement, or ends a continuous one; it clears itself. */
  #start(value: number): void {
    const sense = this.#sense;
    const continuous = value & (SYSRANGE.BACK_TO_BACK | SYSRANGE.TIMED);
    const wasContinuous = sense.mode !== 0;
    sense.mode = continuous;
    this.#registers[REGISTER.SYSRANGE_START] = value & ~SYSRANGE.START_STOP;
    if (continuous !== 0) this.#ranging.restart();
    else if (!wasContinuous && (value & SYSRANGE.START_STOP) !== 0) {
      sense.readyAt = this.#clock.now() + MEASUREMENT_NS;
      if (this.#interrupt.watched) this.#clock.after(MEASUREMENT_NS, () => this.begin());
    }
  }

  /** Back to back, or every so many ms (the period register counts a 4 MHz / 4 oscillator). */
  #period(): number {
    if (this.#sense.mode === 0) return 0;
    if (this.#sense.mode === SYSRANGE.BACK_TO_BACK) return MEASUREMENT_NS;
    const word = (at: number) => ((this.#registers[at] as number) << 8) | (this.#registers[at + 1] as number);
    const ticks =
      word(REGISTER.SYSTEM_INTERMEASUREMENT_PERIOD) * 0x10000 +
      word(REGISTER.SYSTEM_INTERMEASUREMENT_PERIOD + 2);
    return Math.max(MEASUREMENT_NS, (ticks / Math.max(1, word(REGISTER.OSC_CALIBRATE_VAL))) * MS);
  }

  #measure(): void {
    const { distance } = this.#sense;
    const seen = distance <= FARTHEST_MM;
    const mm = seen ? clamp(Math.round(distance), 0, FARTHEST_MM) : NO_TARGET_MM;
    this.#registers[REGISTER.RESULT_RANGE_STATUS] = seen ? RANGE_VALID : RANGE_NO_TARGET;
    this.#registers[REGISTER.RESULT_RANGE_MM] = mm >> 8;
    this.#registers[REGISTER.RESULT_RANGE_MM + 1] = mm;
    this.#setInterrupt(INTERRUPT_NEW_SAMPLE);
  }

  #setInterrupt(status: number): void {
    this.#registers[REGISTER.RESULT_INTERRUPT_STATUS] = status;
    this.#drive();
  }

  #setAddress(address: number): void {
    this.#registers[REGISTER.I2C_SLAVE_DEVICE_ADDRESS] = address;
    this.#addresses = [address];
    this.#readdress();
  }

  #drive(): void {
    const activeHigh = ((this.#registers[REGISTER.GPIO_HV_MUX_ACTIVE_HIGH] as number) & 0x10) !== 0;
    this.#interrupt.set((this.#registers[REGISTER.RESULT_INTERRUPT_STATUS] !== 0) === activeHigh);
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['st,vl53l0x'],
    bus: 'i2c',
    title: 'VL53L0X distance sensor',
    registers: REGISTER,
    properties: [
      { name: 'distance', kind: 'number', unit: 'mm', range: [0, 10_000], doc: 'distance of the target' },
    ],
    create: (node, context) => {
      return new I2cByteRegisters(new Vl53l0x(i2cAddress(node), context), i2cAddress(node));
    },
  },
];
