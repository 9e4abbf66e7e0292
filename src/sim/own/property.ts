import type { Property } from '../../parts/index.ts';
import { expectationOf, isValue } from '../wire/property.ts';
import {
  anything,
  type Check,
  is,
  isObject,
  objectOf,
  oneOf,
  onlyTrue,
  positive,
  refuse,
  text,
} from './keys.ts';

/** One of `senses` or `shows`. */
export const property: Check = (value, key, fault) => {
  propertyKeys(value, key, fault);
  if (!isObject(value)) return;
  const { kind = 'number', range } = value as Partial<Property>;
  if (!KINDS.includes(kind) || (range !== undefined && !isRange(range))) return;
  const isNumber = kind === 'number' || kind === 'integer';
  if (range !== undefined && !isNumber)
    fault(`invalid ${key}.range: expected no range of kind "${kind}", got one`);
  // Left out, a number begins at 0.
  const initial = value['initial'] ?? (isNumber ? 0 : undefined);
  const declared = { ...(value as Partial<Property>), kind };
  const fits = initial === undefined || isValue(declared, initial);
  if (!fits) refuse(expectationOf(declared), initial, `${key}.initial`, fault);
};

export const KINDS: readonly NonNullable<Property['kind']>[] = ['number', 'integer', 'flag', 'text', 'bytes'];

export function isRange(value: unknown): value is readonly [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every(Number.isFinite) &&
    Number(value[0]) <= Number(value[1])
  );
}

function isFieldName(value: unknown): boolean {
  const names = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string');
}

/** `[least, greatest]` */
export const range: Check = (value, key, fault) => {
  if (!isRange(value)) fault(`invalid ${key}: expected [least, greatest], got ${JSON.stringify(value)}`);
};

const propertyKeys = objectOf<Property>(
  {
    kind: oneOf(...KINDS),
    unit: text,
    range,
    initial: anything,
    step: positive,
    field: is('REGISTER.FIELD, or a list of them', isFieldName),
    gain: is('a number', Number.isFinite),
    offset: is('a number', Number.isFinite),
    signed: onlyTrue,
    enabledBy: text,
    doc: text,
  },
  ['doc'],
);
