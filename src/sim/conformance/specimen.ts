import type { DeviceNode } from '../../bus/index.ts';
import { SheetChip } from '../chip/sheet-chip.ts';
import { SteppedClock } from '../kit/clock.ts';
import { Catalogue, type PartModel } from '../populate/catalogue.ts';
import { populateI2c, populateSpi } from '../populate/populate.ts';
import { PartRegistry } from '../populate/registry.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart, SpiPart } from '../wire/part.ts';
import type { SpiWire } from '../wire/spi-wire.ts';
import { literalNode, type NodeProperties } from './literal-node.ts';
import { hexText, type Message, type Step } from './traffic.ts';

/** In what runs the bytes of a message come: the lengths of the runs of so many bytes. */
export type Runs = (bytes: number) => readonly number[];

export const WHOLE: Runs = (bytes) => [bytes];
export const SINGLE: Runs = (bytes) => new Array<number>(bytes).fill(1);

/** How a part is put on its bus. */
export interface Place {
  /** Its I2C address, or its chip select. */
  readonly address: number;
  readonly properties: NodeProperties;
  /** A driver's mistakes are told: `dtbus,strict`. */
  readonly strict?: boolean;
}

const PATH = '/bus/part';

/** A part on a bus of its own, where nothing takes time but what is asked for. */
export class Specimen {
  readonly model: PartModel;
  readonly clock = new SteppedClock(Date.UTC(2024, 1, 28, 12), false);
  /** What was told of it since it was made. */
  readonly warnings: string[] = [];
  readonly #address: number;
  readonly #parts = new PartRegistry();
  readonly #i2c: I2cWire | undefined;
  readonly #spi: SpiWire | undefined;

  /** @throws {Error} the part cannot be made of this node */
  constructor(model: PartModel, { address, properties, strict = false }: Place) {
    this.model = model;
    this.#address = address;
    const compatible = model.compatible.slice(0, 1);
    const child = literalNode(PATH, compatible, { reg: address, ...properties });
    const catalogue = new Catalogue();
    catalogue.add(model);
    const { clock, warnings } = this;
    const warn = (sentence: string) => void warnings.push(sentence);
    const options = { catalogue, clock, parts: this.#parts, strict, warn };
    const bus = (): DeviceNode => literalNode('/bus', [], {}, [child]);
    if (model.bus === 'i2c') this.#i2c = populateI2c(bus(), options).wire;
    else this.#spi = populateSpi(bus(), options).wire;
  }

  /** The first SPI mode that it works in. */
  get #mode(): number {
    const { spiModes = 1 } = this.#parts.at(PATH).part as Partial<SpiPart>;
    return [0, 1, 2, 3].find((mode) => (spiModes & (1 << mode)) !== 0) ?? 0;
  }

  /** Addresses that it acknowledges, of 0x08 to 0x77. */
  acknowledged(): readonly number[] {
    const wire = this.#i2c;
    if (wire === undefined) return [];
    return Array.from({ length: 0x70 }, (_, index) => index + 8).filter((address) => {
      const isThere = wire.startTo(address, false);
      wire.stop();
      return isThere;
    });
  }

  /** Addresses that the part says it has, and those that it says it shares with others. */
  get addresses(): { readonly own: readonly number[]; readonly shared: readonly number[] } {
    const { addresses = [], sharedAddresses = [] } = this.#parts.at(PATH).part as Partial<I2cPart>;
    return { own: addresses, shared: sharedAddresses };
  }

  /** The values of its registers, past the bus; undefined where it has none of a data sheet. */
  get registers(): readonly number[] | undefined {
    const { subject } = this.#parts.at(PATH).part;
    return subject instanceof SheetChip ? [...subject.values] : undefined;
  }

  /** Lets a step happen. @returns what came of it, as text */
  do(step: Step, runs: Runs = WHOLE): string {
    const seen = this.#step(step, runs);
    const lines = this.#parts.at(PATH).part.lines ?? [];
    return [seen, ...lines.map(({ name, high }) => `${name} ${high ? 'high' : 'low'}`)].join(', ');
  }

  #step(step: Step, runs: Runs): string {
    if (step.kind === 'transfer')
      return this.#i2c === undefined
        ? this.#exchange(step.messages, runs)
        : this.#transfer(step.messages, runs);
    if (step.kind === 'wait') this.clock.advance(step.ns);
    else this.#parts.set(PATH, step.property, step.value);
    return 'done';
  }

  /** @throws {PartError} */
  set(property: string, value: number | boolean): void {
    this.#parts.set(PATH, property, value);
  }

  get(property: string): unknown {
    return this.#parts.get(PATH, property);
  }

  reset(): void {
    this.#parts.at(PATH).reset();
  }

  /** Takes its power away, or gives it back. */
  power(on: boolean): void {
    this.#parts.hold(PATH, 'a check', !on);
  }

  /** Its pins that do not have the level of a part without power, by its data sheet. */
  get driven(): readonly string[] {
    const { idleLow = [] } = this.model.sheet ?? {};
    const lines = this.#parts.at(PATH).part.lines ?? [];
    return lines.flatMap(({ name, high }) => (high === idleLow.includes(name) ? name : []));
  }

  /** Memory that its model keeps without power. */
  get contents(): readonly unknown[] {
    const { subject } = this.#parts.at(PATH).part;
    return subject instanceof SheetChip ? subject.contents.map(({ bytes }) => bytes.slice()) : [];
  }

  snapshot(): object {
    return this.#parts.snapshot(PATH);
  }

  restore(snapshot: object): void {
    this.#parts.restore(PATH, snapshot);
  }

  #transfer(messages: readonly Message[], runs: Runs): string {
    const wire = this.#i2c as I2cWire;
    const seen: string[] = [];
    for (const { write, read } of messages) {
      if (!wire.startTo(this.#address, read > 0)) {
        seen.push('no acknowledge of the address');
        break;
      }
      if (read > 0) {
        const into = new Uint8Array(read);
        forRuns(into, runs, (run) => void wire.read(run));
        seen.push(hexText(into));
        continue;
      }
      let taken = 0;
      forRuns(write, runs, (run) => {
        const acknowledged = wire.write(run);
        taken += acknowledged;
        return acknowledged === run.length;
      });
      seen.push(`${taken} acknowledged`);
      if (taken < write.length) break;
    }
    wire.stop();
    return seen.join(', ');
  }

  #exchange(messages: readonly Message[], runs: Runs): string {
    const wire = this.#spi as SpiWire;
    const seen: string[] = [];
    wire.select(this.#address, this.#mode);
    for (const { write, read } of messages) {
      const tx = read > 0 ? new Uint8Array(read) : write;
      const rx = new Uint8Array(tx.length);
      let at = 0;
      forRuns(tx, runs, (run) => {
        wire.exchange(run, rx.subarray(at, at + run.length), run.length);
        at += run.length;
      });
      seen.push(hexText(rx));
    }
    wire.deselect();
    return seen.join(', ');
  }
}

/** Calls `each` with one run of `bytes` behind the other, until it returns false. */
function forRuns(bytes: Uint8Array, runs: Runs, each: (run: Uint8Array) => unknown): void {
  let at = 0;
  for (const length of runs(bytes.length)) {
    if (each(bytes.subarray(at, at + length)) === false) return;
    at += length;
  }
}
