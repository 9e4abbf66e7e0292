import { wellFormed } from '../bus/index.ts';
import type { Node } from '../devicetree/index.ts';
import { type InGuest, propertiesOf } from './guest-properties.ts';

const FIXED = 'regulator-fixed';
const [MIN, MAX] = ['regulator-min-microvolt', 'regulator-max-microvolt'] as const;
/** What the guest's node has from us, or cannot have twice. */
const OWN = /^(compatible|reg|phandle) /;

/**
 * The regulators that the guest's nodes are supplied by. A fixed one is as on the board. One of another kind that has
 * one voltage becomes a fixed one: its own driver may not be in the guest's kernel, and Linux would then wait for it
 * for ever. One whose voltage can be changed is left out; Linux gives its consumers a dummy.
 */
export class Supplies {
  readonly #labels = new Map<Node, string>();
  /** Regulators of the board without one voltage, each once. */
  readonly leftOut = new Set<Node>();

  /** The label of the guest's regulator for a `-supply` property; undefined where the guest has none. */
  labelOf(consumer: Node, property: string): string | undefined {
    const regulator = wellFormed(() => consumer.target(property));
    if (regulator === undefined) return undefined;
    if (!isFixed(regulator) && oneVoltage(regulator) === undefined) {
      this.leftOut.add(regulator);
      return undefined;
    }
    const known = this.#labels.get(regulator);
    if (known !== undefined) return known;
    const label = `supply${this.#labels.size}`;
    this.#labels.set(regulator, label);
    return label;
  }

  /** Paths on the board by paths in the guest, of the regulators that were asked for. */
  places(): [string, string][] {
    return [...this.#labels].map(([regulator, label]) => [`/${label}`, regulator.path]);
  }

  /** The regulators that were asked for, and what supplies these, as source. */
  source(guest: InGuest): string[] {
    const sources: string[] = [];
    // What a regulator is supplied by is asked for on the way, and comes at the end of the map.
    for (const [regulator, label] of this.#labels) {
      const properties = isFixed(regulator)
        ? propertiesOf(regulator, guest).filter((property) => !OWN.test(property))
        : fixedLike(regulator);
      sources.push(`${label}: ${label} { compatible = "${FIXED}"; ${properties.join('\n')} };`);
    }
    return sources;
  }
}

function isFixed(regulator: Node): boolean {
  return regulator.compatible.includes(FIXED);
}

/** In microvolts; undefined where there are several, or none is known. */
function oneVoltage(regulator: Node): number | undefined {
  const [min, max] = [MIN, MAX].map((property) => wellFormed(() => regulator.u32(property)));
  return min === max ? min : undefined;
}

function fixedLike(regulator: Node): string[] {
  const voltage = oneVoltage(regulator);
  const name = wellFormed(() => regulator.string('regulator-name')) ?? regulator.name;
  return [`regulator-name = ${JSON.stringify(name)};`, `${MIN} = <${voltage}>;`, `${MAX} = <${voltage}>;`];
}
