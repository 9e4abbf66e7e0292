import type { SpiWireFaults } from '../bus/index.ts';
import type { PlacedFault } from './placed.ts';
import { type Sensing, Strikes } from './strikes.ts';

/** The faults of one SPI bus, at its wire. */
export class SpiFaults implements SpiWireFaults {
  readonly #placed: ReadonlySet<PlacedFault>;
  readonly #strikes: Strikes;
  #chipSelect = 0;
  /** Which byte since the chip was selected is next: of what is sent, and of what comes in. */
  #sentByte = 0;
  #byte = 0;
  /** The first byte that was sent. */
  #register = -1;
  /** What comes in is a bit late: the bit that is over from the byte before. */
  #over: number | undefined;

  constructor(bus: { nowNs(): number; readonly sense: Sensing }, placed: ReadonlySet<PlacedFault>) {
    this.#placed = placed;
    this.#strikes = new Strikes(bus);
  }

  get struck(): readonly string[] {
    return this.#strikes.texts;
  }

  clear(): void {
    this.#strikes.clear();
  }

  select(chipSelect: number): boolean {
    this.#chipSelect = chipSelect;
    this.#byte = 0;
    this.#sentByte = 0;
    this.#register = -1;
    this.#over = undefined;
    let isHeard = true;
    for (const fault of this.#here()) {
      if (fault.kind === 'absent' && this.#by(fault, 'select')) isHeard = false;
      this.#strikes.sense(fault, `chip select ${chipSelect}, select`);
    }
    return isHeard;
  }

  glitches(): boolean {
    let isGlitch = false;
    for (const fault of this.#here())
      if (fault.kind === 'cs' && this.#isAt(fault, this.#byte) && this.#by(fault, `byte ${this.#byte}`))
        isGlitch = true;
    return isGlitch;
  }

  sent(byte: number): number {
    const index = this.#sentByte++;
    if (index === 0) this.#register = byte;
    let arrives = byte;
    // Where nothing is said, noise is on what comes in.
    for (const fault of this.#here())
      if (fault.kind === 'flip' && fault.options.direction === 'write' && this.#flips(fault, index))
        arrives ^= 1 << (fault.options.bit ?? 0);
    return arrives;
  }

  received(byte: number): number {
    const index = this.#byte++;
    let arrives = byte;
    for (const fault of this.#here()) {
      const { kind, options } = fault;
      const { level, bit = 0, direction, value = 0 } = options;
      if (kind === 'miso' && this.#by(fault, 'receive')) arrives = level === 1 ? 0xff : 0;
      if (kind === 'flip' && direction !== 'write' && this.#flips(fault, index)) arrives ^= 1 << bit;
      // Behind the byte that named the register.
      if (
        kind === 'id' &&
        this.#isRegister(fault) &&
        index === 1 + idByte(fault) &&
        this.#by(fault, `byte ${index}`)
      )
        arrives = value;
      if (
        kind === 'shift' &&
        this.#over === undefined &&
        this.#isAt(fault, index) &&
        this.#by(fault, `byte ${index}`)
      )
        this.#over = 1;
    }
    return this.#late(arrives);
  }

  #late(byte: number): number {
    if (this.#over === undefined) return byte;
    const late = (this.#over << 7) | (byte >> 1);
    this.#over = byte & 1;
    return late;
  }

  #flips(fault: PlacedFault, index: number): boolean {
    return this.#isRegister(fault) && this.#isAt(fault, index) && this.#by(fault, `byte ${index}`);
  }

  #isRegister({ options: { register } }: PlacedFault): boolean {
    return register === undefined || register === this.#register;
  }

  #isAt({ options: { byte = 0 } }: PlacedFault, index: number): boolean {
    return byte === 'any' || byte === index;
  }

  #here(): PlacedFault[] {
    return [...this.#placed].filter((fault) => fault.isOn(this.#chipSelect));
  }

  #by(fault: PlacedFault, what: string): boolean {
    return this.#strikes.by(fault, `chip select ${this.#chipSelect}, ${what}`);
  }
}

function idByte({ options: { byte } }: PlacedFault): number {
  return typeof byte === 'number' ? byte : 0;
}
