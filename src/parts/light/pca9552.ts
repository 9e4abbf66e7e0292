import type { DataSheet, Properties } from '../data-sheet.ts';
import { pinProperties } from '../gpio/expander.ts';
import type { Model, Part } from '../model.ts';

/** NXP data sheets PCA9550 to PCA9553. */
const ROWS = [
  { name: 'pca9550', pins: 2 },
  { name: 'pca9551', pins: 8 },
  { name: 'pca9552', pins: 16 },
  { name: 'pca9553', pins: 4 },
] as const;

type Row = (typeof ROWS)[number];

/** Two bits of LS for each output. */
const LS = { ON: 0, OFF: 1, BLINK0: 2 } as const;
/** Bit of the control register without which a burst stays on its register. */
const AUTO_INCREMENT = 0x10;

/** Share of the time that each LED is lit. */
function ledProperties(pins: number): Properties {
  const numbers = Array.from({ length: pins }, (_, pin) => pin);
  return Object.fromEntries(
    numbers.map((pin) => [`led${pin}`, { doc: `share of the time that LED${pin} is lit` }]),
  );
}

/** "Control register definition": INPUT, PSC0, PWM0, PSC1, PWM1, LS. */
const sheetOf = ({ name, pins }: Row) => {
  const inputs = Math.ceil(pins / 8);
  const { senses, shows } = pinProperties(pins);
  return {
    compatible: [`nxp,${name}`],
    title: `${name.toUpperCase()} LED blinker, ${pins} outputs`,
    source: `NXP ${name.toUpperCase()}`,
    notModelled: ['the phase of blinking: a blinking output counts as let go'],
    node: 'led-controller',
    bus: { i2c: { form: 'byte registers', address: 0x60, pointer: 0x0f } },
    registers: {
      INPUT: { at: 0, count: inputs, access: 'ro' },
      PSC0: { at: inputs, reset: 0xff },
      PWM0: { at: inputs + 1, reset: 0x80 },
      PSC1: { at: inputs + 2, reset: 0xff },
      PWM1: { at: inputs + 3, reset: 0x80 },
      LS: { at: inputs + 4, count: Math.ceil(pins / 4), reset: 0x55 },
    },
    senses,
    shows: { ...shows, ...ledProperties(pins) },
  } as const satisfies DataSheet;
};

const modelOf =
  ({ pins }: Row): Model<ReturnType<typeof sheetOf>> =>
  ({ PWM0, PWM1, LS: selectors }, { sense, keep }) => {
    const last = Math.ceil(pins / 8) + 3 + Math.ceil(pins / 4);
    const bus = keep({ autoIncrement: false });
    const select = (pin: number) => (selectors.get(pin >> 2) >> (2 * (pin & 3))) & 3;

    /** An output that is on pulls its pin down; a blinking one counts as let go. */
    function levels(): number {
      let all = sense['inputs'] as number;
      for (let pin = 0; pin < pins; pin++) if (select(pin) === LS.ON) all &= ~(1 << pin);
      return all;
    }

    /** (256 - PWM) / 256 while it blinks. */
    function lit(pin: number): number {
      const selected = select(pin);
      if (selected === LS.ON) return 1;
      if (selected === LS.OFF) return 0;
      return (256 - (selected === LS.BLINK0 ? PWM0 : PWM1).value) / 256;
    }

    const properties = {
      get pins() {
        return levels();
      },
      /** A pin that is off is let go: it may be an input. */
      get outputs() {
        let all = 0;
        for (let pin = 0; pin < pins; pin++) if (select(pin) !== LS.OFF) all |= 1 << pin;
        return all;
      },
    };
    for (let pin = 0; pin < pins; pin++)
      Object.defineProperty(properties, `led${pin}`, { get: () => lit(pin) });
    return {
      properties,
      onRead: { INPUT: (index) => (levels() >> (8 * index)) & 0xff },
      pointer(byte) {
        bus.autoIncrement = (byte & AUTO_INCREMENT) !== 0;
        return byte & 0x0f;
      },
      next(register) {
        if (!bus.autoIncrement) return register;
        return register >= last ? 0 : register + 1;
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
