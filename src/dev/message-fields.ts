import { isUint8Array } from 'node:util/types';
import { BusFault } from '../bus/index.ts';
import { didYouMean, shown } from '../input/index.ts';

/**
 * Refuses a message or transfer with a name that it cannot have: a misspelt `read` would do nothing, without a word.
 * @param what `message`, `transfer`
 * @throws {BusFault} `EINVAL` with the nearest name
 */
export function checkNames(what: string, fields: object, known: ReadonlySet<string>): void {
  if (typeof fields !== 'object' || fields === null)
    throw new BusFault('EINVAL', `invalid ${what}: expected an object, got ${shown(fields)}`);
  for (const name in fields) {
    if (known.has(name)) continue;
    const near = didYouMean(name, known);
    const remedy = near === undefined ? `expected ${[...known].join(', ')}` : `did you mean ${near}`;
    throw new BusFault('EINVAL', `unknown ${name} of a ${what}: ${remedy}`);
  }
}

/** @throws {BusFault} `EINVAL` for what is given and is not bytes */
export function checkBytes(name: string, value: unknown): void {
  if (value === undefined || isUint8Array(value)) return;
  throw new BusFault('EINVAL', `invalid ${name}: expected bytes (a Uint8Array), got ${shown(value)}`);
}

/** @throws {BusFault} `EINVAL` for what is given and is neither a number, which is checked elsewhere, nor bytes */
export function checkTarget(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'number' || isUint8Array(value)) return;
  throw new BusFault(
    'EINVAL',
    `invalid ${name}: expected a number of bytes, or a Uint8Array to put them in, got ${shown(value)}`,
  );
}

/** @throws {BusFault} `EINVAL` */
export function checkFlag(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new BusFault('EINVAL', `invalid ${name}: expected true or false, got ${shown(value)}`);
}
