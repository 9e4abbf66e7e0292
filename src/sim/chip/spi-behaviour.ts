import type { SpiBehaviour } from '../../parts/index.ts';
import type { Line } from '../kit/line.ts';
import type { SpiPart } from '../wire/part.ts';
import type { ChipPlace } from './chip.ts';
import type { SheetChip } from './sheet-chip.ts';

/** A part that takes the bytes of SPI as they come. */
export class SpiBehaviourPart implements SpiPart {
  readonly spiModes: number;
  readonly maxSpeedHz: number;
  readonly idleClocks: boolean;
  readonly #place: ChipPlace<SheetChip>;
  readonly #behaviourOf: (chip: SheetChip) => SpiBehaviour;
  /** Missing until somebody selects the part. */
  #spi: SpiBehaviour | undefined;

  /** @throws {Error} of `behaviourOf`: the model has none */
  constructor(place: ChipPlace<SheetChip>, behaviourOf: (chip: SheetChip) => SpiBehaviour) {
    const { modes = 0b1111, maxSpeedHz = 0, idleClocks = false } = place.chip.compiled.sheet.bus.spi ?? {};
    this.#place = place;
    this.spiModes = modes;
    this.maxSpeedHz = maxSpeedHz;
    this.idleClocks = idleClocks;
    this.#behaviourOf = behaviourOf;
    behaviourOf(place.chip);
  }

  get subject(): SheetChip {
    return this.#place.chip;
  }

  get state(): object {
    return this.subject.state;
  }

  get lines(): readonly Line[] {
    return this.subject.lines;
  }

  get takesRuns(): boolean {
    return this.subject.takesRuns;
  }

  reset(): void {
    this.#behaviour.select?.(0);
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored();
  }

  close(): void {
    this.#place.close?.();
  }

  select(mode: number): void {
    this.subject.begin(false);
    this.#behaviour.select?.(mode);
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void {
    this.#behaviour.transfer(tx, rx, length, lines);
  }

  deselect(): void {
    this.#behaviour.deselect?.();
    this.subject.end();
  }

  get #behaviour(): SpiBehaviour {
    this.#spi ??= this.#behaviourOf(this.subject);
    return this.#spi;
  }
}

/** What a model does on SPI by itself. @throws {Error} nothing */
export function spiBehaviourOf({ behaviour, compiled }: SheetChip): SpiBehaviour {
  if (behaviour.spi === undefined)
    throw new Error(`the model of ${compiled.sheet.title} has no spi behaviour`);
  return behaviour.spi;
}
