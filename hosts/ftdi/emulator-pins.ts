import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import { I2cLines } from './i2c-lines.ts';
import { CHIP_SELECTS_MAX, DATA, FIRST_CHIP_SELECT, PIN } from './protocol.ts';

/** What the pins of a channel are wired to. SDA is on data out and data in; chip selects are from AD3 on. */
export interface FtdiBuses {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  /** How many chip selects have something on them; default 1. */
  readonly chipSelects?: number;
  /** The channel that all this is on; default 0, which is A. */
  readonly channel?: number;
  /** What the pins that no bus uses are wired to. */
  readonly pins?: EmulatedPins | undefined;
}

const ALL = 0xffff;
const BUS_PINS = PIN.CLOCK | PIN.OUT | PIN.IN;

/** The sixteen pins of a channel. What nobody drives is pulled up. */
export class EmulatorPins {
  readonly lines: I2cLines | undefined;
  readonly #buses: FtdiBuses;
  readonly #others: EmulatedPins;
  #value = 0;
  #direction = 0;
  #openDrain = 0;
  #selected: number | undefined;
  /** The chip knows of it: the mode shows with the first clock. */
  #told = false;
  #hz = 0;

  constructor(buses: FtdiBuses) {
    this.#buses = buses;
    this.#others = buses.pins ?? new EmulatedPins();
    this.lines = buses.i2c && new I2cLines(buses.i2c);
  }

  /** As after power-on: nothing is driven. */
  reset(): void {
    this.#openDrain = 0;
    this.set(0, 0, ALL);
  }

  /** Clock of data, in Hz; on I2C it is `i2cHz`. */
  setClock(hz: number, i2cHz: number): void {
    this.#hz = hz;
    if (this.#buses.i2c !== undefined) this.#buses.i2c.clockHz = i2cHz;
  }

  setOpenDrain(mask: number): void {
    this.#openDrain = mask;
    this.#apply();
  }

  /** Levels and directions of the pins in `mask`. */
  set(value: number, direction: number, mask: number): void {
    this.#value = (this.#value & ~mask) | (value & mask);
    this.#direction = (this.#direction & ~mask) | (direction & mask);
    this.#apply();
  }

  /** The level of the clock pin, as it was set last. */
  get clock(): boolean {
    return (this.#value & PIN.CLOCK) !== 0;
  }

  set clock(high: boolean) {
    this.set(high ? PIN.CLOCK : 0, this.#direction, PIN.CLOCK);
  }

  get dataOut(): boolean {
    return (this.#value & PIN.OUT) !== 0;
  }

  set dataOut(high: boolean) {
    this.set(high ? PIN.OUT : 0, this.#direction, PIN.OUT);
  }

  get isSelected(): boolean {
    return this.#selected !== undefined;
  }

  /** Levels of all pins. */
  read(): number {
    let levels = (this.#levels() & BUS_PINS) | (this.#others.levels & ~BUS_PINS);
    if (!this.isSelected && this.lines?.sda === false) levels &= ~(PIN.OUT | PIN.IN);
    if (!this.isSelected && this.lines?.isSclHeld === true) levels &= ~PIN.CLOCK;
    return levels;
  }

  /** Moves whole bytes on the SPI bus; `command` says at which edges. */
  exchange(command: number, tx: Uint8Array | undefined, length: number): Uint8Array {
    const received = new Uint8Array(length).fill(0xff);
    if (!this.#told) this.#buses.spi?.select(this.#selected as number, modeOf(command, this.clock), this.#hz);
    this.#told = true;
    const sent = tx ?? new Uint8Array(length).fill(this.dataOut ? 0xff : 0);
    this.#buses.spi?.exchange(sent, received, length);
    return received;
  }

  /** What each pin is driven to, or pulled. */
  #levels(): number {
    const driven = this.#direction & ~(this.#openDrain & this.#value);
    return (this.#value & driven) | (ALL & ~driven);
  }

  #apply(): void {
    const levels = this.#levels();
    this.#others.drive(this.#value, this.#direction & ~(this.#openDrain & this.#value));
    const selected = this.#selectedBy(levels);
    if (selected !== this.#selected) {
      if (this.#told) this.#buses.spi?.deselect();
      this.#told = false;
      this.#selected = selected;
    }
    const scl = (levels & PIN.CLOCK) !== 0;
    const sda = (levels & (PIN.OUT | PIN.IN)) === (PIN.OUT | PIN.IN);
    // While a chip is selected, what happens is meant for it.
    if (selected !== undefined) this.lines?.ignore(scl, sda);
    else this.lines?.set(scl, sda);
  }

  #selectedBy(levels: number): number | undefined {
    const count = Math.min(this.#buses.chipSelects ?? 1, CHIP_SELECTS_MAX);
    for (let chip = 0; this.#buses.spi !== undefined && chip < count; chip++)
      if ((levels & (1 << (FIRST_CHIP_SELECT + chip))) === 0) return chip;
    return undefined;
  }
}

/** The SPI mode that a command makes with the clock idle at a level. */
function modeOf(command: number, idlesHigh: boolean): number {
  const falling =
    (command & DATA.WRITE) !== 0 ? command & DATA.WRITE_FALLING : !(command & DATA.READ_FALLING);
  // Data leave at the edge that ends a clock pulse, or at the one that begins it (CPHA).
  const endsFalling = !idlesHigh;
  return (idlesHigh ? 2 : 0) | (Boolean(falling) === endsFalling ? 0 : 1);
}
