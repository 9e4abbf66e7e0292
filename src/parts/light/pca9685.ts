import type { DataSheet, Properties, Registers } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const CHANNELS = 16;
const BYTES_OF_CHANNEL = 4;
const NUMBERS = Array.from({ length: CHANNELS }, (_, channel) => channel);

/** LEDn_ON_L, LEDn_ON_H, LEDn_OFF_L, LEDn_OFF_H of each output: bit 4 of the H registers is fully on, fully off. */
const LED_REGISTERS: Registers = Object.fromEntries(
  NUMBERS.flatMap((channel) => {
    const at = 0x06 + BYTES_OF_CHANNEL * channel;
    return [
      [`LED${channel}_ON_L`, { at }],
      [`LED${channel}_ON_H`, { at: at + 1, fields: { FULL: 4, COUNT: [3, 0] } }],
      [`LED${channel}_OFF_L`, { at: at + 2 }],
      [`LED${channel}_OFF_H`, { at: at + 3, reset: 0x10, fields: { FULL: 4, COUNT: [3, 0] } }],
    ];
  }),
);

const DUTIES: Properties = Object.fromEntries(
  NUMBERS.map((channel) => [`duty${channel}`, { doc: `share of the time that LED${channel} is on` }]),
);

const ADDRESS_FIELDS = { ADDRESS: [7, 1] } as const;

/** Table 4 "Register summary". */
const sheet = {
  compatible: ['nxp,pca9685-pwm', 'nxp,pca9685'],
  title: 'PCA9685 PWM controller, 16 channels',
  source: 'NXP PCA9685, rev. 4',
  notModelled: [
    'the OE pin',
    'an external clock (EXTCLK)',
    'the 500 µs of the oscillator after SLEEP',
    'OCH',
  ],
  node: 'pwm',
  bus: { i2c: { form: 'byte registers', address: 0x40 } },
  registers: {
    MODE1: {
      at: 0x00,
      reset: 0x11,
      fields: {
        RESTART: [7, 'sc'],
        EXTCLK: 6,
        AI: 5,
        SLEEP: 4,
        SUB1: 3,
        SUB2: 2,
        SUB3: 1,
        ALLCALL: 0,
      },
    },
    MODE2: { at: 0x01, reset: 0x04, fields: { INVRT: 4, OCH: 3, OUTDRV: 2, OUTNE: [1, 0] } },
    SUBADR1: { at: 0x02, reset: 0xe2, fields: ADDRESS_FIELDS },
    SUBADR2: { at: 0x03, reset: 0xe4, fields: ADDRESS_FIELDS },
    SUBADR3: { at: 0x04, reset: 0xe8, fields: ADDRESS_FIELDS },
    ALLCALLADR: { at: 0x05, reset: 0xe0, fields: ADDRESS_FIELDS },
    ...LED_REGISTERS,
    ALL_LED: { at: 0xfa, count: BYTES_OF_CHANNEL, access: 'wo' },
    PRE_SCALE: { at: 0xfe, reset: 0x1e },
  },
  shows: { ...DUTIES, frequency: { unit: 'Hz', doc: 'frequency of the outputs' } },
} as const satisfies DataSheet;

const LED0_ON_L = 0x06;
const LED15_OFF_H = 0x45;
const MODE1_RESTART = 0x80;
const MODE1_EXTCLK = 0x40;
const MODE1_SLEEP = 0x10;
const FULL = 0x1000;
const COUNTS = 4096;
const OSCILLATOR_HZ = 25e6;
const LEAST_PRE_SCALE = 3;
/** Software reset: this byte after the general call. */
const SWRST = 0x06;

const model: Model<typeof sheet> = (registers, { peek, poke, reset: powerOn, readdress }) => {
  const { MODE1, SUBADR1, SUBADR2, SUBADR3, ALLCALLADR, PRE_SCALE } = registers;
  let shared: readonly number[] = [];

  /** Share of the time that an output is on; "full off" wins over "full on". */
  function duty(channel: number): number {
    const at = LED0_ON_L + BYTES_OF_CHANNEL * channel;
    const on = peek(at) | (peek(at + 1) << 8);
    const off = peek(at + 2) | (peek(at + 3) << 8);
    if ((off & FULL) !== 0 || MODE1.SLEEP) return 0;
    if ((on & FULL) !== 0) return 1;
    return ((off - on + COUNTS) % COUNTS) / COUNTS;
  }

  function share(): void {
    const wanted = [
      [MODE1.ALLCALL, ALLCALLADR],
      [MODE1.SUB1, SUBADR1],
      [MODE1.SUB2, SUBADR2],
      [MODE1.SUB3, SUBADR3],
    ] as const;
    shared = [0, ...wanted.flatMap(([enabled, register]) => (enabled ? [register.ADDRESS] : []))];
    readdress();
  }

  /** 7.3.1.1: going to sleep while outputs run sets RESTART; writing it as 1 afterwards clears it. */
  function writeMode1(value: number): void {
    const before = MODE1.value;
    const fallsAsleep = (before & MODE1_SLEEP) === 0 && (value & MODE1_SLEEP) !== 0;
    const running = NUMBERS.some((channel) => duty(channel) > 0);
    let restart = (value & MODE1_RESTART) !== 0 ? 0 : before & MODE1_RESTART;
    if (fallsAsleep && running) restart = MODE1_RESTART;
    // EXTCLK is cleared by a reset only.
    MODE1.value = (value & ~MODE1_RESTART) | (before & MODE1_EXTCLK) | restart;
  }

  /** Writes one byte of all outputs. */
  function writeAll(value: number, offset: number): void {
    const kept = (offset & 1) !== 0 ? value & 0x1f : value;
    for (const channel of NUMBERS) poke(LED0_ON_L + BYTES_OF_CHANNEL * channel + offset, kept);
  }

  const properties = {
    get frequency() {
      return OSCILLATOR_HZ / (COUNTS * (PRE_SCALE.value + 1));
    },
  };
  for (const channel of NUMBERS) {
    Object.defineProperty(properties, `duty${channel}`, { get: () => duty(channel) });
  }

  share();
  return {
    properties,
    sharedAddresses: () => shared,
    /** 7.6: this byte alone is acknowledged. */
    generalCall(byte, index) {
      const called = byte === SWRST && index === 0;
      if (called) powerOn();
      return called;
    },
    store: {
      MODE1: writeMode1,
      ALL_LED: writeAll,
      PRE_SCALE(value) {
        // 7.3.5: only while asleep, and not below 3.
        if (MODE1.SLEEP) PRE_SCALE.value = Math.max(LEAST_PRE_SCALE, value);
      },
    },
    afterWrite(register) {
      if (register <= 0x05) share();
    },
    /** 7.3: with AI the pointer goes on, and from LED15_OFF_H back to MODE1. */
    next(register) {
      if (!MODE1.AI) return register;
      return register === LED15_OFF_H ? 0 : (register + 1) & 0xff;
    },
    reset: share,
    restored: share,
  };
};

export const parts = [{ ...sheet, model }];
