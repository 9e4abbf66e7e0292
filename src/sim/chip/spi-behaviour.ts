import type { SpiBehaviour } from '../../parts/index.ts';
import type { Line } from '../kit/line.ts';
import type { SpiPart } from '../wire/part.ts';
import type { SheetChip } from './sheet-chip.ts';

/** A part that takes the bytes of SPI as they come. */
export class SpiBehaviourPart implements SpiPart {
  readonly subject: SheetChip;
  readonly spiModes: number;
  readonly maxSpeedHz: number;
  readonly idleClocks: boolean;
  readonly #spi: SpiBehaviour;

  constructor(chip: SheetChip, spi: SpiBehaviour | undefined = chip.behaviour.spi) {
    if (spi === undefined) throw new Error(`the model of ${chip.compiled.sheet.title} has no spi behaviour`);
    const { modes = 0b1111, maxSpeedHz = 0, idleClocks = false } = chip.compiled.sheet.bus.spi ?? {};
    this.subject = chip;
    this.spiModes = modes;
    this.maxSpeedHz = maxSpeedHz;
    this.idleClocks = idleClocks;
    this.#spi = spi;
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
    this.#spi.select?.(0);
    this.subject.reset();
  }

  restored(): void {
    this.subject.restored();
  }

  close(): void {
    this.subject.close();
  }

  select(mode: number): void {
    this.subject.begin(false);
    this.#spi.select?.(mode);
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void {
    this.#spi.transfer(tx, rx, length, lines);
  }

  deselect(): void {
    this.#spi.deselect?.();
    this.subject.end();
  }
}
