import type { PlacedFault } from '../../faults/index.ts';
import { declarationOf, type PartRegistry, type PropertyDeclaration } from '../../sim/index.ts';

const SECOND = 1e9;

/** What a part senses, without and with its faults. */
interface Sensed {
  readonly path: string;
  readonly property: PropertyDeclaration;
  readonly faults: Set<PlacedFault>;
  /** What it would sense. */
  base: number;
  /** What it was last let sense; another value was set by somebody else. */
  last: number;
}

/** Faults of sensors: what the simulated parts of a board sense is changed when they are addressed. */
export class SensedFaults {
  readonly #parts: PartRegistry;
  readonly #sensed = new Map<string, Sensed>();
  /** What each sensor that is stuck felt first. */
  readonly #stuckAt = new Map<PlacedFault, number>();

  constructor(parts: PartRegistry) {
    this.#parts = parts;
  }

  /** @throws {Error} the part senses no such thing */
  add(fault: PlacedFault, target: string): void {
    const path = fault.site.part;
    if (path === undefined)
      throw new Error(`${target} is not simulated: it senses nothing that a fault could change`);
    const property = this.#propertyOf(path, fault, target);
    const key = `${path} ${property.name}`;
    const value = this.#parts.get(path, property.name) as number;
    const sensed = this.#sensed.get(key) ?? { path, property, faults: new Set(), base: value, last: value };
    sensed.faults.add(fault);
    this.#sensed.set(key, sensed);
  }

  /** What the part senses is what it would be again. */
  remove(fault: PlacedFault): void {
    for (const [key, sensed] of this.#sensed) {
      if (!sensed.faults.delete(fault)) continue;
      this.#set(sensed, this.#base(sensed));
      if (sensed.faults.size === 0) this.#sensed.delete(key);
    }
    this.#stuckAt.delete(fault);
  }

  /** A fault strikes: the part is addressed. */
  sense(fault: PlacedFault, nowNs: number): void {
    for (const sensed of this.#sensed.values()) {
      if (!sensed.faults.has(fault)) continue;
      const base = this.#base(sensed);
      let value = base;
      for (const each of sensed.faults) if (each.fired > 0) value = this.#changed(each, value, nowNs);
      this.#set(sensed, value);
    }
  }

  #base(sensed: Sensed): number {
    const now = this.#parts.get(sensed.path, sensed.property.name) as number;
    if (now !== sensed.last) sensed.base = now;
    return sensed.base;
  }

  #set(sensed: Sensed, value: number): void {
    const { path, property } = sensed;
    const [least, greatest] = property.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const possible = Math.min(greatest, Math.max(least, value));
    this.#parts.set(path, property.name, property.kind === 'integer' ? Math.round(possible) : possible);
    sensed.last = this.#parts.get(path, property.name) as number;
  }

  #changed(fault: PlacedFault, value: number, nowNs: number): number {
    const { options } = fault;
    switch (fault.kind) {
      case 'stuck': {
        const at = options.value ?? this.#stuckAt.get(fault) ?? value;
        this.#stuckAt.set(fault, at);
        return at;
      }
      case 'drift':
        return value + ((options.perSecond ?? 0) * fault.sinceNs(nowNs)) / SECOND;
      case 'noise':
        return value + (2 * fault.random.next() - 1) * (options.amplitude ?? 0);
      case 'offset':
        return value + (options.by ?? 0);
      default:
        return Math.min(options.max ?? value, Math.max(options.min ?? value, value));
    }
  }

  /** @throws {Error} {PartError} */
  #propertyOf(path: string, { options }: PlacedFault, target: string): PropertyDeclaration {
    const { properties } = this.#parts.at(path).model;
    const isNumber = ({ kind, readOnly }: PropertyDeclaration) =>
      readOnly !== true && (kind === 'number' || kind === 'integer');
    if (options.property === undefined) {
      const first = properties.find(isNumber);
      if (first === undefined) throw new Error(`${target} senses no number that a fault could change`);
      return first;
    }
    const declared = declarationOf(path, properties, options.property);
    if (!isNumber(declared))
      throw new Error(`invalid property ${declared.name} of ${target}: expected a number that it senses`);
    return declared;
  }
}
