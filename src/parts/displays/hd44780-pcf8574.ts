import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Model } from '../model.ts';
import { Hd44780 } from './hd44780.ts';

const sheet = {
  compatible: ['dtbus,hd44780-pcf8574'],
  title: 'HD44780 character display on a PCF8574',
  source: 'Hitachi ADE-207-272',
  notModelled: [
    'the time that instructions take: it is never busy',
    'backpacks with other wiring',
    'custom characters are dots',
  ],
  node: 'display',
  nodeProperties: {
    'display-width-chars': { type: 'u32', doc: 'characters of a line: 1 to 40, usually 16' },
    'display-height-chars': { type: 'u32', doc: 'lines: 1 to 4, usually 2' },
  },
  bus: { i2c: { form: 'other', address: 0x27 } },
  shows: {
    text: { kind: 'text', doc: 'what stands on the display' },
    backlight: { kind: 'flag', doc: 'whether the backlight is on' },
  },
} as const satisfies DataSheet;

/** The usual backpack: how the pins of the PCF8574 lead to the display. */
const PIN = { RS: 0x01, RW: 0x02, E: 0x04, BACKLIGHT: 0x08, DATA: 0xf0 } as const;

/**
 * DB3 to DB0 are not connected, and pulled up in the chip (HD44780U data sheet, electrical characteristics): before
 * the bus is narrow, the one half 2h is the instruction 2Fh, two lines, on which some drivers live.
 */
const OPEN_LINES = 0x0f;

/** A character display behind a PCF8574, driven over four data lines. */
class LcdPcf8574 {
  readonly #display = new Hd44780();
  readonly #columns: number;
  readonly #rows: number;
  /** `high` is the first half of a byte; -1 = none yet. `wide`: eight data lines, of which four are there. */
  readonly #bus = { pins: 0xff, wide: true, high: -1, sending: 0, sendingLow: false };

  constructor(kit: Kit<typeof sheet>) {
    this.#columns = characters(kit, 'display-width-chars', 40, 16);
    this.#rows = characters(kit, 'display-height-chars', 4, 2);
    kit.keep(this.#display.state);
    kit.keep(this.#bus);
  }

  /** What stands on the display, a line each. */
  get text(): string {
    return this.#display.text(this.#columns, this.#rows);
  }

  get backlight(): boolean {
    return (this.#bus.pins & PIN.BACKLIGHT) !== 0;
  }

  reset(): void {
    this.#display.reset();
    Object.assign(this.#bus, { pins: 0xff, wide: true, high: -1, sendingLow: false });
  }

  write(data: Uint8Array): number {
    for (const byte of data) this.#setPins(byte);
    return data.length;
  }

  read(into: Uint8Array): void {
    into.fill(this.#levels());
  }

  #setPins(pins: number): void {
    const rises = (this.#bus.pins & PIN.E) === 0 && (pins & PIN.E) !== 0;
    const falls = (this.#bus.pins & PIN.E) !== 0 && (pins & PIN.E) === 0;
    const before = this.#bus.pins;
    this.#bus.pins = pins;
    if (rises && (pins & PIN.RW) !== 0) this.#beginRead(pins);
    if (falls && (before & PIN.RW) === 0) this.#latch(before);
    else if (falls && !this.#bus.wide) this.#bus.sendingLow = !this.#bus.sendingLow;
  }

  /** The falling edge of E takes what the data lines say. */
  #latch(pins: number): void {
    const bus = this.#bus;
    const half = pins & PIN.DATA;
    if (bus.wide) this.#execute(pins, half | OPEN_LINES);
    else if (bus.high < 0) bus.high = half;
    else {
      const byte = bus.high | (half >> 4);
      bus.high = -1;
      this.#execute(pins, byte);
    }
  }

  #execute(pins: number, byte: number): void {
    if ((pins & PIN.RS) !== 0) this.#display.writeData(byte);
    else {
      // Function set also says how wide the bus is.
      if ((byte & 0xe0) === 0x20) this.#bus.wide = (byte & 0x10) !== 0;
      this.#display.instruction(byte);
    }
  }

  #beginRead(pins: number): void {
    if (this.#bus.sendingLow) return;
    this.#bus.sending = (pins & PIN.RS) !== 0 ? this.#display.readData() : this.#display.status();
  }

  /** While E is high and R/W says read, the display drives the data lines that the expander lets go. */
  #levels(): number {
    const { pins, sending, sendingLow } = this.#bus;
    if ((pins & PIN.E) === 0 || (pins & PIN.RW) === 0) return pins;
    const half = sendingLow ? (sending << 4) & PIN.DATA : sending & PIN.DATA;
    return (pins & ~PIN.DATA) | (pins & half);
  }
}

function characters(
  { node, fault }: Kit<typeof sheet>,
  property: string,
  most: number,
  usual: number,
): number {
  const count = node.u32(property) ?? usual;
  if (count >= 1 && count <= most) return count;
  throw fault(property, `invalid count ${count}: expected 1 to ${most}`);
}

const model: Model<typeof sheet> = (_registers, kit) => {
  const display = new LcdPcf8574(kit);
  return { properties: display, i2c: display, reset: () => display.reset() };
};

export const parts = [{ ...sheet, model }];
