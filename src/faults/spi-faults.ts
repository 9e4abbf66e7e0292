import type { SpiWireFaults } from '../bus/index.ts';
import { type FaultyBus, placesIn } from './i2c-faults.ts';
import type { PlacedFault } from './placed.ts';

/** The faults of one SPI bus, at its wire. */
export class SpiFaults implements SpiWireFaults {
  readonly #bus: Pick<FaultyBus, 'nowNs'>;
  readonly #placed: ReadonlySet<PlacedFault>;
  struck: readonly string[] = [];
  #chipSelect = 0;
  /** Which byte since the chip was selected is next. */
  #byte = 0;

  constructor(bus: Pick<FaultyBus, 'nowNs'>, placed: ReadonlySet<PlacedFault>) {
    this.#bus = bus;
    this.#placed = placed;
  }

  begin(): void {
    this.struck = [];
  }

  select(chipSelect: number): boolean {
    this.#chipSelect = chipSelect;
    this.#byte = 0;
    let isHeard = true;
    for (const fault of this.#placed)
      if (fault.kind === 'absent' && fault.isOn(chipSelect) && this.#strikes(fault, 'select'))
        isHeard = false;
    return isHeard;
  }

  received(into: Uint8Array): void {
    const first = this.#byte;
    this.#byte += into.length;
    for (const fault of this.#placed) {
      const { kind, options } = fault;
      if (!fault.isOn(this.#chipSelect) || options.direction === 'write') continue;
      if (kind === 'miso' && this.#strikes(fault, 'receive')) into.fill(options.level === 1 ? 0xff : 0);
      if (kind !== 'flip') continue;
      for (const index of placesIn(fault, first, into.length))
        if (this.#strikes(fault, `byte ${first + index}`))
          into[index] = (into[index] as number) ^ (1 << (options.bit ?? 0));
    }
  }

  #strikes(fault: PlacedFault, what: string): boolean {
    const nowNs = this.#bus.nowNs();
    if (!fault.mayStrike(nowNs)) return false;
    fault.struck(nowNs, `chip select ${this.#chipSelect}, ${what}`);
    this.struck = [...this.struck, fault.text];
    return true;
  }
}
