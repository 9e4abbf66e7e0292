import { isUint8Array } from 'node:util/types';
import { didYouMean, oneLine, shown } from '../../input/index.ts';
import type { PropertyValue } from '../../parts/index.ts';

/** What is said of a part whose model threw, or did not come back. */
export const PART_DISABLED = 'part disabled until reset';

/**
 * A property of a part that a test or a script may read and set: what it senses (`temperature`), what it
 * shows (`picture`), how it behaves (`writeTime`). The part has an ordinary field or accessor of that name.
 */
export interface PropertyDeclaration {
  readonly name: string;
  readonly kind: 'number' | 'integer' | 'flag' | 'text' | 'bytes';
  /** Unit of a number, as it is written: `°C`, `V`, `ms`. */
  readonly unit?: string;
  /** Least and greatest value of a number: what the part can sense, by its data sheet. */
  readonly range?: readonly [number, number];
  /** True for what can only be looked at. */
  readonly readOnly?: boolean;
  /** One sentence fragment: `what the sensor feels`. */
  readonly doc: string;
}

/** What every part has, beyond what its model declares. */
export const POWERED: PropertyDeclaration = {
  name: 'powered',
  kind: 'flag',
  doc: 'whether it has power; without, it does not answer, and forgets what its data sheet says',
};

/** A request about a part's property that makes no sense: no such part, no such property, a bad value. */
export class PartError extends Error {
  override readonly name = 'PartError';
  /** The message without the part's path, for where that stands already. */
  readonly sentence: string;

  constructor(message: string, sentence = message, options?: ErrorOptions) {
    super(oneLine(message), options);
    this.sentence = sentence;
  }
}

/** The declaration of a property of the part at `path`. @throws {PartError} naming those that it has */
export function declarationOf(
  path: string,
  properties: readonly PropertyDeclaration[],
  name: string,
): PropertyDeclaration {
  const found =
    properties.find((property) => property.name === name) ?? (name === POWERED.name ? POWERED : undefined);
  if (found === undefined) throw notFound(path, properties, name);
  return found;
}

/** The error for a property that the part at `path` does not have. */
export function notFound(path: string, properties: readonly PropertyDeclaration[], name: string): PartError {
  const known = properties.map((property) => property.name);
  const near = didYouMean(name, known);
  const others = `it has: ${known.join(', ') || 'none'}${near === undefined ? '' : ` (did you mean ${near})`}`;
  return new PartError(`not found: ${name} of ${path}; ${others}`, `not found: ${name}; ${others}`);
}

/**
 * Whether the property of the part at `path` can become `value`.
 * @throws {PartError} it can only be read, or the value is of another kind, or out of range
 */
export function checkProperty(
  path: string,
  declared: PropertyDeclaration,
  value: unknown,
): asserts value is PropertyValue {
  const { name, readOnly } = declared;
  const refuse = (sentence: string) => new PartError(`${path}: ${sentence}`, sentence);
  if (readOnly) throw refuse(`${name} can only be read`);
  if (isValue(declared, value)) return;
  throw refuse(`invalid ${name}: expected ${expectationOf(declared)}, got ${shown(value)}`);
}

/** Whether a value is of the kind of a property, and in its range. */
export function isValue(
  { kind, range }: Pick<PropertyDeclaration, 'kind' | 'range'>,
  value: unknown,
): boolean {
  const inRange = () => range === undefined || (Number(value) >= range[0] && Number(value) <= range[1]);
  return isOfKind(kind, value) && inRange();
}

function isOfKind(kind: PropertyDeclaration['kind'], value: unknown): boolean {
  switch (kind) {
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'bytes':
      return isUint8Array(value);
  }
}

/** What `isValue` accepts, for an error: `-55 to 150 °C`. */
export function expectationOf({
  kind,
  unit,
  range,
}: Pick<PropertyDeclaration, 'kind' | 'unit' | 'range'>): string {
  switch (kind) {
    case 'number':
    case 'integer': {
      const what = kind === 'number' ? 'a number' : 'an integer';
      if (range === undefined) return unit === undefined ? what : `${what} in ${unit}`;
      const within = `${range[0]} to ${range[1]}${unit === undefined ? '' : ` ${unit}`}`;
      return kind === 'number' ? within : `${what} from ${within}`;
    }
    case 'flag':
      return 'true or false';
    case 'text':
      return 'text';
    case 'bytes':
      return 'bytes (a Uint8Array; hex digits in the tree)';
  }
}
